import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  accountOf,
  accountText,
  boards,
  compositions,
  type Recording,
  renderBoard,
} from "../../results/mod.ts";
import type { Outcome, Trial } from "../../evals/mod.ts";
import { breaches, check, failed, recorded, recording, trial, workload } from "./fixture.ts";
import { filled, idOf, text } from "./pages.ts";

type Technique = Trial["techniques"][number];

const SLOTS = { int8: "model", lookup: "decoder", prefix: "cache" } as const;
type Name = keyof typeof SLOTS;

const technique = (name: Name): Technique => ({
  ...trial(name).techniques[0]!,
  name,
  slot: SLOTS[name],
  claim: name === "int8" ? "equivalent" : "identical",
});

/** A row of techniques whose parts are named after them, so that equal techniques have equal parts. */
function row(name: string, members: readonly Name[], over: Partial<Trial> = {}): Trial {
  const { base } = trial(name);
  const changed = members.map((member) => [SLOTS[member], { name: member, params: {} }]);
  const candidate = { ...base, ...Object.fromEntries(changed) };
  return trial(name, { techniques: members.map(technique), candidate, ...over });
}

/** A race that came to exactly this ratio. */
const exactly = (ratio: number) =>
  workload(ratio, 0.1, {
    ratio: { estimate: ratio, interval: { low: ratio - 0.1, high: ratio + 0.1, level: 0.95 } },
  });

const passed = (name: string, members: readonly Name[], ratio: number, loss?: number, race = exactly) =>
  recorded(row(name, members), [race(ratio)], [
    loss === undefined ? breaches(0) : check(loss, loss - 0.002, loss + 0.002),
  ]);

const ALL = ["int8", "lookup", "prefix"] as const;
const FULL: readonly Outcome[] = [
  passed("int8", ["int8"], 2, 0.004),
  passed("lookup", ["lookup"], 1.5),
  passed("prefix", ["prefix"], 1.25),
  passed("stack", ALL, 3, 0.005),
  passed("stack without int8", ["lookup", "prefix"], 1.6),
  passed("stack without lookup", ["int8", "prefix"], 2.4, 0.004),
  passed("stack without prefix", ["int8", "lookup"], 2.8, 0.005),
];

const recordings = (outcomes: readonly Outcome[]): Promise<readonly Recording[]> =>
  Promise.all(outcomes.map((outcome) => recording(outcome)));

async function stackOf(outcomes: readonly Outcome[]) {
  const [stack] = compositions(await recordings(outcomes), "single_stream");
  return stack!;
}

const near = (found: number | undefined, expected: number) =>
  assert(found !== undefined && Math.abs(found - expected) < 1e-9, `${found} is not ${expected}`);

Deno.test("a stack is predicted by the product of its members' own gains, and compared with it", async () => {
  const { name, measured, predicted, interaction } = await stackOf(FULL);
  assertEquals([name, measured.estimate], ["stack", 3]);
  near(predicted?.estimate, 2 * 1.5 * 1.25);
  near(interaction?.estimate, 3 / 3.75);
});

Deno.test("widths of independent races add in squares on the log scale", async () => {
  const { predicted } = await stackOf(FULL);
  const width = Math.hypot(Math.log(2 / 1.9), Math.log(1.5 / 1.4), Math.log(1.25 / 1.15));
  near(predicted?.low, 3.75 / Math.exp(width));
});

Deno.test("a member's marginal gain is the stack over the stack without it", async () => {
  const { members } = await stackOf(FULL);
  assertEquals(members.map(({ name }) => name), [...ALL]);
  near(members[0]!.marginal?.estimate, 3 / 1.6);
  near(members[1]!.marginal?.estimate, 3 / 2.4);
  near(members[2]!.marginal?.estimate, 3 / 2.8);
  near(members[1]!.marginal?.low, 1.25 / Math.exp(Math.hypot(Math.log(3 / 2.9), Math.log(2.5 / 2.4))));
});

Deno.test("without a member the loss is that row's on the same check, and none where the rest is identical", async () => {
  const { check: worst, members } = await stackOf(FULL);
  assertEquals([worst?.eval, worst?.loss, worst?.samples], ["arc_easy", 0.005, []]);
  assertEquals(members.map(({ lossWithout }) => lossWithout), [0, 0.004, 0.005]);
});

Deno.test("nothing is missing where every row ran and passed", async () => {
  assertEquals((await stackOf(FULL)).missing, []);
});

Deno.test("a single that has not run leaves the stack without a prediction, and is said", async () => {
  const stack = await stackOf(FULL.filter(({ trial }) => trial.name !== "lookup"));
  assertEquals([stack.predicted, stack.interaction], [undefined, undefined]);
  assertEquals(stack.missing, ["lookup alone has not run"]);
});

Deno.test("a row that did not pass gives no gain and no loss, and is said", async () => {
  const without = row("stack without lookup", ["int8", "prefix"]);
  const stack = await stackOf([...FULL.filter(({ trial }) => trial.name !== without.name), failed(without)]);
  assertEquals([stack.members[1]!.marginal, stack.members[1]!.lossWithout], [undefined, undefined]);
  assertEquals(stack.missing, ["stack without lookup did not pass"]);
});

Deno.test("a row of the same names with other parameters is another row", async () => {
  const other = row("int8", ["int8"]);
  const candidate = { ...other.candidate, model: { name: "int8", params: { block: 32 } } };
  const outcomes = [recorded({ ...other, candidate }, [exactly(2)]), ...FULL.slice(1)];
  assertEquals((await stackOf(outcomes)).missing, ["int8 alone has not run"]);
});

Deno.test("where the first member and the whole were asked the same, the whole's loss counts", async () => {
  const [first, whole] = [check(0.004, 0.001, 0.007), check(0.009, 0.004, 0.014)];
  const stack = recorded(row("both", ["int8", "lookup"]), [exactly(2.5)], [first, whole]);
  assertEquals((await stackOf([FULL[0]!, FULL[1]!, stack])).check?.loss, 0.009);
});

Deno.test("a stack of two is taken apart by its members' own rows", async () => {
  const { members, missing } = await stackOf([
    FULL[0]!,
    FULL[1]!,
    passed("both", ["int8", "lookup"], 2.5, 0.004),
  ]);
  assertEquals(missing, []);
  near(members[0]!.marginal?.estimate, 2.5 / 1.5);
  near(members[1]!.marginal?.estimate, 2.5 / 2);
});

Deno.test("a stack that was refused is not taken apart, and a single is no stack", async () => {
  const refused = [...FULL.slice(0, 3), failed(row("stack", ALL))];
  assertEquals(compositions(await recordings(refused), "single_stream"), []);
  assertEquals(compositions(await recordings(FULL), "another workload"), []);
});

Deno.test("the terminal prints the ledger after the board, in 80 columns or fewer", async () => {
  const board = boards(await recordings(FULL))[0]!;
  for (const width of [80, 44]) {
    const text = renderBoard(board, { colour: false, width });
    const flat = text.replaceAll(/\s+/g, " ");
    assert(text.split("\n").every((line) => line.length <= width), text);
    for (
      const said of [
        "stack gains 3.00x [2.90, 3.10], less than the product of its members' own gains, 3.75x [3.33, 4.19].",
        "stack loses 0.5 pp where 2.0 pp is allowed",
        "1.88x [1.75, 2.02]",
        "+0.5 pp",
      ]
    ) assert(flat.includes(said), `${said}\n${text}`);
  }
});

Deno.test("of a stack within another the terminal says one sentence", async () => {
  const text = renderBoard(boards(await recordings(FULL))[0]!, { colour: false });
  assertEquals(text.split("\n").filter((line) => line.includes("GAIN ALONE")).length, 1);
  assertStringIncludes(text, " stack without int8 gains 1.60x [1.50, 1.70], less than the product of its");
});

Deno.test("the page of a stack takes it apart, and its JSON too; no other page does", async () => {
  const race = (ratio: number) => workload(ratio, 0.1);
  const all = await recordings([
    passed("int8", ["int8"], 2, 0.004, race),
    passed("lookup", ["lookup"], 1.5, undefined, race),
    passed("stack", ["int8", "lookup"], 2.5, 0.004, race),
  ]);
  using store = filled(all);
  assertStringIncludes(await text(store, `/trial/${idOf(all, "stack")}.html`), "<h2>Taken apart</h2>");
  assert(!(await text(store, `/trial/${idOf(all, "int8")}.html`)).includes("Taken apart"));
  const json = JSON.parse(await text(store, `/api/trial/${idOf(all, "stack")}.json`));
  assertEquals(json.apart.single_stream.members.map(({ name }: { name: string }) => name), [
    "int8",
    "lookup",
  ]);
});

Deno.test("the account of a stack takes it apart too", async () => {
  const all = await recordings(FULL);
  const stack = all.find(({ outcome }) => outcome.trial.name === "stack")!;
  const flat = accountText(accountOf(stack, all, 0), 80).join(" ").replaceAll(/\s+/g, " ");
  assertStringIncludes(flat, "single_stream: stack gains 3.00x [2.90, 3.10], less than the product");
  assertStringIncludes(
    flat,
    "int8: 2.00x [1.90, 2.10] alone, 1.88x [1.75, 2.02] in the stack, loss added +0.5 pp",
  );
});
