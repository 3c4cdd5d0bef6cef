/** Asks both stacks of a comparison the same samples and grades them in pairs: one check a metric. */
import type { Session, Stack } from "../engine/mod.ts";
import type { Sample } from "../datasets/mod.ts";
import type { Claim } from "../techniques/mod.ts";
import type { Answers, Sessions } from "./answers.ts";
import { compare } from "./compare.ts";
import { earned } from "./engagement.ts";
import type { Eval, Grade, Metric } from "./eval.ts";
import type { Difference } from "./interval.ts";
import { NO_NOISE, type Noise } from "./noise.ts";
import type { Check, PairedSample } from "./outcome.ts";

export interface Arm {
  readonly stack: Stack;
  readonly open: Sessions;
  /** Distinguishes the answers of the same stack asked once more. */
  readonly again: string;
}

export interface Comparison {
  readonly answers: Answers;
  readonly base: Arm;
  readonly candidate: Arm;
  /** The claim to be judged; absent: every metric is. */
  readonly claim?: Claim;
  /** Whether samples come in turn until they decide. */
  readonly inTurn?: boolean;
  /** What rounding alone does to the base's answers. */
  readonly noise?: (e: Eval) => Promise<Noise>;
  readonly context: Pick<Check, "eval" | "when" | "against">;
  readonly asking: (who: string) => (done: number, total: number) => void;
}

/** What was graded for one metric. */
class Column {
  readonly samples: PairedSample[] = [];
  readonly parts: number[] = [];
  readonly slices = new Map<string, Difference[]>();

  constructor(readonly metric: Metric) {}

  add(sample: PairedSample, about: Sample, before: Grade, after: Grade): void {
    this.samples.push(sample);
    for (const part of after.parts ?? []) this.parts.push(part);
    const { cluster, weight } = sample;
    for (const name of about.slices) {
      this.#slice(name, { cluster, weight, difference: sample.candidate - sample.base });
    }
    for (const [name, { value, weight }] of Object.entries(after.slices ?? {})) {
      const base = before.slices?.[name];
      if (base && weight > 0) this.#slice(name, { cluster, weight, difference: value - base.value });
    }
  }

  #slice(name: string, difference: Difference): void {
    const known = this.slices.get(name);
    if (known) known.push(difference);
    else this.slices.set(name, [difference]);
  }
}

/** Whether a metric judges a claim. */
export const judges = ({ claim }: Metric, claimed: Claim | undefined): boolean =>
  claim === undefined || claimed === undefined || claim === claimed;

/** The checks of one eval, one for each of its metrics that judges the claim. */
export async function checksOf(e: Eval, comparison: Comparison): Promise<Check[]> {
  const { claim, context, inTurn = false } = comparison;
  const columns = e.metrics.filter((metric) => judges(metric, claim)).map((metric) => new Column(metric));
  if (e.streamed) await askTogether(e, comparison, columns);
  else await askApart(e, comparison, columns);
  return checked(columns, context, inTurn);
}

function checked(columns: readonly Column[], context: Comparison["context"], inTurn: boolean): Check[] {
  return columns.map(({ metric, samples, parts, slices }) => {
    const check = compare(metric, context, samples, { parts, slices, inTurn });
    return parts.length > 0 && metric.rule !== "law" ? { ...check, tail: tailOf(parts) } : check;
  });
}

/** The checks of one eval over answers that were asked elsewhere, by every metric. */
export function gradedChecks(
  e: Eval,
  samples: readonly Sample[],
  answers: Readonly<Record<"base" | "candidate", ReadonlyMap<string, unknown>>>,
  noise: Noise,
  context: Comparison["context"],
): readonly Check[] {
  const columns = e.metrics.map((metric) => new Column(metric));
  for (const sample of samples) {
    gradePair(e, sample, answers.base.get(sample.id), answers.candidate.get(sample.id), noise, columns);
  }
  return checked(columns, context, false);
}

/** The same, asking twice as many samples as long as a margin is undecided and the data set has more. */
export async function checksInTurn(e: Eval, comparison: Comparison): Promise<Check[]> {
  for (let count = e.count;; count = Math.min(2 * count, e.dataset.size)) {
    const checks = await checksOf({ ...e, count }, { ...comparison, inTurn: true });
    const open = checks.some(({ rule, decision }) => rule === "margin" && decision === "unsure");
    if (!open || count >= e.dataset.size || checks.some(({ decision }) => decision === "fail")) return checks;
  }
}

async function askApart(e: Eval, comparison: Comparison, columns: readonly Column[]) {
  const { answers, base, candidate, asking } = comparison;
  const reference = await answers.of(e, base.stack, base.open, asking("base"), base.again);
  const noise = await comparison.noise?.(e) ?? NO_NOISE;
  const answered = await answers.of(e, candidate.stack, candidate.open, asking("candidate"), candidate.again);
  for (const sample of await answers.samples(e)) {
    gradePair(e, sample, reference.get(sample.id), answered.get(sample.id), noise, columns);
  }
}

/** For answers too large to keep: one sample at a time, both arms, then dropped. */
async function askTogether(e: Eval, comparison: Comparison, columns: readonly Column[]) {
  const { answers, base, candidate, asking } = comparison;
  const sessions = [await base.open(base.stack), await candidate.open(candidate.stack)] as const;
  const samples = await answers.samples(e);
  for (const [index, sample] of samples.entries()) {
    const one = async (session: Session) => {
      for await (const { answer } of earned(e, session, [sample])) return answer;
    };
    gradePair(e, sample, await one(sessions[0]), await one(sessions[1]), NO_NOISE, columns);
    asking("both")(index + 1, samples.length);
  }
}

function gradePair(
  e: Eval,
  sample: Sample,
  base: unknown,
  candidate: unknown,
  noise: Noise,
  columns: readonly Column[],
) {
  if (base === undefined || candidate === undefined) {
    throw new Error(`Cannot compare sample ${sample.id} of ${e.name} as both stacks must answer it`);
  }
  const before = e.grade(base, sample, base, noise);
  const after = e.grade(candidate, sample, base, noise);
  const texts = { base: e.show(base, sample), candidate: e.show(candidate, sample) };
  for (const column of columns) {
    const [a, b] = [before[column.metric.name]!, after[column.metric.name]!] as [Grade, Grade];
    const paired = {
      id: sample.id,
      cluster: sample.cluster,
      base: a.value,
      candidate: b.value,
      weight: b.weight ?? 1,
      ...(texts.base === texts.candidate ? {} : { shown: { prompt: promptOf(sample), ...texts } }),
    };
    column.add(paired, sample, a, b);
  }
}

/** What a sample asked, for people: the field that data sets of its kind keep it in, cut to a paragraph. */
function promptOf(sample: Sample): string {
  const { context, prompt, text, turns } = sample as Sample & {
    context?: string;
    prompt?: string;
    text?: string;
    turns?: readonly string[];
  };
  return (context ?? prompt?.slice(-600) ?? text ?? turns?.[0] ?? sample.id).slice(0, 600);
}

function tailOf(values: readonly number[]) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)]!;
  return { p99: at(0.99), p999: at(0.999), max: sorted.at(-1)! };
}
