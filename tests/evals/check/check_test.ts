import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import { planCheck, type Side } from "../../../evals/mod.ts";
import { isInt8, prompts, toyInt8, workload } from "../toy_bench.ts";
import { kindsOf, rowsOf, toyCheck } from "./toy_sides.ts";

Deno.test("a head that is 5 % slower regresses in every row, and one that is as fast in none", async () => {
  const slow = await rowsOf(toyCheck({ head: { slower: () => 1.06 } }));
  assertEquals(Object.values(slow).map(({ kind }) => kind), ["regressed", "regressed"]);
  const [one] = slow.baseline!.workloads;
  assert(Math.abs(one!.pace.ratio.estimate - 1 / 1.06) < 0.01, `${one!.pace.ratio.estimate}`);
  assertEquals(await kindsOf(toyCheck({})), { baseline: "same", int8: "same" });
});

Deno.test("a slowdown of one technique regresses its row alone, and a gain improves it", async () => {
  const only = (times: number) => ({
    slower: (stack: Parameters<typeof isInt8>[0]) => isInt8(stack) ? times : 1,
  });
  assertEquals(await kindsOf(toyCheck({ head: only(1.1) })), { baseline: "same", int8: "regressed" });
  assertEquals(await kindsOf(toyCheck({ base: only(1.1) })), { baseline: "same", int8: "improved" });
});

Deno.test("a slowdown within the margin is the same, however sharply it is seen", async () => {
  const row = (await rowsOf(toyCheck({ head: { slower: () => 1.015 }, jitter: 0.001 }))).baseline!;
  assertEquals(row.kind, "same");
  assert(row.workloads[0]!.pace.ratio.interval.high < 1);
});

Deno.test("where the time is over before it is decided, the row is unsure and says how many pairs would decide", async () => {
  const row = (await rowsOf(toyCheck({ head: { slower: () => 1.025 }, jitter: 0.5, minutes: 0.4 })))
    .baseline!;
  assertEquals([row.kind, row.workloads[0]!.pace.kind], ["unsure", "unsure"]);
  const { pairs, needed = 0 } = row.workloads[0]!.pace;
  assert(pairs > 2 && needed > pairs, `${needed} after ${pairs}`);
});

const sharper = (logits: Float32Array) => {
  for (let i = 0; i < logits.length; i++) logits[i]! *= 8;
};

Deno.test("answers are compared before anything is timed, and a row that lost any has no speed", async () => {
  const checking = toyCheck({
    head: { options: (stack) => isInt8(stack) ? { distort: sharper } : {} },
  });
  const { baseline, int8 } = await rowsOf(checking);
  assertEquals([baseline!.kind, int8!.kind, int8!.workloads.length], ["same", "regressed", 0]);
  assertStringIncludes(int8!.why!, "of toy_texts_nll is worse");
  assert(int8!.outputs!.flips.length > 0);
  const first = (what: string) => checking.asked.findIndex((one) => one.endsWith(what));
  assert(first("answers") < first("block"));
});

Deno.test("answers that differ within every margin are held, said, and timed", async () => {
  const nudge = (logits: Float32Array) => {
    for (let i = 0; i < logits.length; i++) logits[i]! *= 1 + 1e-6;
  };
  const { baseline } = await rowsOf(toyCheck({ head: { options: () => ({ distort: nudge }) } }));
  assertEquals([baseline!.kind, baseline!.outputs!.kind, baseline!.workloads.length], ["same", "held", 1]);
  assert(baseline!.outputs!.differing > 0);
});

Deno.test("a fault that no eval meets is found in the timed answers, and no speed of the row is told", async () => {
  let opened = 0;
  const options = () => ++opened > 1 ? { distort: (logits: Float32Array) => logits.reverse() } : {};
  const row = (await rowsOf(toyCheck({ head: { options }, only: ["baseline"] }))).baseline!;
  assertEquals([row.kind, row.workloads.length], ["unsure", 0]);
  assertStringIncludes(row.why!, "no eval sees what changed");
});

Deno.test("the sides take turns base, head, head, base after one warm-up of each", async () => {
  const checking = toyCheck({ only: ["baseline"], jitter: 0 });
  await rowsOf(checking);
  const blocks = checking.asked.filter((one) => one.endsWith("block")).map((one) => one.split(" ")[0]);
  assertEquals(blocks.slice(0, 10), [
    "base",
    "head",
    ...["base", "head", "head", "base"],
    ...["base", "head", "head", "base"],
  ]);
});

Deno.test("a row that only one side has is new or gone, and nothing is asked of it", async () => {
  const head = { suite: { candidates: { other: [toyInt8] } } };
  assertEquals(await kindsOf(toyCheck({ head })), { baseline: "same", other: "new", int8: "gone" });
});

Deno.test("a head that breaks regresses its row and no other; a base that breaks makes it new", async () => {
  const options = (stack: Parameters<typeof isInt8>[0]) => {
    if (isInt8(stack)) throw new Error("out of memory");
    return {};
  };
  const rows = await rowsOf(toyCheck({ head: { options } }));
  assertEquals([rows.baseline!.kind, rows.int8!.kind], ["same", "regressed"]);
  assertStringIncludes(rows.int8!.why!, "out of memory");
  assertEquals((await kindsOf(toyCheck({ base: { options } }))).int8, "new");
});

Deno.test("what either side asks otherwise is left out and said: evals, workloads", async () => {
  const head = {
    suite: { workloads: [workload({ requests: 1, prompts: { ...prompts, digest: "other" } })] },
  };
  const checking = toyCheck({ head });
  assertEquals((await planCheck(checking)).notes, [
    "toy_single is another load on the head, so it is not timed.",
  ]);
  assertEquals((await rowsOf(checking)).baseline!.why, "not timed: no workload");
});

Deno.test("an unknown row, a side of another protocol and one that does not start are one sentence each", async () => {
  await assertRejects(
    () => planCheck(toyCheck({ only: ["nosuch"] })),
    UserError,
    "Cannot check nosuch as the rows of the suite are baseline, int8.",
  );
  const { sides, ...checking } = toyCheck({});
  const base = (about: Side["about"]) => ({ ...sides, base: { ...sides.base, about } });
  await assertRejects(
    async () => {
      const about = { ...await sides.base.about(), protocol: 0 };
      await planCheck({ ...checking, sides: base(() => Promise.resolve(about)) });
    },
    UserError,
    "must speak protocol 1: found 0 on the base",
  );
  await assertRejects(
    () =>
      planCheck({ ...checking, sides: base(() => Promise.reject(new Error("its process ended with 1"))) }),
    UserError,
    "Cannot check as the base must start with this suite: its process ended with 1.",
  );
});
