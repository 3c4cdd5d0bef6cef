import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { ScoreItem } from "../../../engine/mod.ts";
import { perplexity } from "../../../evals/mod.ts";
import { inMemory } from "../toy_bench.ts";
import { codePoints, scripted } from "./scripted.ts";

const texts = ["abcdefgh", "ab"].map((text, i) => ({ id: `t${i}`, cluster: `t${i}`, slices: [], text }));

async function graded(tokens: number, logProb: (token: number) => number, asked: ScoreItem[] = []) {
  const e = perplexity(inMemory("made_up", texts), { count: 2, tokens });
  const answers = await Array.fromAsync(e.ask(scripted({ logProb }, asked), texts));
  return Object.fromEntries(answers.map(({ id, answer }) => [id, e.grade(answer, texts[0]!, answer).nll!]));
}

Deno.test("the score of a text is the mean over its tokens but the first, weighted by their number", async () => {
  const { t0, t1 } = await graded(512, (token) => -(token - 96));
  // b to h are 2 to 8.
  assertEquals([t0!.value, t0!.weight], [5, 7]);
  assertEquals([t1!.value, t1!.weight], [2, 1]);
});

Deno.test("only the first tokens of a text are read", async () => {
  const asked: ScoreItem[] = [];
  const { t0 } = await graded(4, () => -1, asked);
  assertEquals(t0!.weight, 3);
  const first = asked.find(({ id }) => id === "t0")!;
  assertEquals([first.context, first.continuations[0]!].map((ids) => codePoints.decode(ids)), ["a", "bcd"]);
});

Deno.test("a model that knows nothing of an alphabet of 64 has ln 64 nats a token", async () => {
  assertAlmostEquals((await graded(512, () => -Math.log(64))).t0!.value, Math.log(64), 1e-6);
});
