import { assert, assertEquals } from "@std/assert";
import { AGENT_TURNS, toTurns } from "../../../datasets/text/agent_turns.ts";
import { Bm25 } from "../../../datasets/text/bm25.ts";
import { toRag } from "../../../datasets/text/rag.ts";
import { companyOf } from "../../../datasets/text/tenants.ts";
import { charactersOf, type Dataset, messagesOf, type Prompt, take } from "../../../datasets/mod.ts";

const session = (name: string, texts: readonly string[]) => ({
  source_session_id: name,
  messages: texts.map((content, i) => ({
    role: i % 2 === 0 ? "user" as const : "assistant" as const,
    content,
  })),
});
const texts = (count: number, of = (i: number) => `text ${i}`) =>
  Array.from({ length: count }, (_, i) => of(i));

Deno.test("each turn of an agent has the recorded turns before it, and begins as the turn before it did", () => {
  const all = [...toTurns({ cases: [session("s", texts(2 * AGENT_TURNS))] })];
  assertEquals(all.map(({ id, conversation }) => [id, conversation]), [
    ["s-0-0", "s-0"],
    ["s-0-1", "s-0"],
    ["s-0-2", "s-0"],
    ["s-0-3", "s-0"],
  ]);
  assertEquals(messagesOf(all[1]!), [
    { role: "user", content: "text 0" },
    { role: "assistant", content: "text 1" },
    { role: "user", content: "text 2" },
  ]);
  for (const [i, one] of all.entries()) {
    const before = i === 0 ? [] : messagesOf(all[i - 1]!);
    assertEquals(messagesOf(one).slice(0, before.length), [...before]);
  }
});

Deno.test("of the recordings of one session only the longest counts, and a rest that is no whole conversation is left out", () => {
  const cases = [session("s", texts(3)), session("s", texts(4 * AGENT_TURNS + 3)), session("t", texts(5))];
  const all = [...toTurns({ cases })];
  assertEquals([...new Set(all.map(({ conversation }) => conversation))], ["s-0", "s-1"]);
  assertEquals(messagesOf(all[AGENT_TURNS]!)[0]!.content, "text 0\n\ntext 8");
});

Deno.test("long texts are cut, and never through a character", () => {
  const long = "a".repeat(1599) + "🙂".repeat(3000);
  const [first] = toTurns({ cases: [session("s", texts(2 * AGENT_TURNS, () => long))] });
  assert(first!.turns[0]!.isWellFormed());
  assertEquals(first!.turns[0], `${"a".repeat(1599)} […]`);
  assert([...toTurns({ cases: [session("s", texts(2 * AGENT_TURNS, () => long))] })]
    .every((prompt) => charactersOf(prompt) < 8000));
});

Deno.test("a draw of conversations holds them whole and in order", async () => {
  const cases = texts(30).map((_, i) => session(`s${i}`, texts(2 * AGENT_TURNS)));
  const dataset: Dataset<Prompt> = {
    name: "d",
    version: "1",
    source: "made for tests",
    license: "CC0-1.0",
    split: "workload",
    digest: "0".repeat(64),
    size: 30 * AGENT_TURNS,
    async *samples() {
      yield* toTurns({ cases });
    },
  };
  const drawn = await take(dataset, 5 * AGENT_TURNS, 3);
  for (let at = 0; at < drawn.length; at += AGENT_TURNS) {
    const { conversation } = drawn[at]!;
    assertEquals(
      drawn.slice(at, at + AGENT_TURNS).map(({ id }) => id),
      texts(AGENT_TURNS, (i) => `${conversation}-${i}`),
    );
  }
  assert(drawn[0]!.conversation !== (await take(dataset, 1, 4))[0]!.conversation);
});

Deno.test("BM25 finds rare words before common ones and short texts before long ones, as its formula says", () => {
  const index = new Bm25([
    "the cat sat",
    "the dog sat on the mat and the cat ran off again",
    "the bird",
    "a fish",
  ]);
  assertEquals(index.best("Where is the CAT?", 2), [0, 1]);
  assertEquals(index.best("the fish", 2), [3, 2]);
  assertEquals(index.best("nothing here", 3), [0, 1, 2]);
});

const asked = (article: number, paragraph: number, question: number) => ({
  id: `${article}.${paragraph}.${question}`,
  title: `article ${article}`,
  context: `word${article}${paragraph} is what paragraph ${paragraph} of ${article} tells`,
  question: `What of word${article}${paragraph}, ${question}?`,
  answers: [],
});

Deno.test("a question comes with the documents found for it, its own among them, and the first articles are asked most", async () => {
  async function* questions() {
    for (let a = 0; a < 4; a++) for (let p = 0; p < 3; p++) for (let q = 0; q < 40; q++) yield asked(a, p, q);
  }
  const all = await Array.fromAsync(toRag(questions()));
  const counts = texts(4, (a) => `article ${a}`).map((title) =>
    all.filter(({ cluster }) => cluster === title).length
  );
  assertEquals(counts, [60, 30, 20, 15]);
  for (const { id, turns } of all) {
    const [a, p] = id.replace("rag-", "").split(".");
    const [first, second, third, question] = turns[0]!.split("\n\n");
    assertEquals(first, `Document 1:\nword${a}${p} is what paragraph ${p} of ${a} tells`);
    assert(second!.startsWith("Document 2:\n") && third!.startsWith("Document 3:\n"));
    assert(question!.startsWith(`Question: What of word${a}${p},`));
    // The third paragraph of an article is not in the base.
    assert(!turns[0]!.includes("paragraph 2 of"));
  }
});

Deno.test("questions go to eight companies, to the first of them most", () => {
  const counts = new Map<string, number>();
  for (let i = 0; i < 8000; i++) counts.set(companyOf(`${i}`), (counts.get(companyOf(`${i}`)) ?? 0) + 1);
  const whole = [1, 2, 3, 4, 5, 6, 7, 8].reduce((sum, n) => sum + 1 / n, 0);
  const found = [...counts.values()].toSorted((a, b) => b - a);
  assertEquals(found.length, 8);
  for (const [i, count] of found.entries()) {
    assert(Math.abs(count - 8000 / (i + 1) / whole) < 150, `${found}`);
  }
});
