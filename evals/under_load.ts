/**
 * Grades the transcripts of a race: what was timed is what was judged. Where every technique claims identity, each
 * must equal the baseline's transcript of the same race. Where the model itself changed, each emitted token must be
 * (nearly) the likeliest when the same session reads its own transcript in one go: the regret of decoding.
 */
import type { Request, ScoreItem, Session } from "../engine/mod.ts";
import { compare } from "./compare.ts";
import type { Metric } from "./eval.ts";
import type { Check, PairedSample } from "./outcome.ts";
import { divergence } from "./quality/token_match.ts";
import type { Raced } from "./race.ts";

export const REGRET: Metric = {
  name: "decode_regret",
  unit: "nats/token",
  better: "lower",
  rule: "guard",
  allowed: 0.02,
};

/** The check over one workload's timed transcripts; `band`: up to which margin a divergence is a numerical tie. */
export async function underLoad(
  raced: Raced,
  identical: boolean,
  candidate: Session,
  band: number,
): Promise<Check> {
  const context = { eval: raced.workload.name, when: "under load", against: "baseline" } as const;
  if (identical) {
    const metric: Metric = { name: "divergent", unit: "breaches", better: "lower", rule: "exact" };
    return compare(metric, context, matches(raced, candidate, band));
  }
  // A guard: what is timed are too few requests to bear a claim out, which the quiet checks have done.
  return compare(REGRET, context, await regrets(raced, candidate));
}

function matches(
  { transcripts, requests }: Raced,
  { tokenizer }: Session,
  band: number,
): PairedSample[] {
  return [...requests].map(([id, { prompt }]) => {
    const [base, answer] = [transcripts.base.get(id)!, transcripts.candidate.get(id)!];
    const { breach } = divergence(base, answer, band);
    const shown = {
      prompt: tokenizer.decode(prompt).slice(0, 600),
      base: tokenizer.decode(base.tokens),
      candidate: tokenizer.decode(answer.tokens),
    };
    return { id, cluster: id, base: 0, candidate: Number(breach), weight: 1, ...(breach ? { shown } : {}) };
  });
}

async function regrets({ transcripts, requests }: Raced, session: Session): Promise<PairedSample[]> {
  const told = [...requests].map(([id, { prompt }]) => {
    return { id, prompt, tokens: transcripts.candidate.get(id)!.tokens };
  });
  return await regretsOf(told, session);
}

/** Of each answer, how far its tokens are from the likeliest on average when the session reads it in one go. */
export async function regretsOf(
  told: readonly (Pick<Request, "id" | "prompt"> & { readonly tokens: readonly number[] })[],
  session: Session,
): Promise<PairedSample[]> {
  const items = told.map(({ id, prompt, tokens }): ScoreItem => ({
    id,
    context: prompt,
    continuations: [tokens],
  }));
  const samples: PairedSample[] = [];
  for await (const { id, logProbs: [logProbs], tops: [tops] } of session.score(items)) {
    const regret = logProbs!.reduce((sum, value, i) => sum + tops![i]! - value, 0) / logProbs!.length;
    samples.push({ id, cluster: id, base: 0, candidate: regret, weight: logProbs!.length });
  }
  return samples.sort((a, b) => (a.id < b.id ? -1 : 1));
}
