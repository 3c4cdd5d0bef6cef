import { assertAlmostEquals, assertEquals } from "@std/assert";
import { cloze } from "../../../evals/mod.ts";
import { inMemory } from "../toy_bench.ts";
import { answerTo, scripted } from "./scripted.ts";

const sample = { id: "c", cluster: "c", slices: [], context: "it was made of", target: " tin" };
const e = cloze(inMemory("made_up", [sample]), { count: 1 });

/** Grades the passage with these log-probabilities of its four characters and of the likeliest ones. */
async function graded(logProbs: readonly number[], tops: readonly number[]) {
  const session = scripted({ logProb: (_, at) => logProbs[at]!, top: (_, at) => tops[at]! });
  const answer = await answerTo(e, session, sample);
  const { acc, word_nll } = e.grade(answer, sample, answer);
  return { acc, word_nll, shown: e.show(answer, sample) };
}

Deno.test("a word is found when every token of it is the likeliest", async () => {
  const { acc, shown } = await graded([-0.5, -1, -0.1, -0.2], [-0.5, -1, -0.1, -0.2]);
  assertEquals([acc!.value, shown], [1, 'found "tin" (-1.80 nats)']);
});

Deno.test("one token that is not the likeliest misses the word", async () => {
  const { acc, shown } = await graded([-0.5, -1, -0.1, -0.9], [-0.5, -1, -0.1, -0.6]);
  assertEquals([acc!.value, shown], [0, 'missed "tin" (-2.50 nats)']);
});

Deno.test("the word's negative log-likelihood is the mean over its tokens, and weighs as many", async () => {
  const { value, weight } = (await graded([-0.5, -1, -0.25, -0.25], [0, 0, 0, 0])).word_nll!;
  assertAlmostEquals(value, 0.5, 1e-6);
  assertEquals(weight, 4);
});
