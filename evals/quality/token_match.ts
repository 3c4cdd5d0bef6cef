/**
 * Greedy tokens beside those of the stack beneath, asked concurrently so that caches are shared and batches are
 * mixed. A first divergence is a breach unless the stack beneath was itself at a numerical tie there.
 */
import type { Dataset, Prompt } from "../../datasets/mod.ts";
import { type Request, type ScoreItem, type Session, UserError } from "../../engine/mod.ts";
import { CHARACTERS_PER_TOKEN } from "../estimate.ts";
import type { Answered, Eval } from "../eval.ts";

/** The least band of numerical ties, in logits: 32-bit sums in another order differ by less. */
export const TIE = 1e-4;
/**
 * The widest band that rounding explains: SmolLM2-135M at 4 bits turns over at margins of up to half a logit. A stack
 * that turns over at more than twice that has a fault, and may excuse none.
 */
const WIDEST = 1;

export interface Transcript {
  readonly tokens: readonly number[];
  /** Greedy top-1 minus top-2 logit where each token was chosen. */
  readonly margins: readonly number[];
}

interface Answer extends Transcript {
  readonly text: string;
  /** Margins up to this are numerical ties of the session that answered: see `tieBand`. */
  readonly band: number;
  /** Whether the session itself chose otherwise anywhere when it read this answer in one go. */
  readonly flipped: boolean;
}

/** An eval over prompts, each answered with `tokens` tokens. */
export function tokenMatch(
  dataset: Dataset<Prompt>,
  { count, tokens }: { readonly count: number; readonly tokens: number },
): Eval<Prompt, Answer> {
  return {
    name: `${dataset.name}_match`,
    summary: `greedy tokens equal to those of the stack beneath, ${tokens} a prompt`,
    dataset,
    count,
    params: { tokens },
    sees: ["cache", "decoder", "scheduler"],
    metrics: [
      { name: "divergent", unit: "breaches", better: "lower", exact: true },
      { name: "ties", unit: "breaches", better: "lower" },
    ],
    async *ask(session: Session, samples: readonly Prompt[]): AsyncIterable<Answered<Answer>> {
      const requests = samples.map((sample) => toRequest(session, sample, tokens));
      const transcripts = new Map(
        requests.map(({ id }) => [id, { tokens: [] as number[], margins: [] as number[] }]),
      );
      for await (const emission of session.generate(requests)) {
        const transcript = transcripts.get(emission.id)!;
        transcript.tokens.push(...emission.tokens);
        transcript.margins.push(...emission.margins);
      }
      const { band, flipped } = await tieBand(session, requests, transcripts);
      for (const [id, transcript] of transcripts) {
        const text = session.tokenizer.decode(transcript.tokens);
        yield { id, answer: { ...transcript, text, band, flipped: flipped.has(id) } };
      }
    },
    grade(answer, _sample, reference) {
      const { breach, tie } = divergence(reference, answer, reference.band);
      // Beside the ties of the candidate stand those of the stack beneath with itself.
      const ties = answer === reference ? reference.flipped : tie;
      return { divergent: { value: Number(breach) }, ties: { value: Number(ties) } };
    },
    work: ({ system = "", turns }) => ({
      read: 2 * (system.length + turns[0]!.length) / CHARACTERS_PER_TOKEN,
      write: tokens,
    }),
    show: ({ text }) => text,
  };
}

/**
 * The request for a prompt's first turn, in the model's chat format; exactly `maxTokens` tokens.
 * @throws {UserError} when the context has no room for a prompt beside them.
 */
export function toRequest(session: Session, prompt: Prompt, maxTokens: number): Request {
  if (maxTokens >= session.context) {
    throw new UserError(
      `Cannot ask for ${maxTokens} tokens as prompt and answer must fit the model's context of ${session.context}.`,
    );
  }
  const system = prompt.system === undefined ? [] : [{ role: "system" as const, content: prompt.system }];
  const ids = session.tokenizer.chat([...system, { role: "user", content: prompt.turns[0]! }]);
  return { id: prompt.id, prompt: ids.slice(0, session.context - maxTokens), maxTokens, stop: [] };
}

/**
 * The band of a session's numerical ties: it reads its own transcripts in one go, and where it would now choose
 * otherwise, the margin at which it chose is one that rounding alone can turn over. Quantized activations make this
 * band wide: a sum in another order rounds another way in the next layer.
 */
async function tieBand(
  session: Session,
  requests: readonly Request[],
  transcripts: ReadonlyMap<string, Transcript>,
) {
  const items = requests.map(({ id, prompt }): ScoreItem => ({
    id,
    context: prompt,
    continuations: [transcripts.get(id)!.tokens],
  }));
  const flipped = new Set<string>();
  let band = TIE;
  for await (const { id, logProbs: [logProbs], tops: [tops] } of session.score(items)) {
    logProbs!.forEach((value, i) => {
      if (value >= tops![i]!) return;
      flipped.add(id);
      const margin = transcripts.get(id)!.margins[i]!;
      if (margin <= WIDEST) band = Math.max(band, margin);
    });
  }
  return { band, flipped };
}

/** Whether the first difference is a breach, or a tie of the reference; neither where there is none. */
export function divergence(
  reference: Transcript,
  answer: Pick<Transcript, "tokens">,
  band: number,
): { readonly breach: boolean; readonly tie: boolean } {
  const length = Math.max(reference.tokens.length, answer.tokens.length);
  for (let i = 0; i < length; i++) {
    if (reference.tokens[i] === answer.tokens[i]) continue;
    const tie = (reference.margins[i] ?? Infinity) <= band && answer.tokens[i] !== undefined;
    return { breach: !tie, tie };
  }
  return { breach: false, tie: false };
}
