/** Asks both stacks of a comparison the same samples and grades them in pairs: one check a metric. */
import type { Session, Stack } from "../engine/mod.ts";
import type { Sample } from "../datasets/mod.ts";
import type { Answers, Sessions } from "./answers.ts";
import { compare } from "./compare.ts";
import type { Eval, Grade } from "./eval.ts";
import type { Check, PairedSample } from "./outcome.ts";

interface Arm {
  readonly stack: Stack;
  readonly open: Sessions;
  /** Distinguishes the answers of the same stack asked once more. */
  readonly again: string;
}

interface Comparison {
  readonly answers: Answers;
  readonly base: Arm;
  readonly candidate: Arm;
  readonly context: Pick<Check, "eval" | "when" | "against">;
  readonly asking: (who: string) => (done: number, total: number) => void;
}

type Graded = ReadonlyMap<string, PairedSample[]>;

/** The checks of one eval, one for each of its metrics. */
export async function checksOf(e: Eval, comparison: Comparison): Promise<Check[]> {
  const graded = new Map<string, PairedSample[]>(e.metrics.map((metric) => [metric.name, []]));
  const parts = new Map<string, number[]>();
  if (e.streamed) await askTogether(e, comparison, graded, parts);
  else await askApart(e, comparison, graded, parts);
  return e.metrics.map((metric) => {
    const check = compare(metric, comparison.context, graded.get(metric.name)!);
    const values = parts.get(metric.name);
    return values ? { ...check, tail: tailOf(values) } : check;
  });
}

async function askApart(
  e: Eval,
  { answers, base, candidate, asking }: Comparison,
  graded: Graded,
  parts: Map<string, number[]>,
) {
  const reference = await answers.of(e, base.stack, base.open, asking("base"), base.again);
  const answered = await answers.of(e, candidate.stack, candidate.open, asking("candidate"), candidate.again);
  for (const sample of await answers.samples(e)) {
    gradePair(e, sample, reference.get(sample.id), answered.get(sample.id), graded, parts);
  }
}

/** For answers too large to keep: one sample at a time, both arms, then dropped. */
async function askTogether(
  e: Eval,
  { answers, base, candidate, asking }: Comparison,
  graded: Graded,
  parts: Map<string, number[]>,
) {
  const sessions = [await base.open(base.stack), await candidate.open(candidate.stack)] as const;
  const samples = await answers.samples(e);
  for (const [index, sample] of samples.entries()) {
    const one = async (session: Session) => {
      for await (const { answer } of e.ask(session, [sample])) return answer;
    };
    gradePair(e, sample, await one(sessions[0]), await one(sessions[1]), graded, parts);
    asking("both")(index + 1, samples.length);
  }
}

function gradePair(
  e: Eval,
  sample: Sample,
  base: unknown,
  candidate: unknown,
  graded: Graded,
  parts: Map<string, number[]>,
) {
  if (base === undefined || candidate === undefined) {
    throw new Error(`Cannot compare sample ${sample.id} of ${e.name} as both stacks must answer it`);
  }
  const [before, after] = [e.grade(base, sample, base), e.grade(candidate, sample, base)];
  const texts = { base: e.show(base, sample), candidate: e.show(candidate, sample) };
  for (const [metric, samples] of graded) {
    const [a, b] = [before[metric]!, after[metric]!] as [Grade, Grade];
    samples.push({
      id: sample.id,
      cluster: sample.cluster,
      base: a.value,
      candidate: b.value,
      weight: b.weight ?? 1,
      ...(texts.base === texts.candidate ? {} : { shown: { prompt: promptOf(sample), ...texts } }),
    });
    if (b.parts) parts.set(metric, [...parts.get(metric) ?? [], ...b.parts]);
  }
}

/** What a sample asked, for people: the field that data sets of its kind keep it in, cut to a paragraph. */
function promptOf(sample: Sample): string {
  const { context, text, turns } = sample as Sample & {
    context?: string;
    text?: string;
    turns?: readonly string[];
  };
  return (context ?? text ?? turns?.[0] ?? sample.id).slice(0, 600);
}

function tailOf(values: readonly number[]) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)]!;
  return { p99: at(0.99), p999: at(0.999), max: sorted.at(-1)! };
}
