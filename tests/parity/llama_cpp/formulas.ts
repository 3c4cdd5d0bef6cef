/** Our evals' own formulas over replayed log-probabilities: what `perplexity` and `logitKl` make of each chunk. */
import { logitKl, perplexity, type Session } from "../../../mod.ts";
import { NO_NOISE } from "../../../evals/noise.ts";
import type { Dataset, Text } from "../../../datasets/mod.ts";

/** Perplexity over all scored tokens. */
export async function perplexityOf(session: Session, dataset: Dataset<Text>): Promise<number> {
  const own = perplexity(dataset, { count: dataset.size, tokens: session.context });
  let [sum, tokens] = [0, 0];
  for await (const sample of dataset.samples()) {
    const answer = await only(own.ask(session, [sample]));
    const { value, weight } = own.grade(answer, sample, answer, NO_NOISE)["nll"]!;
    sum += value * weight!;
    tokens += weight!;
  }
  return Math.exp(sum / tokens);
}

export interface Divergence {
  /** KL(base || candidate) in nats at each scored position, ascending. */
  readonly ascending: readonly number[];
  readonly klMean: number;
  readonly sameTop: number;
}

/** The candidate beside the base, chunk by chunk. */
export async function divergenceOf(
  base: Session,
  candidate: Session,
  dataset: Dataset<Text>,
): Promise<Divergence> {
  const own = logitKl(dataset, { count: dataset.size, tokens: base.context });
  const parts: number[] = [];
  let [kl, same] = [0, 0];
  for await (const sample of dataset.samples()) {
    const reference = await only(own.ask(base, [sample]));
    const grades = own.grade(await only(own.ask(candidate, [sample])), sample, reference, NO_NOISE);
    parts.push(...grades["kl"]!.parts!);
    kl += grades["kl"]!.value * grades["kl"]!.weight!;
    same += grades["same_top"]!.value * grades["same_top"]!.weight!;
  }
  return {
    ascending: parts.toSorted((a, b) => a - b),
    klMean: kl / parts.length,
    sameTop: same / parts.length,
  };
}

async function only<A>(answers: AsyncIterable<{ readonly answer: A }>): Promise<A> {
  for await (const { answer } of answers) return answer;
  throw new Error("an eval must answer every sample");
}

/** A quantile as llama.cpp and numpy take it, between the two nearest ranks; `at`: its place among them, from 0. */
export function interpolated(ascending: readonly number[], at: number): number {
  const [low, high] = [ascending[Math.floor(at)]!, ascending[Math.ceil(at)]!];
  return low + (at - Math.floor(at)) * (high - low);
}

/** A quantile as we state it: a value that occurred, at least the share `q` being no larger. */
export function nearestRank(ascending: readonly number[], q: number): number {
  return ascending[Math.max(0, Math.ceil(q * ascending.length) - 1)]!;
}
