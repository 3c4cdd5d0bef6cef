/**
 * What around a race makes its times worthless: a first block that was still warming up, a client that could not keep
 * up, processor time that the host took, a clock that jumped, a baseline that does not equal itself, prompts that
 * repeat themselves without saying so.
 */
import { pairedLogs, percentiles, ratioOf } from "./speed.ts";
import type { Measured, Raced } from "./race.ts";

/** Prompts differ in length and text, which moves a block's times per token by less than twice; a cold start, more. */
const COLD = 3;
/** Six deviations beyond the middle is no chance where blocks themselves differ. */
const COLD_DEVIATIONS = 6;
/** A client this late loses under a tenth of the shortest answer that is timed. */
const LATE_SHARE = 1;
/** Threads of a busy machine wake each other up within this. */
const LATE_MS = 20;
/** Times that are a twentieth someone else's say nothing of differences that size. */
const STOLEN = 0.05;
/** Clocks drift by parts in a million: beyond this, and a hundredth of the block, one was set or stood still. */
const JUMP_MS = 20;
const JUMP_SHARE = 0.01;
/** Where a stack may be twice as fast as itself, nothing was measured. */
const NOISE_FLOOR = 1;
/** Questions, articles and passages repeat under a hundredth of themselves; pasted paragraphs, most. */
const REPEATED = 0.1;
const GRAM = 16;

/** The reasons in words. `again`: the baseline races itself, which shows the noise. */
export function circumstances(raced: Raced, again: boolean): readonly string[] {
  const { workload: { name, repeats, seed } } = raced;
  const reasons: string[] = [];
  for (const arm of ["base", "candidate"] as const) {
    const blocks = raced.blocks.filter((block) => block.arm === arm);
    const found = [cold(raced, blocks), late(blocks), stolen(blocks), jumped(blocks)];
    reasons.push(...found.filter((what) => what !== undefined).map((what) => `${name}, ${arm}: ${what}`));
  }
  if (again) {
    const { low, high } = ratioOf(pairedLogs(raced.blocks), seed).interval;
    const noise = Math.max(high, 1 / low) - 1;
    if (noise > NOISE_FLOOR) {
      const most = shown(NOISE_FLOOR);
      reasons.push(
        `${name}: the baseline differs from itself by up to ${
          shown(noise)
        } where at most ${most} can be measured in: ` +
          "a quieter machine or more pairs are needed",
      );
    }
  }
  const repeated = repeatedShare([...raced.requests.values()].map(({ prompt }) => prompt));
  if (repeats !== true && repeated > REPEATED) {
    const share = shown(repeated);
    reasons.push(
      `${name}: its prompts repeat themselves in ${share} of their text, which the workload does not say`,
    );
  }
  return reasons;
}

/** Whether an arm's first block waited longer for each row of its prompts, or between tokens, than its others. */
function cold({ requests }: Raced, blocks: readonly Measured[]): string | undefined {
  const waits = blocks.map(({ timings, counted: { prefixRows = 0 } }) => {
    const rows = timings.reduce((sum, { id }) => sum + (requests.get(id)?.prompt.length ?? 0), -prefixRows);
    return timings.reduce((sum, { sent, tokens }) => sum + (tokens[0] ?? sent) - sent, 0) / rows;
  });
  const gaps = blocks.map(({ timings }) => {
    const spans = timings.map(({ tokens }) => (tokens.at(-1) ?? 0) - (tokens[0] ?? 0));
    const count = timings.reduce((sum, { tokens }) => sum + Math.max(0, tokens.length - 1), 0);
    return spans.reduce((sum, span) => sum + span, 0) / count;
  });
  for (const [what, values] of [["its first tokens", waits], ["a token", gaps]] as const) {
    const [first = NaN, ...others] = values.map(Math.log);
    const rest = others.filter(Number.isFinite);
    if (rest.length < 2) continue;
    const middle = median(rest);
    const deviation = 1.4826 * median(rest.map((value) => Math.abs(value - middle)));
    if (first - middle > Math.max(Math.log(COLD), COLD_DEVIATIONS * deviation)) {
      return `its first block took ${
        Math.exp(first - middle).toFixed(1)
      } times as long for ${what} as the others: ` +
        "it was still warming up, or the machine was busy; run it again";
    }
  }
  return undefined;
}

/** Whether the client had the ends of streams so late that it cannot have kept up. */
function late(blocks: readonly Measured[]): string | undefined {
  const timings = blocks.flatMap((block) => block.timings);
  const lags = percentiles(timings.flatMap(({ lag }) => lag ?? []));
  const gaps = timings.filter(({ tokens }) => tokens.length > 1)
    .map(({ tokens }) => (tokens.at(-1)! - tokens[0]!) / (tokens.length - 1));
  if (lags.n === 0 || gaps.length === 0) return undefined;
  const lag = lags.p95 ?? lags.p50;
  const limit = Math.max(LATE_MS, LATE_SHARE * median(gaps));
  if (lag <= limit) return undefined;
  return `the client had the ends of streams ${lag.toFixed(1)} ms late where at most ${
    limit.toFixed(1)
  } ms can be: ` +
    "it is saturated, or the engine's dates are wrong";
}

function stolen(blocks: readonly Measured[]): string | undefined {
  const told = blocks.filter(({ meanwhile }) => meanwhile.stolen !== undefined);
  const time = told.reduce((sum, { duration }) => sum + duration, 0);
  const share = told.reduce((sum, { meanwhile, duration }) => sum + meanwhile.stolen! * duration, 0) / time;
  return share > STOLEN ? `the host took ${shown(share)} of the processors' time` : undefined;
}

function jumped(blocks: readonly Measured[]): string | undefined {
  const worst = blocks.find(({ duration, meanwhile }) =>
    Math.abs(meanwhile.jump) > Math.max(JUMP_MS, JUMP_SHARE * duration)
  );
  return worst &&
    `the clock that times and the wall's clock came apart by ${
      worst.meanwhile.jump.toFixed(0)
    } ms: one of them jumped`;
}

/** The share of 16-token sequences that stand earlier in the same prompt. */
export function repeatedShare(prompts: readonly (readonly number[])[]): number {
  let [repeated, total] = [0, 0];
  for (const prompt of prompts) {
    const seen = new Set<string>();
    for (let at = 0; at + GRAM <= prompt.length; at++) {
      const gram = prompt.slice(at, at + GRAM).join(" ");
      if (seen.has(gram)) repeated++;
      seen.add(gram);
      total++;
    }
  }
  return total === 0 ? 0 : repeated / total;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

const shown = (share: number) => `${(100 * share).toFixed(0)} %`;
