import { assertEquals, assertThrows } from "@std/assert";
import { choiceRow, lettered } from "../../../datasets/text/choice_row.ts";
import { toChoices as toCommonsense } from "../../../datasets/text/commonsense_qa.ts";
import { toChoices as toMmlu } from "../../../datasets/text/mmlu.ts";
import { toChoices as toPiqa } from "../../../datasets/text/piqa.ts";
import { toChoices as toSciq } from "../../../datasets/text/sciq.ts";
import { toChoices as toWinogrande } from "../../../datasets/text/winogrande.ts";

Deno.test("choices follow the prompt after one space, and a right answer that is none of them is refused", () => {
  const row = { id: "r", context: "Why?", choices: ["so", " so"], gold: 1 };
  assertEquals(choiceRow(row).continuations, [" so", "  so"]);
  for (const gold of [-1, 2, NaN]) {
    assertThrows(() => choiceRow({ ...row, gold }), Error, "the gold answer must be");
  }
});

Deno.test("lettered choices stand below the question, each on a line of its own", () => {
  assertEquals(lettered(" Which? ", ["this", "that"]), "Which?\nA. this\nB. that\nAnswer:");
});

Deno.test("a question is stripped as Python strips, of next-line marks too", () => {
  assertEquals(lettered(" Which?\x85", []), "Which?\nAnswer:");
});

Deno.test("PIQA's goal is the question and its two solutions are the choices", () => {
  const { context, continuations, gold } = toPiqa(
    { goal: "Boil.", sol1: "Heat.", sol2: "Cool.", label: 0n },
    3,
  );
  assertEquals([context, continuations, gold], ["Question: Boil.\nAnswer:", [" Heat.", " Cool."], 0]);
});

const blank = { sentence: "The _ is big because  it grew.", option1: "cat", option2: "dog", answer: "2" };

Deno.test("WinoGrande's choices fill the blank, and what follows it is the same for both", () => {
  const { contexts, continuations, gold, cluster } = toWinogrande(blank, 0);
  assertEquals([contexts, gold, cluster], [["The cat", "The dog"], 1, "The "]);
  assertEquals(continuations, [" is big because  it grew.", " is big because  it grew."]);
});

Deno.test("a WinoGrande row without a blank or with another answer is refused", () => {
  assertThrows(() => toWinogrande({ ...blank, sentence: "No blank." }, 0), Error, "must have a blank");
  for (const answer of ["", "3"]) assertThrows(() => toWinogrande({ ...blank, answer }, 0), Error, "1 or 2");
});

Deno.test("an MMLU row stands behind its subject's line, and the subject is its slice", () => {
  const { context, continuations, slices, gold } = toMmlu(
    { question: "1 + 1?\n", choices: ["1", "2", "3", "4"], answer: 1n },
    "abstract_algebra",
    0,
  );
  assertEquals(
    context,
    "The following are multiple choice questions (with answers) about abstract algebra.\n\n" +
      "1 + 1?\nA. 1\nB. 2\nC. 3\nD. 4\nAnswer:",
  );
  assertEquals([continuations, slices, gold], [[" A", " B", " C", " D"], ["abstract algebra"], 1]);
});

Deno.test("a CommonsenseQA row is answered by the letter of its key; a key that is no label is refused", () => {
  const row = {
    id: "q",
    question: "Where?",
    choices: { label: ["A", "B"], text: ["in", "out"] },
    answerKey: "B",
  };
  assertEquals(toCommonsense(row).gold, 1);
  assertThrows(() => toCommonsense({ ...row, answerKey: "" }), Error, "the gold answer must be");
});

Deno.test("a SciQ row has its support before the question and its right answer last", () => {
  const row = {
    question: "What?",
    distractor1: "a",
    distractor2: "b",
    distractor3: "c",
    correct_answer: "d",
  };
  const { context, continuations, gold } = toSciq({ ...row, support: "\n It is d." }, 0);
  assertEquals([context, continuations[gold]], ["It is d.\nQuestion: What?\nAnswer:", " d"]);
});
