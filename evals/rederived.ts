/**
 * Figures beside the raw timings that they are said to come from, worked out a second way: tokens over time are the
 * rate, a percentile is a value with enough values below it, a ratio is the mean of its pairs, a claim clears the
 * noise and the objective. A figure that does not follow was made up, or counted something else.
 */
import type { ArmSpeed, Block, ObjectiveOutcome, Percentiles, WorkloadSpeed } from "./outcome.ts";
import { halfWidth, ratioOf } from "./speed.ts";

/** Sums in another order differ by less. */
const ROUNDING = 1e-9;
const SHARES = { p50: [0.5, 1], p95: [0.95, 20], p99: [0.99, 100] } as const;

/** Which figures do not follow from the blocks, in words; empty where all do. `seed`: that of the suite. */
export function underived(speed: WorkloadSpeed, seed: number): readonly string[] {
  const { workload, blocks, ratio, noise, claim, objective, overPeer, overPeerInterval } = speed;
  const reasons: string[] = [];
  const say = (what: string) => reasons.push(`${workload}: ${what}`);
  for (const arm of ["base", "candidate"] as const) {
    const own = blocks.filter((block) => block.arm === arm);
    reasons.push(...ofArm(speed[arm], own).map((what) => `${workload}, ${arm}: ${what}`));
  }
  const rates = (arm: Block["arm"]) => blocks.filter((block) => block.arm === arm).map(rateOf);
  const [base, candidate] = [rates("base"), rates("candidate")];
  if (base.length !== candidate.length) {
    say(`${base.length} blocks of the base and ${candidate.length} of the candidate`);
  }
  const logs = candidate.map((rate, i) => Math.log(rate) - Math.log(base[i] ?? NaN));
  const mean = Math.exp(logs.reduce((sum, log) => sum + log / logs.length, 0));
  if (!near(ratio.estimate, mean)) say(`its ratio is ${ratio.estimate} where its pairs come to ${mean}`);
  const { low, high } = ratioOf(logs, seed).interval;
  if (!near(ratio.interval.low, low) || !near(ratio.interval.high, high)) {
    say(
      `its interval is [${ratio.interval.low}, ${ratio.interval.high}] where its pairs come to [${low}, ${high}]`,
    );
  }
  if (objective !== undefined) {
    reasons.push(...ofObjective(objective, speed).map((what) => `${workload}: ${what}`));
  }
  // The baseline's own row measures the noise, and claims nothing.
  const itself = near(noise, halfWidth(ratio.interval)) && claim === "no difference";
  const faster = ratio.interval.low > 1 + noise && objective?.kind !== "broke";
  const clear = faster ? "faster" : ratio.interval.high < 1 - noise ? "slower" : "no difference";
  if (!itself && claim !== clear) say(`it claims "${claim}" where "${clear}" is borne out`);
  if (overPeerInterval !== undefined) {
    const { low, high } = overPeerInterval;
    if (!(overPeer !== undefined && low <= overPeer && overPeer <= high)) {
      say(`its interval over the peer is [${low}, ${high}], which does not hold ${overPeer}`);
    }
  }
  return reasons;
}

const rateOf = ({ timings, duration }: Block) => timings.flatMap(({ tokens }) => tokens).length / duration;

function ofArm(arm: ArmSpeed, blocks: readonly Block[]): readonly string[] {
  const timings = blocks.flatMap((block) => block.timings);
  const tokens = timings.flatMap((timing) => timing.tokens).length;
  const seconds = blocks.map(({ duration }) => duration / 1000).reduce((sum, one) => sum + one, 0);
  const reasons = near(arm.tokensPerSecond * seconds, tokens)
    ? []
    : [`${arm.tokensPerSecond} tokens/s over ${seconds} s are not the ${tokens} tokens that came`];
  const span = (from: number | undefined, to: number | undefined) => (to ?? NaN) - (from ?? NaN);
  const several = timings.filter(({ tokens }) => tokens.length > 1);
  const figures = {
    ttft: timings.map(({ sent, tokens }) => span(sent, tokens[0])),
    tpot: several.map(({ tokens }) => span(tokens[0], tokens.at(-1)) / (tokens.length - 1)),
    e2e: timings.map(({ sent, tokens }) => span(sent, tokens.at(-1))),
  };
  for (const [name, values] of Object.entries(figures)) {
    const wrong = ofPercentiles(arm[name as keyof typeof figures], values);
    if (wrong !== undefined) reasons.push(`its ${name} ${wrong}`);
  }
  return reasons;
}

function ofPercentiles(given: Percentiles, values: readonly number[]): string | undefined {
  if (given.n !== values.length) {
    return `is said to be of ${given.n} requests where ${values.length} were timed`;
  }
  if (values.length === 0) return undefined;
  for (const [name, [share, least]] of Object.entries(SHARES)) {
    const value = given[name as keyof typeof SHARES];
    if ((value !== undefined) !== (name === "p50" || values.length >= least)) {
      return `has ${value === undefined ? "no" : "a"} ${name} of ${values.length} requests`;
    }
    if (value === undefined) continue;
    const [upTo, below] = [
      values.filter((one) => one <= value + ROUNDING * Math.abs(value)).length,
      values.filter((one) => one < value - ROUNDING * Math.abs(value)).length,
    ];
    const wanted = Math.ceil(share * values.length);
    if (!(upTo >= wanted && below < wanted)) {
      return `${name} is ${value}, with ${upTo} of ${values.length} up to it`;
    }
  }
  return undefined;
}

function ofObjective(outcome: ObjectiveOutcome, speed: WorkloadSpeed): readonly string[] {
  const { figure, percentile, most } = outcome.objective;
  const [base, candidate] = [speed.base[figure][percentile], speed.candidate[figure][percentile]];
  if (outcome.kind === "unjudged") {
    return base === undefined || candidate === undefined ? [] : [`its objective could have been judged`];
  }
  if (
    base === undefined || candidate === undefined || base !== outcome.base || candidate !== outcome.candidate
  ) {
    return [
      `its objective was judged on ${outcome.base} and ${outcome.candidate}: the arms have ${base} and ${candidate}`,
    ];
  }
  const limit = "milliseconds" in most ? most.milliseconds : most.timesBaseline * base;
  return near(limit, outcome.limit) && (candidate <= outcome.limit) === (outcome.kind === "held")
    ? []
    : [`its objective is said to have ${outcome.kind} at ${candidate} of ${limit}`];
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= ROUNDING * Math.max(Math.abs(a), Math.abs(b));
}
