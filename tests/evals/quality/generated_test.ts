import { assertEquals } from "@std/assert";
import { generated, loops } from "../../../evals/mod.ts";
import { inMemory } from "../toy_bench.ts";
import { answerTo, codePoints, scripted } from "./scripted.ts";

const sample = { id: "p", cluster: "p", slices: [], turns: ["hello"] };
const e = generated(inMemory("made_up", [sample]), { count: 1, tokens: 6 });

async function graded(text: string, stopped = false) {
  const written = [...codePoints.encode(text), ...(stopped ? [codePoints.eos] : [])];
  const session = scripted({ answer: () => written.map((token) => ({ token, margin: 1 })) });
  const answer = await answerTo(e, session, sample);
  const grades = e.grade(answer, sample, answer);
  return Object.fromEntries(Object.entries(grades).map(([name, { value }]) => [name, value]));
}

Deno.test("an answer within its limit is nothing to remark on", async () => {
  assertEquals(await graded("abc"), { overrun: 0, length: 0.5, ended: 0, looped: 0, unreadable: 0 });
});

Deno.test("an answer beyond its limit, or after its end, is overrun", async () => {
  assertEquals((await graded("abcdefg")).overrun, 1);
  assertEquals((await graded(`ab${String.fromCodePoint(codePoints.eos)}cd`)).overrun, 1);
  assertEquals((await graded("abcde", true)).overrun, 0);
});

Deno.test("an answer with characters that are no text is unreadable; line breaks and tabs are text", async () => {
  assertEquals((await graded("a\u{fffd}b")).unreadable, 1);
  assertEquals((await graded("a\u0007b")).unreadable, 1);
  assertEquals((await graded("a\n\tb")).unreadable, 0);
});

Deno.test("a run of eight tokens that comes three times is a loop", () => {
  const run = [1, 2, 3, 4, 5, 6, 7, 8];
  assertEquals([loops([...run, ...run]), loops([...run, ...run, ...run]), loops(new Array(12).fill(1))], [
    false,
    true,
    true,
  ]);
});
