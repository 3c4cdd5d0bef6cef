/**
 * Where a technique that passed loses: workloads on which it is slower, and reading or writing that takes longer though
 * tokens per second do not. As for rates, the medians of neighbouring blocks are compared, and nothing within the noise
 * is said.
 */
import { type Block, type Outcome, ratioOf, type Timing, type WorkloadSpeed } from "../evals/mod.ts";
import { times, timesInterval } from "./figures.ts";

const PARTS = {
  "the first token comes later": ({ sent, tokens }: Timing) => (tokens[0] ?? NaN) - sent,
  "each further token takes longer": ({ tokens }: Timing) =>
    tokens.length < 2 ? NaN : (tokens.at(-1)! - tokens[0]!) / (tokens.length - 1),
} as const;

/** One sentence for each; empty where nothing is lost, and where raw timings are not at hand nothing but rates is said. */
export function losing(outcome: Outcome): readonly string[] {
  if (outcome.kind !== "recorded" || outcome.trial.techniques.length === 0) return [];
  return outcome.speed.workloads.flatMap((speed) => [
    ...(speed.claim === "slower"
      ? [
        `${speed.workload}: slower, ${times(speed.ratio.estimate)} the baseline's tokens per second ${
          timesInterval(speed.ratio.interval)
        }.`,
      ]
      : []),
    ...later(speed, outcome.trial.seed),
  ]);
}

function later({ workload, blocks, noise }: WorkloadSpeed, seed: number): readonly string[] {
  return Object.entries(PARTS).flatMap(([what, of]) => {
    const [base, candidate] = [medians(blocks, "base", of), medians(blocks, "candidate", of)];
    const logs = candidate.map((value, i) => Math.log(value / (base[i] ?? NaN)));
    if (logs.length < 2 || !logs.every(Number.isFinite)) return [];
    const { estimate, interval } = ratioOf(logs, seed);
    if (!(interval.low > 1 + noise)) return [];
    return [
      `${workload}: ${what}, ${times(estimate)} the baseline's time ${timesInterval(interval)}.`,
    ];
  });
}

/** Of each of an arm's blocks. */
function medians(
  blocks: readonly Block[],
  arm: Block["arm"],
  of: (timing: Timing) => number,
): readonly number[] {
  return blocks.filter((block) => block.arm === arm).map(({ timings }) => {
    const values = timings.map(of).filter(Number.isFinite).toSorted((a, b) => a - b);
    return values[Math.floor((values.length - 1) / 2)] ?? NaN;
  });
}
