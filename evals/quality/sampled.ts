/**
 * Whether draws follow the law that the request asks for. Short answers to few contexts are drawn under many seeds, in
 * a crowd; each draw is put through the distribution function that the session's own scores and the request's
 * temperature, top-k and top-p make (see law.ts). The same seed must also draw the same alone as in the crowd.
 */
import { type Dataset, hash, type Prompt } from "../../datasets/mod.ts";
import { distribution, type Request, type Sampling, type Session, uniform } from "../../engine/mod.ts";
import { alone, type Collected, crowded } from "../asking.ts";
import { CHARACTERS_PER_TOKEN } from "../estimate.ts";
import type { Answered, Eval } from "../eval.ts";
import { driftOf, joined, NO_NOISE, type Noise, TIE } from "../noise.ts";
import { toRequest } from "./token_match.ts";

interface Answer {
  /** Of each draw: where it fell in the distribution function of its law, uniform on [0, 1) if it came from it. */
  readonly places: readonly number[];
  /** The same with the tokens that the text already holds before all others, so that a bent for or against them shows. */
  readonly repeats: readonly number[];
  /** Draws that their law does not allow, be it moved by as much as the session's scores differ from its draws'. */
  readonly impossible: number;
  /** Of the answers asked again alone: those that came out otherwise. */
  readonly changed: number;
  readonly text: string;
}

/** How the draws are asked for in turn: plain, cooled and cut. */
const SAMPLINGS: readonly Omit<Sampling, "seed">[] = [
  { temperature: 1 },
  { temperature: 0.7, topP: 0.9 },
  { temperature: 1.3, topK: 4 },
];
/** Tokens of a prompt that are enough to go on from. */
const CONTEXT = 32;
/** One in so many answers is asked again alone. */
const AGAIN = 8;

/** An eval over `count` contexts, each answered `draws` times with `tokens` tokens. */
export function sampled(
  dataset: Dataset<Prompt>,
  { count, draws, tokens }: { readonly count: number; readonly draws: number; readonly tokens: number },
): Eval<Prompt, Answer> {
  return {
    name: `${dataset.name}_sampled`,
    summary: `${draws} answers a prompt drawn under seeds: their law, and the same again`,
    dataset,
    count,
    params: { draws, tokens },
    sees: ["cache", "decoder", "scheduler"],
    metrics: [
      { name: "law", unit: "p", better: "higher", rule: "law" },
      { name: "repeats", unit: "p", better: "higher", rule: "law" },
      { name: "impossible", unit: "breaches", better: "lower", rule: "exact" },
      { name: "replay", unit: "fraction", better: "lower", rule: "guard", allowed: 0.25 },
    ],
    async *ask(session: Session, samples: readonly Prompt[]): AsyncIterable<Answered<Answer>> {
      for (const sample of samples) {
        const prompt = toRequest(session, sample, tokens).prompt.slice(0, CONTEXT);
        const requests = Array.from({ length: draws }, (_, draw): Request => ({
          id: `${sample.id}#${draw}`,
          prompt,
          maxTokens: tokens,
          stop: [],
          scored: true,
          sampling: { ...SAMPLINGS[draw % SAMPLINGS.length]!, seed: hash(`${sample.id}#${draw}`) },
        }));
        const answers = await crowded(session, requests);
        const repeated = requests.filter((_, draw) => draw % AGAIN === 0);
        const again = await alone(session, repeated);
        const told = (id: string) => answers.get(id)!;
        const changed = repeated.filter(({ id }) =>
          `${again.get(id)!.tokens}` !== `${told(id).tokens}`
        ).length;
        const text = session.tokenizer.decode([...told(requests[0]!.id).tokens]);
        const placed = await placesOf(session, requests, told);
        yield { id: sample.id, answer: { ...placed, changed: changed / repeated.length, text } };
      }
    },
    grade: ({ places, repeats, impossible, changed }) => ({
      law: { value: 0, weight: places.length, parts: places },
      repeats: { value: 0, weight: repeats.length, parts: repeats },
      impossible: { value: impossible },
      replay: { value: changed },
    }),
    work: ({ turns }) => ({
      read: draws * Math.min(CONTEXT, turns[0]!.length / CHARACTERS_PER_TOKEN),
      write: draws * tokens,
    }),
    show: ({ text }) => text,
  };
}

/** Scores each answer with the session itself, which neither decoder nor scheduler touch. */
async function placesOf(
  session: Session,
  requests: readonly Request[],
  told: (id: string) => Collected,
) {
  const items = requests.map(({ id, prompt }) => ({
    id,
    context: prompt,
    continuations: [told(id).tokens],
    distributions: true,
  }));
  const asked = new Map(requests.map((request) => [request.id, request]));
  const [places, repeats]: [number[], number[]] = [[], []];
  const left: { readonly token: number; readonly row: Float32Array; readonly sampling: Sampling }[] = [];
  let noise = NO_NOISE;
  for await (const { id, distributions, logProbs: [logProbs] } of session.score(items)) {
    const rows = distributions![0]!;
    const { tokens, logProbs: drawn } = told(id);
    noise = joined([noise, driftOf(drawn, [...logProbs!])]);
    const { prompt, sampling } = asked.get(id)!;
    tokens.forEach((token, i) => {
      const width = rows.length / tokens.length;
      const row = rows.subarray(i * width, (i + 1) * width);
      const { ids, probabilities } = distribution(row, sampling!);
      const law = ids.map((id, rank): Possible => ({ id, probability: probabilities[rank]! }));
      const held = new Set([...prompt, ...tokens.slice(0, i)]);
      const [old, fresh] = [law.filter(({ id }) => held.has(id)), law.filter(({ id }) => !held.has(id))];
      if (!ids.includes(token)) left.push({ token, row, sampling: sampling! });
      // Its own for every draw: one that comes again in each context would bend all of them alike.
      const within = (what: string) => uniform(hash(`${what} ${id}`), i);
      places.push(placeOf(token, law, within("place")));
      repeats.push(placeOf(token, [...old, ...fresh], within("repeat")));
    });
  }
  const impossible = left.filter(({ token, row, sampling }) => !mightBe(token, row, sampling, noise)).length;
  return { places, repeats, impossible };
}

interface Possible {
  readonly id: number;
  readonly probability: number;
}

/** Where a token lies in the distribution function; `within` its own share, so that places are uniform over the whole. */
function placeOf(token: number, law: readonly Possible[], within: number): number {
  const at = law.findIndex(({ id }) => id === token);
  const below = law.slice(0, at < 0 ? law.length : at).reduce((sum, { probability }) => sum + probability, 0);
  return Math.min(1 - 1e-12, below + (law[at]?.probability ?? 0) * within);
}

/** Whether rounding explains a token that its law leaves out: the law of a row that differs by so much may keep it. */
function mightBe(token: number, row: Float32Array, sampling: Sampling, { drift }: Noise): boolean {
  if (drift <= TIE) return false;
  const moved = row.slice();
  moved[token]! += 2 * drift;
  const { topP } = sampling;
  const wider = topP === undefined ? sampling : { ...sampling, topP: Math.min(1, topP + 2 * drift) };
  return distribution(moved, wider).ids.includes(token);
}
