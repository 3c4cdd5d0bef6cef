import { assertEquals, assertStringIncludes } from "@std/assert";
import { toEdit } from "../../../datasets/text/code_edits.ts";
import { toMathsQuestion } from "../../../datasets/text/maths_questions.ts";
import { toSummaries } from "../../../datasets/text/summaries.ts";
import { languageOf, toTranslations } from "../../../datasets/text/translations.ts";

const task = {
  task_id: "HumanEval/2",
  prompt: "def cut(number: float) -> float:\n",
  canonical_solution: "    return number % 1.0\n",
  entry_point: "cut",
};

Deno.test("even tasks rename the function and odd ones its first parameter, and the whole code is given", () => {
  const [even] = toEdit(task).turns;
  assertStringIncludes(even!, "Rename the function `cut` to `new_cut`");
  assertStringIncludes(even!, "```python\ndef cut(number: float) -> float:\n    return number % 1.0\n```");
  const odd = toEdit({ ...task, task_id: "HumanEval/3" });
  assertStringIncludes(odd.turns[0]!, "Rename the parameter `number` to `new_number`");
  assertEquals([odd.id, odd.slices], ["edit-HumanEval/3", ["parameter"]]);
});

Deno.test("a function without a parameter has itself renamed", () => {
  const bare = { ...task, task_id: "HumanEval/3", prompt: "def cut():\n" };
  assertEquals(toEdit(bare).slices, ["function"]);
});

Deno.test("a question in arithmetic is asked as it is", () => {
  assertEquals(toMathsQuestion({ doc: { id: 7, question: " How many? " } }), {
    id: "maths-7",
    cluster: "7",
    slices: ["maths"],
    turns: ["How many?"],
  });
});

Deno.test("a paragraph is summarised once, and short ones not at all; those of an article are one cluster", async () => {
  const long = (start: string) => `${start} ${"says something. ".repeat(40)}`.trim();
  async function* paragraphs() {
    for (const context of [long("One"), long("One"), "Short.", long("Two")]) yield { title: "T", context };
    await Promise.resolve();
  }
  const found = await Array.fromAsync(toSummaries(paragraphs()));
  assertEquals(found.map(({ id, cluster }) => [id, cluster]), [["summary-0", "T"], ["summary-1", "T"]]);
  assertStringIncludes(found[1]!.turns[0]!, `\n\n${long("Two")}`);
});

const FRENCH = "Le chat et la souris sont dans la maison pour que le chien ne les voie pas. ";

Deno.test("the language of a text is told by its commonest words, and none is where it is not clear", () => {
  assertEquals(languageOf(FRENCH), "French");
  assertEquals(languageOf("Der Hund und die Katze sind nicht auf den Feldern mit den Kindern"), "German");
  assertEquals(languageOf("El perro que corre por los campos con una pelota para el gato"), "Spanish");
  assertEquals(languageOf("Il gatto che dorme con gli altri nella casa di una donna è grigio"), "Italian");
  assertEquals(languageOf("The cat and the mouse are in the house"), undefined);
  assertEquals(languageOf(""), undefined);
});

Deno.test("a passage to be translated ends with a sentence, and comes once", () => {
  const line = FRENCH.repeat(6).trim();
  const [one, ...others] = toTranslations([line, "short", line].join("\n"));
  assertEquals(others, []);
  assertEquals(one!.turns, [`Translate this French text into English:\n\n${FRENCH.repeat(3).trim()}`]);
});
