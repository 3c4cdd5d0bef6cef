import { assert, assertEquals } from "@std/assert";
import { Draws, hidden, quarter, stretch } from "../../../datasets/text/haystack.ts";
import { sought } from "../../../datasets/text/ruler.ts";
import { among } from "../../../datasets/text/ruler_qa.ts";

const hay = Array.from({ length: 300 }, (_, i) => `Sentence ${i} says nothing of note.`);
const TASKS = ["single", "multi_key", "multi_value", "variables"] as const;

Deno.test("a stretch goes round the text and stays below its characters", () => {
  assertEquals(stretch(["One.", "Two.", "Three."], 2, 17), ["Three.", "One.", "Two."]);
});

Deno.test("needles lie at different places in their order, from the beginning to the end", () => {
  const { text, depths } = hidden(["a", "b", "c"], ["X", "Y", "Z", "Q"], new Draws("s"));
  assertEquals(text.replaceAll(/[abc ]/g, ""), "XYZQ");
  assertEquals(text.replaceAll(/[XYZQ ]/g, ""), "abc");
  assertEquals(new Set(depths).size, 4);
  assertEquals([0, 0.24, 0.25, 1].map(quarter), [
    "depth 0-25 %",
    "depth 0-25 %",
    "depth 25-50 %",
    "depth 75-100 %",
  ]);
});

for (const task of TASKS) {
  Deno.test(`${task}: the same seed makes the same sample, another one another, within its length`, () => {
    const one = sought(task, 512, 0, hay);
    assertEquals(sought(task, 512, 0, hay), one);
    assert(sought(task, 512, 1, hay).prompt !== one.prompt);
    assert(one.prompt.length <= 512 * 4 && one.prompt.length > 512 * 4 - 100, `${one.prompt.length}`);
  });
}

Deno.test("what a key's magic numbers are stands in the text, once each, and other keys have others", () => {
  for (const task of ["single", "multi_key", "multi_value"] as const) {
    const { prompt, answers } = sought(task, 512, 3, hay);
    const key = /number(?:s?) for (\S+) mentioned/.exec(prompt)![1]!;
    const told = [...prompt.matchAll(/magic numbers for (\S+) is: (\d{7})\./g)];
    assertEquals(
      told.filter(([, name]) => name === key).map(([, , value]) => value).sort(),
      [...answers].sort(),
    );
    assertEquals(told.length, task === "single" ? 1 : 4);
  }
});

Deno.test("the variables asked for are those that the text gives the value, and no others of the text", () => {
  const { prompt, answers } = sought("variables", 512, 2, hay);
  const text = prompt.slice(prompt.lastIndexOf("Memorize"));
  const value = /= (\d{5})/.exec(text)![1]!;
  const known = new Map<string, string>();
  for (const [, name, of] of text.matchAll(/VAR ([A-Z]{5}) = (?:VAR )?([A-Z]{5}|\d{5})/g)) {
    known.set(name!, known.get(of!) ?? of!);
  }
  assertEquals([...known].filter(([, of]) => of === value).map(([name]) => name), [...answers]);
});

const articles = new Map(
  ["T", "U", "V", "W", "X", "Y", "Z", "R", "S"].map((title) =>
    [title, Array.from({ length: 4 }, (_, i) => `${title}${i} ${"words of it ".repeat(20)}`)] as const
  ),
);
const question = { id: "q", title: "T", context: articles.get("T")![0]!, question: "What?", answers: ["it"] };

Deno.test("a question's own document is among the others, those of its article first", () => {
  const { prompt, tell } = among(question, articles, 512, new Draws("d"))!;
  const documents = [...prompt.matchAll(/^Document (\d+):\n(\w)(\d)/gm)];
  assertEquals(documents.map(([, number]) => Number(number)), documents.map((_, i) => i + 1));
  assertEquals(documents.filter(([, , title]) => title === "T").map(([, , , i]) => i).sort(), [
    "0",
    "1",
    "2",
    "3",
  ]);
  assert(documents.length > 4 && prompt.length <= 512 * 4 && tell === "any");
});

Deno.test("a question whose own document does not fit is left out", () => {
  assertEquals(among(question, articles, 100, new Draws("d")), undefined);
});
