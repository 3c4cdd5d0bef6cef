import { assertEquals, assertRejects } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import { found, shortAnswer } from "../../../evals/mod.ts";
import { inMemory } from "../toy_bench.ts";
import { answerTo, codePoints, scripted } from "./scripted.ts";

const about = { id: "q", cluster: "q", slices: [] };
const question = { ...about, prompt: "Who? ", answers: ["Ann", "Ann B."], stop: ["\n", "END"] };
const e = shortAnswer(inMemory("made_up", [question]), { count: 1, tokens: 9, judged: "f1" });

const writing = (text: string) =>
  scripted({ answer: () => codePoints.encode(text).map((token) => ({ token, margin: 1 })) });
const values = (grades: Readonly<Record<string, { readonly value: number }>>) =>
  Object.fromEntries(Object.entries(grades).map(([name, { value }]) => [name, value]));

async function graded(text: string): Promise<Readonly<Record<string, number | string>>> {
  const answer = await answerTo(e, writing(text), question);
  return { ...values(e.grade(answer, question, answer)), shown: e.show(answer, question) };
}

Deno.test("an answer ends before the first stop, be it one token or several", async () => {
  assertEquals(await graded(" ann\nWho"), { exact_match: 1, f1: 1, shown: "ann" });
  assertEquals(await graded(" ann END\n"), { exact_match: 1, f1: 1, shown: "ann" });
});

Deno.test("an answer that goes on is graded by its words", async () => {
  assertEquals(await graded(" Ann C. X"), { exact_match: 0, f1: 0.5, shown: "Ann C. X" });
});

Deno.test("the token that ends the answer is no part of it, and is asked to end it with those of the stops", async () => {
  const stops: (readonly number[])[] = [];
  const session = scripted({
    answer: ({ stop }) => {
      stops.push(stop);
      return [...codePoints.encode("Ann"), codePoints.eos].map((token) => ({ token, margin: 1 }));
    },
  });
  assertEquals((await answerTo(e, session, question)).text, "Ann");
  // Of one code point each, only the line break holds a stop.
  assertEquals(stops, [[codePoints.eos, 10]]);
});

Deno.test("a prompt that does not fit the model's context is one sentence", async () => {
  const long = { ...question, prompt: "x".repeat(60) };
  await assertRejects(() => answerTo(e, writing("a"), long), UserError, "context of 64 tokens: they are 69.");
});

Deno.test("what is judged has a margin and the data set's chance, and the other is reported", () => {
  const set = { ...inMemory("made_up", [question]), chance: 0.5 };
  const { metrics } = shortAnswer(set, { count: 1, tokens: 9, judged: "exact_match", rule: "guard" });
  assertEquals(metrics.map(({ name, allowed, rule, chance }) => [name, allowed, rule, chance]), [
    ["exact_match", 0.02, "guard", 0.5],
    ["f1", undefined, undefined, 0.5],
  ]);
});

Deno.test("what is sought is found by share where all is asked for, and by any where one will do", async () => {
  const sought = { ...about, prompt: "Which?", answers: ["AB", "CD"], stop: [], tell: "all" as const };
  const e = found(inMemory("made_up", [sought]), { count: 1, tokens: 9 });
  const answer = await answerTo(e, writing("it is ab."), sought);
  assertEquals(values(e.grade(answer, sought, answer)), { found: 0.5 });
  assertEquals(values(e.grade(answer, { ...sought, tell: "any" }, answer)), { found: 1 });
});
