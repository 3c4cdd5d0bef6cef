/** A speed as it comes out of a race of the toy engine, and what is said of it once one of its figures is another. */
import { assertEquals } from "@std/assert";
import { ManualClock } from "../../engine/mod.ts";
import type { Workload } from "../../datasets/mod.ts";
import { race, underived, type WorkloadSpeed, workloadSpeed } from "../../evals/mod.ts";
import { baseline, timedEngine, workload } from "./toy_bench.ts";

const SEED = 9;
const objective = { figure: "ttft", percentile: "p95", most: { timesBaseline: 1.25 } } as const;
const bytes = { base: 1, candidate: 1 };

/** The speed of a candidate whose steps cost this much, where the baseline's cost 8. */
async function timed(step: number, over: Partial<Workload>, noise = 0): Promise<WorkloadSpeed> {
  const clock = new ManualClock(0);
  const open = (step: number) => timedEngine(clock, () => ({ cost: { step, row: 0.25 } })).open(baseline);
  const load = workload(over);
  const { blocks } = await race(
    { base: await open(8), candidate: await open(step) },
    load,
    5,
    () => {},
    clock,
  );
  return workloadSpeed(load.name, blocks, { noise, bytes, seed: SEED, objective: load.objective });
}
const speed = await timed(5, { requests: 8, objective });
const short = await timed(5, { requests: 2, maxTokens: 1 });
const again = await timed(8, {}, Infinity);
const said = (changed: Partial<WorkloadSpeed>) => underived({ ...speed, ...changed }, SEED).map(rounded);
/** Numbers are not what these tests are about. */
const rounded = (text: string) => text.replaceAll(/-?\d+(\.\d+)?/g, "#");

Deno.test("every figure of a recorded speed follows from its blocks", () => {
  assertEquals(
    [speed, short, again].flatMap((one) => underived(one, SEED)),
    [],
  );
});

Deno.test("a speed follows from its blocks after a round trip through the store's text", () => {
  assertEquals([speed, short].flatMap((one) => underived(JSON.parse(JSON.stringify(one)), SEED)), []);
});

const { base, candidate, ratio } = speed;
const { p95: _, ...ttft } = candidate.ttft;
for (
  const [what, changed, why] of [
    [
      "asked tokens over time, where fewer came",
      { candidate: { ...candidate, tokensPerSecond: candidate.tokensPerSecond * 1.1 } },
      "toy_single, candidate: # tokens/s over # s are not the # tokens that came",
    ],
    [
      "a time between tokens that counts pieces of text",
      { base: { ...base, tpot: { ...base.tpot, p50: base.tpot.p50 * 2 } } },
      "toy_single, base: its tpot p# is #, with # of # up to it",
    ],
    [
      "a first token dated earlier",
      { candidate: { ...candidate, ttft: { ...candidate.ttft, p50: 0 } } },
      "toy_single, candidate: its ttft p# is #, with # of # up to it",
    ],
    [
      "an end that only half the requests reach",
      { base: { ...base, e2e: { ...base.e2e, p95: base.e2e.p50 } } },
      "toy_single, base: its e#e p# is #, with # of # up to it",
    ],
    [
      "a percentile of fewer requests than were timed",
      { candidate: { ...candidate, ttft: { ...candidate.ttft, n: 12 } } },
      "toy_single, candidate: its ttft is said to be of # requests where # were timed",
    ],
    [
      "a percentile left out",
      { candidate: { ...candidate, ttft } },
      "toy_single, candidate: its ttft has no p# of # requests",
    ],
    [
      "a percentile that so few do not support",
      { candidate: { ...candidate, ttft: { ...candidate.ttft, p99: candidate.ttft.p95! } } },
      "toy_single, candidate: its ttft has a p# of # requests",
    ],
    [
      "another ratio",
      { ratio: { ...ratio, estimate: ratio.estimate * 1.0001 } },
      "toy_single: its ratio is # where its pairs come to #",
    ],
    [
      "another interval",
      { ratio: { ...ratio, interval: { ...ratio.interval, low: ratio.interval.low * 1.0001 } } },
      "toy_single: its interval is [#, #] where its pairs come to [#, #]",
    ],
    [
      "a claim that the noise swallows",
      { noise: 0.9 },
      'toy_single: it claims "faster" where "no difference" is borne out',
    ],
    [
      "a claim that hides a gain as a loss",
      { claim: "slower" },
      'toy_single: it claims "slower" where "faster" is borne out',
    ],
    [
      "a block that is missing",
      { blocks: speed.blocks.slice(0, -1) },
      "toy_single: # blocks of the base and # of the candidate",
    ],
    [
      "an interval over the peer that does not hold the ratio over the peer",
      { overPeer: 3, overPeerInterval: { low: 1, high: 2, level: 0.95 } },
      "toy_single: its interval over the peer is [#, #], which does not hold #",
    ],
  ] as readonly (readonly [string, Partial<WorkloadSpeed>, string])[]
) {
  Deno.test(`found: ${what}`, () =>
    assertEquals(said(changed).includes(why), true, said(changed).join("\n")));
}

const held = speed.objective!;
for (
  const [what, changed, why] of [
    [
      "is said to have broken",
      { ...held, kind: "broke" },
      "toy_single: its objective is said to have broke at # of #",
    ],
    [
      "was judged on another figure",
      { ...held, candidate: 1 },
      "toy_single: its objective was judged on # and #: the arms have # and #",
    ],
    [
      "has another limit",
      { ...held, limit: 1e6 },
      "toy_single: its objective is said to have held at # of #",
    ],
    [
      "was not judged",
      { kind: "unjudged", objective, why: "" },
      "toy_single: its objective could have been judged",
    ],
  ] as readonly (readonly [string, WorkloadSpeed["objective"] & object, string])[]
) {
  Deno.test(`found: an objective that held and ${what}`, () => {
    assertEquals(said({ objective: changed }).includes(why), true, said({ objective: changed }).join("\n"));
  });
}

Deno.test("found: a gain that is claimed where the objective broke", () => {
  const broke = {
    ...held,
    kind: "broke",
    objective: { ...objective, most: { timesBaseline: 0.1 } },
  } as typeof held;
  assertEquals(said({ objective: { ...broke, limit: base.ttft.p95! * 0.1 } as typeof held }), [
    'toy_single: it claims "faster" where "no difference" is borne out',
  ]);
});
