/** A board of made-up quantizers whose weights were weighed: no figure in here was measured. */
import type { Json } from "../../engine/mod.ts";
import type { Check, Outcome, TrialWeights, WorkloadSpeed } from "../../evals/mod.ts";
import type { Recording } from "../../results/mod.ts";
import { alone, check, failed, PARTS, recorded, recording, trial, workload } from "./fixture.ts";

const WEIGHTS = 134_515_008;
const MATRICES = ["qkv", "attn_output", "gate_up", "ffn_down"];

/** What so many bits a weight take beside 32. */
export function weighing(bits: number, made?: TrialWeights["made"]): { readonly weights: TrialWeights } {
  const arm = (bits: number) => ({ bytes: Math.round(WEIGHTS * bits / 8), bits });
  return { weights: { base: arm(32), candidate: arm(bits), ...(made === undefined ? {} : { made }) } };
}

/** A loss of likelihood. */
export const nats = (loss: number, over: Partial<Check> = {}): Check =>
  check(loss, loss * 0.8, loss * 1.2, {
    eval: "wiki_text_nll",
    metric: "nll",
    unit: "nats/token",
    base: 3.1,
    candidate: 3.1 + loss,
    ...over,
  });

/** Notes as a maker of mixed precision leaves them: each matrix's sensitivity, and losses of each layer. */
export function notes(layers: number): Readonly<Record<string, Json>> {
  const loss = (layer: number, m: number) => Number((0.001 * (m + 1) ** 2 * (1 + layer % 7)).toPrecision(4));
  const pieces = Array.from({ length: layers }, (_, layer): [string, Json] => [
    `layer-${`${layer}`.padStart(2, "0")}`,
    {
      losses: Object.fromEntries(
        MATRICES.map((name, m) => [name, { rounded: 2 * loss(layer, m), made: loss(layer, m) }]),
      ),
      seconds: 6.25,
    },
  ]);
  const sensitivity = Array.from(
    { length: layers },
    (_, layer) => Object.fromEntries(MATRICES.map((name, m) => [name, loss(layer, m)])),
  );
  return { sensitivity: { sensitivity }, ...Object.fromEntries(pieces) };
}

const both = { workloads: ["single_stream", "eight_streams"] };
const load = (ratio: number, crowd = ratio) => [
  workload(ratio, 0.03),
  { ...workload(crowd, 0.03, { workload: "eight_streams" }), ...slower(crowd) },
];
const slower = (ratio: number): Partial<WorkloadSpeed> => ratio < 0.9 ? { claim: "slower" } : {};

/** Its recordings, on two workloads. */
export async function weighedRows(): Promise<readonly Recording[]> {
  const made = (name: string, params = {}) =>
    trial(name, {
      ...both,
      candidate: {
        ...PARTS,
        model: { name: "toy", params: { body: { bits: 4 }, made: { name: "gptq", params } } },
      },
    });
  const outcomes: readonly Outcome[] = [
    {
      ...recorded(trial("baseline again", { ...both, techniques: [], candidate: PARTS }), [
        alone(workload(1.003, 0.017)),
        alone(workload(1.01, 0.03, { workload: "eight_streams" })),
      ], [nats(0.00001)]),
      ...weighing(32),
    },
    { ...recorded(trial("int8", both), load(1.62, 1.3), [nats(0.0036)]), ...weighing(8.5) },
    { ...recorded(made("mixed_6"), load(1.75, 0.82), [nats(0.011)]), ...weighing(6.5, notes(30)) },
    {
      ...failed(made("gptq4"), [nats(0.17), nats(0.31, { eval: "code_text_nll" })]),
      ...weighing(4.98, notes(30)),
    },
    { ...failed(trial("int4_body", both), [nats(0.29)]), ...weighing(4.97) },
    { ...failed(trial("int3", both), [nats(1.4)]), ...weighing(3.5) },
    { ...failed(trial("int2", both), [nats(6.2)]), ...weighing(2.5) },
  ] as readonly Outcome[];
  return await Promise.all(outcomes.map((outcome) => recording(outcome)));
}
