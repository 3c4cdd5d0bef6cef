import { assert, assertEquals, assertThrows } from "@std/assert";
import { toChoices } from "../../../datasets/text/harness_choices.ts";
import { bare } from "../../../datasets/text/openbook_qa.ts";
import { articles } from "../../../datasets/text/wiki_text.ts";

const doc = { query: "Question: Why?\nAnswer:", choices: ["so", "because"], gold: 1 };

Deno.test("the first row of a document is its sample; the rows of its other choices repeat it", () => {
  assertEquals(toChoices({ doc, doc_id: 7, idx: 0, native_id: "n" }), {
    id: "7:n",
    cluster: "7:n",
    slices: [],
    context: doc.query,
    continuations: [" so", " because"],
    gold: 1,
  });
  assertEquals(toChoices({ doc, doc_id: 7, idx: 1, native_id: "n" }), undefined);
});

Deno.test("unconditional copies of a document are no samples", () => {
  assertEquals(toChoices({ doc, doc_id: 1_000_007, idx: 0, native_id: "n" }), undefined);
});

Deno.test("a gold answer that is not among the choices is refused", () => {
  for (const gold of [2, -1]) {
    const error = assertThrows(
      () => toChoices({ doc: { ...doc, gold }, doc_id: 7, idx: 0, native_id: "n" }),
      Error,
    );
    assertEquals(error.message, `the gold answer must be one of 2 choices: found ${gold}`);
  }
});

Deno.test("a set may ask its documents in another form than its file has them", () => {
  const found = toChoices({ doc, doc_id: 7, idx: 0, native_id: "n" }, bare)!;
  assertEquals([found.context, found.continuations, found.gold], ["Why?", [" so", " because"], 1]);
});

const article = (id: number, body: string) => `<doc id="${id}" url="x" title="T">\n${body}\n</doc>\n`;
const long = "Words of an article. ".repeat(100).trim();

Deno.test("articles are cut at their marks, tags are taken out and short ones left out", () => {
  const file = article(1, `T\n\n<a href="x">${long}</a>`) + article(2, "too short") + article(3, long);
  const found = [...articles(file)];
  assertEquals(found.map(({ id, cluster, text }) => [id, cluster, text]), [["1", "1", `T\n\n${long}`], [
    "3",
    "3",
    long,
  ]]);
});

Deno.test("an article's split depends on its id alone, and each split gets about a third", () => {
  const ids = Array.from({ length: 300 }, (_, i) => i + 1);
  const whole = [...articles(ids.map((id) => article(id, long)).join(""))];
  for (const { id, split } of whole.slice(0, 20)) {
    assertEquals([...articles(article(Number(id), `${long} And more.`))][0]!.split, split);
  }
  for (const name of ["test", "calibration", "workload"]) {
    const count = whole.filter(({ split }) => split === name).length;
    assert(count > 70 && count < 130, `${name}: ${count}`);
  }
});

Deno.test("articles that repeat others' lines are not calibrated on", () => {
  assertEquals([...articles(article(8725535, long))], []);
});
