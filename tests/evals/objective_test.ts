import { assertEquals } from "@std/assert";
import type { Objective } from "../../datasets/mod.ts";
import { objectiveOutcome, workloadSpeed } from "../../evals/mod.ts";
import type { Block } from "../../evals/mod.ts";
import { isInt8, outcomes, speedOf, toyBench, toyInt8, workload } from "./toy_bench.ts";

const of = (p95?: number, p99?: number, n = 64) => ({
  ttft: { n, p50: 1, ...(p95 === undefined ? {} : { p95 }), ...(p99 === undefined ? {} : { p99 }) },
  tpot: { n: 0, p50: NaN },
});
const twice: Objective = { figure: "ttft", percentile: "p95", most: { timesBaseline: 2 } };

for (
  const [what, objective, base, candidate, kind, limit] of [
    ["up to a multiple of the baseline's", twice, of(100), of(200), "held", 200],
    ["beyond a multiple of the baseline's", twice, of(100), of(201), "broke", 200],
    ["within a time", { ...twice, most: { milliseconds: 150 } }, of(500), of(150), "held", 150],
    ["beyond a time", { ...twice, most: { milliseconds: 150 } }, of(10), of(151), "broke", 150],
    ["at the 99th percentile", { ...twice, percentile: "p99" }, of(100, 300), of(900, 500), "held", 600],
  ] as const
) {
  Deno.test(`an objective ${kind} ${what}`, () => {
    const outcome = objectiveOutcome(objective, base, candidate);
    const { percentile } = objective;
    assertEquals(outcome, {
      kind,
      objective,
      base: base.ttft[percentile]!,
      candidate: candidate.ttft[percentile]!,
      limit,
    });
  });
}

Deno.test("a percentile that the requests do not support is not judged, and says so", () => {
  const objective = { ...twice, percentile: "p99" } as const;
  assertEquals(objectiveOutcome(objective, of(100), of(100)), {
    kind: "unjudged",
    objective,
    why: "p99 takes 100 requests: 64 were timed",
  });
});

/** Twenty requests a block that all wait for their first token, then have ten a hundredth apart. */
function block(arm: Block["arm"], wait: number, step: number): Block {
  const timings = Array.from({ length: 20 }, (_, i) => ({
    id: `${i}`,
    sent: 0,
    tokens: Array.from({ length: 10 }, (_, t) => wait + t * step),
  }));
  return { arm, startedAt: 0, duration: wait + 9 * step, timings };
}

for (const [wait, claim, kind] of [[180, "faster", "held"], [220, "no difference", "broke"]] as const) {
  Deno.test(`more tokens a second after ${wait} ms where 200 are allowed: ${claim}`, () => {
    const blocks = [
      block("base", 100, 100),
      block("candidate", wait, 10),
      block("candidate", wait, 10),
      block("base", 100, 100),
    ];
    const given = { noise: 0, bytes: { base: 1, candidate: 1 }, seed: 1, objective: twice };
    const speed = workloadSpeed("w", blocks, given);
    assertEquals([speed.claim, speed.objective?.kind, speed.ratio.estimate > 3], [claim, kind, true]);
  });
}

Deno.test("a loss is claimed as a loss whatever became of the objective", () => {
  const blocks = [
    block("base", 100, 10),
    block("candidate", 300, 50),
    block("candidate", 300, 50),
    block("base", 100, 10),
  ];
  const given = { noise: 0, bytes: { base: 1, candidate: 1 }, seed: 1, objective: twice };
  assertEquals(workloadSpeed("w", blocks, given).claim, "slower");
});

Deno.test("a stack with a faster step but a slow start is recorded with no gain where users wait for its first token", async () => {
  const load = { requests: 6, maxTokens: 80, objective: { ...twice, most: { timesBaseline: 1.25 } } };
  const config = (workloads: ReturnType<typeof workload>[]) =>
    toyBench({
      suite: { candidates: { int8: [toyInt8] }, workloads, pairs: 4 },
      per: (stack) => ({ cost: isInt8(stack) ? { step: 4, row: 2 } : { step: 8, row: 0.25 } }),
    });
  const [guarded] = speedOf((await outcomes(config([workload(load)]))).int8);
  assertEquals([guarded!.claim, guarded!.objective?.kind], ["no difference", "broke"]);
  const { objective: _, ...free } = load;
  const [unguarded] = speedOf((await outcomes(config([workload(free)]))).int8);
  assertEquals([unguarded!.claim, unguarded!.objective], ["faster", undefined]);
});
