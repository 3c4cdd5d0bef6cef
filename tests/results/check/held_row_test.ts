import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { CheckedRow, Outcome } from "../../../evals/mod.ts";
import type { Recording } from "../../../results/mod.ts";
import { type HeldRow, heldRow } from "../../../results/check/held_row.ts";
import type { Track } from "../../../results/check/held_speed.ts";
import { saidPace } from "../../../results/check/report.ts";
import { check, failed, recorded, recording, trial, unmeasured, unsure, workload } from "../fixture.ts";
import { commitOf, onDay, raced, runs } from "./runs_over_time.ts";

const NOISE = await runs("baseline again", [1.002, 0.997, 1.004, 0.999, 1.001]);
const STEADY = [1.6, 1.61, 1.59, 1.605, 1.6, 1.595];
const BEFORE = await runs("int8", STEADY);

interface Given {
  readonly before?: readonly Recording[];
  readonly reference?: Recording;
  readonly again?: readonly Recording[];
  readonly over?: Track["over"];
  readonly baseline?: CheckedRow;
}

/** What a head that comes to this is held to be. */
async function held(outcome: Outcome, given: Given = {}): Promise<CheckedRow> {
  const { before = BEFORE, again = NOISE, over = "baseline", baseline } = given;
  const head = await recording(outcome, onDay(30));
  const promotion = { recording: "", at: 0, by: "me", why: "it is", expires: Infinity };
  const reference = given.reference ? { reference: { recording: given.reference, promotion } } : {};
  const track = { workload: "single_stream", over, head: [head], before, again, ...reference };
  const row: HeldRow = {
    name: outcome.trial.name,
    head,
    before,
    ...reference,
    tracks: outcome.kind === "recorded" ? [track] : [],
  };
  const open = (id: string) =>
    [...before, ...(given.reference ? [given.reference] : [])].find((one) => one.id === id);
  return heldRow(row, { margin: 0.05, tail: 1 / 40, open, ...(baseline ? { baseline } : {}) });
}

const at = (ratio: number) => raced("int8", ratio);
const kind = async (...given: Parameters<typeof held>) => (await held(...given)).kind;

Deno.test("a head whose ratio to its own baseline fell is regressed, one that is where runs were is the same", async () => {
  assertEquals(await kind(at(1.4)), "regressed");
  assertEquals(await kind(at(1.602)), "same");
  assertEquals(await kind(at(1.8)), "improved");
});

Deno.test("where runs spread too far to tell, it is unsure and says what would decide", async () => {
  const before = await runs("int8", [1.5, 1.7, 1.45, 1.75, 1.6, 1.62]);
  const row = await held(at(1.5), { before });
  assertEquals(row.kind, "unsure");
  assert(
    /1 run beside 6, noise \d.*would decide/.test(saidPace(row.workloads[0]!)),
    saidPace(row.workloads[0]!),
  );
});

Deno.test("a fall within the noise of the baseline against itself is no regression", async () => {
  const again = await runs("baseline again", [0.9, 1.12, 1.08, 0.93]);
  const row = await held(at(1.4), { again });
  assertEquals(row.kind, "unsure");
  assertStringIncludes(saidPace(row.workloads[0]!), "within the noise");
  assertEquals(await kind(at(1.4), { again: [] }), "unsure");
});

Deno.test("a row is held against its latest level, or against what was promoted", async () => {
  const before = await runs("int8", [...STEADY, ...STEADY.map((ratio) => ratio * 0.8)]);
  assertEquals(await kind(at(1.28), { before }), "same");
  assertEquals(await kind(at(1.28), { before, reference: before[2]! }), "regressed");
  const row = await held(at(1.28), { before, reference: before[2]! });
  assertEquals(row.workloads[0]!.pace.beside!.runs, 1);
});

Deno.test("of a promoted recording all runs of its code count, and no others", async () => {
  const twice = await recording(at(1.6), { ...onDay(3), at: onDay(9).at });
  const before = [...BEFORE, twice];
  const { workloads } = await held(at(1.6), { before, reference: BEFORE[3]! });
  assertEquals([twice.stamp.commit!.id, workloads[0]!.pace.beside!.runs], [commitOf(3), 2]);
});

Deno.test("runs of another load under the same name are not compared; those from before loads were kept are", async () => {
  const loads = (key: string) => ({ single_stream: key });
  const head = raced("int8", 1.2, loads("aa"));
  const other = await Promise.all(STEADY.map((r, i) => recording(raced("int8", r, loads("bb")), onDay(i))));
  const row = await held(head, { before: other });
  assertEquals([row.kind, row.why], ["same", "not timed: no recording raced what it raced"]);
  assertEquals(await kind(head), "regressed");
});

Deno.test("a row whose ratio fell while the baseline got faster is not called slower, nor the other way round", async () => {
  const peer = await runs("peer", STEADY.map((ratio) => ratio / 2));
  const baselineAt = async (ratio: number) => ({
    ...await held(raced("peer", ratio), { before: peer, over: "peer" }),
    name: "baseline",
  });
  const [faster, slower] = [await baselineAt(0.7), await baselineAt(0.9)];
  assertEquals([faster.kind, slower.kind], ["improved", "regressed"]);
  const row = await held(at(1.4), { baseline: faster });
  assertEquals(row.kind, "unsure");
  assertStringIncludes(saidPace(row.workloads[0]!), "the baseline moved the other way");
  assertEquals(await kind(at(1.8), { baseline: slower }), "unsure");
  assertEquals(await kind(at(1.4), { baseline: slower }), "regressed");
});

Deno.test("what became of the head is held against what became of its reference", async () => {
  const t = trial("int8");
  const [broke, jumped] = ["it broke: no memory", "the clock jumped"].map((why) =>
    unmeasured(t, "void", why)
  );
  const refused = [await recording(failed(t), onDay(0))];
  for (
    const [outcome, before, expected] of [
      [failed(t), BEFORE, "regressed"],
      [unsure(t), BEFORE, "unsure"],
      [unmeasured(t, "skipped", "no such part"), BEFORE, "regressed"],
      [broke!, BEFORE, "regressed"],
      [jumped!, BEFORE, "unsure"],
      [failed(t), refused, "refused"],
      [at(1.6), refused, "new"],
      [at(1.6), [], "new"],
    ] as const
  ) {
    const row = await held(outcome, { before });
    assertEquals([row.kind, row.workloads.length], [expected, 0], row.why);
  }
});

Deno.test("scores that are worse than the reference's by more than the eval allows regress the row, and it has no speed", async () => {
  const scored = (right: number) => {
    const samples = Array.from({ length: 400 }, (_, i) => {
      const candidate = Number(i < right);
      const shown = { prompt: `q${i}`, base: "a", candidate: candidate ? "a" : "b" };
      return {
        id: `q${i}`,
        cluster: `q${i}`,
        weight: 1,
        base: 1,
        candidate,
        ...(candidate ? {} : { shown }),
      };
    });
    return recorded(trial("int8"), [workload(1.6, 0.001)], [check(0.003, -0.003, 0.009, { samples })]);
  };
  const before = [await recording(scored(398), onDay(0)), await recording(scored(398), onDay(1))];
  const lost = await held(scored(370), { before });
  assertEquals([lost.kind, lost.workloads.length, lost.outputs!.differing], ["regressed", 0, 28]);
  assertStringIncludes(lost.why!, "acc of arc_easy is worse");
  assertEquals(lost.outputs!.flips[0], { where: "arc_easy q370", asked: "q370", base: "a", head: "b" });
  const equal = await held(scored(398), { before });
  assertEquals([equal.kind, equal.outputs!.kind, equal.outputs!.compared], ["same", "equal", 400]);
  assertEquals((await held(scored(397), { before })).outputs!.kind, "held");
  assertEquals((await held(scored(392), { before })).kind, "unsure");
});
