import { assertEquals, assertThrows } from "@std/assert";
import { type ScoreItem, UserError } from "../../../engine/mod.ts";
import type { Choices } from "../../../datasets/mod.ts";
import { encodePair, multipleChoice } from "../../../evals/mod.ts";
import { inMemory } from "../toy_bench.ts";
import { answerTo, codePoints, scripted } from "./scripted.ts";

const question = (continuations: readonly string[], gold: number): Choices => ({
  id: "q",
  cluster: "q",
  slices: [],
  context: "Q: which?\nAnswer:",
  continuations,
  gold,
});

/** The scores of a question whose choices have these summed log-probabilities. */
async function scores(sample: Choices, sums: readonly number[], judged: "acc" | "acc_norm" = "acc") {
  const e = multipleChoice(inMemory("made_up", [sample]), { count: 1, judged, chance: 0.25 });
  const texts = sample.continuations;
  // The whole sum stands on a choice's last token; the others are certain.
  const session = scripted({
    logProb: (token, at, { continuations }) => {
      const index = continuations.findIndex((ids) => ids[at] === token && ids.length === at + 1);
      return index < 0 ? 0 : sums[index]!;
    },
  });
  assertEquals(new Set(texts.map((text) => text.length)).size, texts.length, "choices must differ in length");
  const answer = await answerTo(e, session, sample);
  const { acc, acc_norm } = e.grade(answer, sample, answer);
  return { acc: acc!.value, acc_norm: acc_norm!.value, shown: e.show(answer, sample) };
}

Deno.test("acc takes the choice of the largest sum", async () => {
  const sample = question([" aa", " bbbbbbbb", " cccccccccccc"], 0);
  assertEquals((await scores(sample, [-4, -6, -9])).acc, 1);
  assertEquals((await scores({ ...sample, gold: 1 }, [-4, -6, -9])).acc, 0);
});

Deno.test("acc_norm takes the largest sum per character of the choice, its delimiter not counted", async () => {
  // Per character: -4/2 = -2, -6/8 = -0.75, -9/12 = -0.75 less a little.
  const sample = question([" aa", " bbbbbbbb", " cccccccccccc"], 1);
  const { acc, acc_norm, shown } = await scores(sample, [-4, -6, -9.1], "acc_norm");
  assertEquals({ acc, acc_norm, shown }, { acc: 0, acc_norm: 1, shown: "bbbbbbbb" });
  // With the delimiter counted the first would win: -2/2 = -1 against -1.1, but -2/3 = -0.67 against -2.2/3 = -0.73.
  assertEquals((await scores(question([" aa", " b"], 1), [-2, -0.99], "acc_norm")).acc_norm, 1);
});

Deno.test("a choice that begins with a space of its own, as many of HellaSwag's do, has that space counted", async () => {
  // After the delimiter " aa" has three characters and "bbbb" four: -2.4/3 = -0.8 against -3.6/4 = -0.9.
  assertEquals((await scores(question(["  aa", " bbbb"], 0), [-2.4, -3.6], "acc_norm")).acc_norm, 1);
});

Deno.test("characters are code points, as Python counts them: neither bytes nor UTF-16 units", async () => {
  // Two code points of four bytes and two units each beside three letters: -2.2/2 = -1.1 against -3/3 = -1.
  assertEquals((await scores(question([" 😀😀", " abc"], 1), [-2.2, -3], "acc_norm")).acc_norm, 1);
});

Deno.test("of equal sums the first choice is taken, as numpy's argmax does", async () => {
  const { acc, shown } = await scores(question([" a", " bb"], 0), [-3, -3]);
  assertEquals([acc, shown], [1, "a"]);
});

Deno.test("a sum that is no number gives no score", async () => {
  const { acc, acc_norm, shown } = await scores(question([" a", " bb"], 0), [NaN, -3]);
  assertEquals([acc, acc_norm, shown], [NaN, NaN, "none"]);
});

Deno.test("every choice is scored after the same context", async () => {
  const asked: ScoreItem[] = [];
  const sample = question([" yes", " no"], 0);
  const e = multipleChoice(inMemory("made_up", [sample]), { count: 1, judged: "acc", chance: 0.5 });
  await Array.fromAsync(e.ask(scripted({}, asked), [sample]));
  assertEquals(
    asked.map(({ context, continuations }) => [context, ...continuations].map(codePoints.decode)),
    [
      ["Q: which?\nAnswer:", " yes", " no"],
    ],
  );
});

Deno.test("only the metric that the set is reported by is judged", () => {
  const { metrics } = multipleChoice(inMemory("made_up", []), { count: 1, judged: "acc_norm", chance: 0.25 });
  assertEquals(metrics.filter(({ rule }) => rule !== "guard").map(({ name, allowed }) => [name, allowed]), [[
    "acc",
    undefined,
  ], ["acc_norm", 0.02]]);
});

Deno.test("white space at the end of a context goes to what follows it", () => {
  const { context, continuation } = encodePair(codePoints, "Q: \n", "A");
  assertEquals([codePoints.decode(context), codePoints.decode(continuation)], ["Q:", " \nA"]);
});

Deno.test("a continuation is what the ids of both together have beyond the context's own", () => {
  const joined = { ...codePoints, encode: (text: string) => text.split(/(?<= )/).map((word) => word.length) };
  assertEquals(encodePair(joined, "one two", " three"), { context: [4, 3], continuation: [5] });
});

Deno.test("an empty context is the tokenizer's first token", () => {
  assertEquals(encodePair(codePoints, "", "A").context, [codePoints.bos]);
});

Deno.test("where the choice stands in the prompt, the same rest is scored after each", async () => {
  const sample = { ...question([" it.", " it."], 1), contexts: ["The cat saw", "The dogs saw"] };
  const e = multipleChoice(inMemory("made_up", [sample]), { count: 1, judged: "acc", chance: 0.5 });
  const asked: ScoreItem[] = [];
  const session = scripted({ logProb: (_token, _at, { context }) => -1 / context.length }, asked);
  const answer = await answerTo(e, session, sample);
  assertEquals(
    asked.map((
      { context, continuations },
    ) => [codePoints.decode(context), codePoints.decode(continuations[0]!)]),
    [["The dogs saw", " it."], ["The cat saw", " it."]],
  );
  assertEquals([e.grade(answer, sample, answer).acc!.value, e.show(answer, sample)], [1, "The dogs saw"]);
});

Deno.test("chance is the data set's where it is not given, and must be known", () => {
  const set = inMemory("made_up", [question([" a", " b"], 0)]);
  const chances = (e: { readonly metrics: readonly { readonly chance?: number }[] }) =>
    e.metrics.map(({ chance }) => chance);
  const known = multipleChoice({ ...set, chance: 0.6 }, { count: 1, judged: "acc" });
  assertEquals(chances(known), [0.6, 0.6, undefined]);
  assertThrows(
    () => multipleChoice(set, { count: 1, judged: "acc" }),
    UserError,
    "what guessing scores must be known",
  );
});

Deno.test("an eval cannot be judged by what it does not measure", () => {
  assertThrows(
    () => multipleChoice(inMemory("made_up", []), { count: 1, judged: "accc" as never, chance: 0.5 }),
    UserError,
    "Cannot judge made_up by accc as it must be acc or acc_norm.",
  );
});
