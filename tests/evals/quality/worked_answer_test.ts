import { assertEquals, assertMatch } from "@std/assert";
import { compare, workedAnswer } from "../../../evals/mod.ts";
import { toWorked } from "../../../datasets/text/gsm8k.ts";
import { inMemory } from "../toy_bench.ts";
import { answerTo, codePoints, scripted } from "./scripted.ts";

const sample = {
  ...toWorked({
    doc: { id: 1, answer: "9 * 200 = 1,800\n#### 1,800" },
    request: { context: "Question: 9 * 200?\nAnswer:" },
  }),
};
const e = workedAnswer(inMemory("made_up", [sample]), { count: 1, tokens: 40, judged: "flexible" });

async function graded(text: string) {
  const written = codePoints.encode(text);
  const session = scripted({ answer: () => written.map((token) => ({ token, margin: 1 })) });
  const answer = await answerTo(e, session, sample);
  const { exact_match_strict, exact_match_flexible } = e.grade(answer, sample, answer);
  return [exact_match_strict!.value, exact_match_flexible!.value];
}

Deno.test("a result in the examples' form is right by both filters, with or without its comma and dollar", async () => {
  assertEquals(await graded(" The answer is 1800."), [1, 1]);
  assertEquals(await graded(" The answer is 1,800."), [1, 1]);
  assertEquals(await graded(" It is $1,800. The answer is 1800.\n\n"), [1, 1]);
});

Deno.test("a result in another form is right by the last number alone", async () => {
  assertEquals(await graded(" That makes $1,800"), [0, 1]);
});

Deno.test("the first result told counts strictly, the last number flexibly", async () => {
  assertEquals(await graded(" The answer is 1800. Or 7"), [1, 0]);
  assertEquals(await graded(" The answer is 7. Or 1800"), [0, 1]);
});

Deno.test("an answer ends before the next question and before an empty line", async () => {
  assertEquals(await graded(" The answer is 1800.\nQ: 1 + 1"), [1, 1]);
  assertEquals(await graded(" The answer is 1800.\n\n9"), [1, 1]);
});

Deno.test("an answer without a number is wrong", async () => {
  assertEquals(await graded(" The answer is many."), [0, 0]);
  assertEquals(await graded(""), [0, 0]);
});

Deno.test("a model that gets next to nothing right carries no pass, however little is lost", () => {
  const metric = e.metrics.find(({ allowed }) => allowed !== undefined)!;
  const samples = Array.from(
    { length: 500 },
    (_, i) => ({ id: `${i}`, cluster: `${i}`, base: Number(i < 10), candidate: Number(i < 10), weight: 1 }),
  );
  const check = compare(metric, { eval: "gsm8k", when: "quiet", against: "baseline" }, samples);
  assertEquals([metric.name, check.decision], ["exact_match_flexible", "unsure"]);
  assertMatch(check.note!, /three margins above chance/);
});
