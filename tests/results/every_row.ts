/** A board with every kind of row on it. */
import { type Outcome, type WorkloadSpeed, workloadSpeed } from "../../evals/mod.ts";
import type { Recording } from "../../results/mod.ts";
import {
  alone,
  breaches,
  check,
  emulated,
  failed,
  guard,
  held,
  law,
  PARTS,
  recorded,
  recording,
  trial,
  unmeasured,
  unsure,
  workload,
} from "./fixture.ts";

/** The same race where the workload has a latency objective: so many milliseconds to the first token. */
function guarded(speed: WorkloadSpeed, milliseconds: number): WorkloadSpeed {
  const objective = { figure: "ttft", percentile: "p95", most: { milliseconds } } as const;
  const bytes = { base: speed.base.addedBytes, candidate: speed.candidate.addedBytes };
  const given = { noise: speed.noise, bytes, seed: 1, objective };
  const { claim, objective: outcome } = workloadSpeed(speed.workload, speed.blocks, given);
  return { ...speed, claim, ...(outcome ? { objective: outcome } : {}) };
}

/** Its recordings, on two workloads. */
export async function everything(): Promise<readonly Recording[]> {
  const nats = {
    unit: "nats/token",
    eval: "wikipedia",
    metric: "perplexity",
    base: 2.812,
    candidate: 2.816,
  } as const;
  const load = (
    ratio: number,
  ) => [workload(ratio), workload(ratio * 1.1, 0.12, { workload: "eight_streams" })];
  const both = { workloads: ["single_stream", "eight_streams"] };
  const outcomes: readonly Outcome[] = [
    recorded(trial("baseline again", { ...both, techniques: [], candidate: PARTS }), [
      alone(workload(1.003, 0.017)),
      alone(workload(1.01, 0.03, { workload: "eight_streams" })),
    ], [check(0, -0.004, 0.004)]),
    recorded(
      trial("transformers_js", { ...both, techniques: [], engine: "transformers_js", candidate: PARTS }),
      load(0.91).map(alone),
      [
        breaches(0),
      ],
    ),
    recorded(trial("int8", both), load(1.62).map((speed) => guarded(speed, 1000)), [
      check(0.003, -0.003, 0.009),
      check(0.004, 0.001, 0.018, nats),
      check(0.002, -0.004, 0.008, { when: "under load" }),
    ]),
    recorded(trial("prompt_lookup", both), load(1.58), [breaches(0), breaches(0, { when: "under load" })]),
    recorded(
      trial("int8 + prompt_lookup", {
        ...both,
        techniques: ["int8", "prompt_lookup"].flatMap((name) => trial(name).techniques),
      }),
      load(2.35),
      [check(0.003, -0.003, 0.009), guard(0.02, -0.06, 0.13), law(0.314, 0.012)],
    ),
    recorded(trial("prefix_cache", both), load(1.01), [breaches(0)]),
    recorded(trial("int6 loose", both), load(1.8), [check(0.021, 0.008, 0.034, { allowed: 0.05 })]),
    recorded(
      trial("batch_64", both),
      load(3.1).map((speed) => guarded(speed, 10)),
      [breaches(0)],
    ),
    held(emulated("fp8_e4m3", both)),
    unsure(trial("kv_int8", both)),
    failed(trial("int4", both), [
      check(0.061, 0.034, 0.088),
      check(0.11, 0.09, 0.13, { ...nats, candidate: 2.922 }),
    ]),
    failed(trial("early_exit", both), [breaches(17)]),
    unmeasured(trial("continuous_batching", both), "void", "the machine slept during the race"),
    unmeasured(trial("medusa", both), "skipped", "the model has no extra heads"),
  ];
  return await Promise.all(outcomes.map((outcome) => recording(outcome)));
}
