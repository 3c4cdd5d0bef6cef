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
      { name: "impossible", unit: "breaches", better: "lower", rule: "exact" },
      { name: "replay", unit: "fraction", better: "lower", rule: "guard", allowed: 0.25 },
    ],
    async *ask(session: Session, samples: readonly Prompt[]): AsyncIterable<Answered<Answer>> {
      for (const sample of samples) {
        const { prompt } = toRequest(session, sample, tokens);
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
        const { places, impossible } = await placesOf(session, requests, told);
        yield { id: sample.id, answer: { places, impossible, changed: changed / repeated.length, text } };
      }
    },
    grade: ({ places, impossible, changed }) => ({
      law: { value: 0, weight: places.length, parts: places },
      impossible: { value: impossible },
      replay: { value: changed },
    }),
    work: ({ turns }) => ({
      read: draws * turns[0]!.length / CHARACTERS_PER_TOKEN,
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
  const sampling = new Map(requests.map((request) => [request.id, request.sampling!]));
  const places: number[] = [];
  const left: { readonly token: number; readonly row: Float32Array; readonly sampling: Sampling }[] = [];
  let noise = NO_NOISE;
  for await (const { id, distributions: [rows], logProbs: [logProbs] } of scored(session, items)) {
    const { tokens, logProbs: drawn } = told(id);
    noise = joined([noise, driftOf(drawn, [...logProbs!])]);
    const own = sampling.get(id)!;
    tokens.forEach((token, i) => {
      const width = rows!.length / tokens.length;
      const row = rows!.subarray(i * width, (i + 1) * width);
      const { ids, probabilities } = distribution(row, own);
      const at = ids.indexOf(token);
      if (at < 0) left.push({ token, row, sampling: own });
      const below = probabilities.slice(0, at < 0 ? ids.length : at).reduce((sum, p) => sum + p, 0);
      // Within a token's own share the place is drawn, so that it is uniform over the whole.
      places.push(
        Math.min(1 - 1e-12, below + (at < 0 ? 0 : probabilities[at]!) * uniform(places.length, 77)),
      );
    });
  }
  const impossible = left.filter(({ token, row, sampling }) => !mightBe(token, row, sampling, noise)).length;
  return { places, impossible };
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

async function* scored(session: Session, items: Parameters<Session["score"]>[0]) {
  for await (const { id, logProbs, distributions } of session.score(items)) {
    yield { id, logProbs, distributions: distributions! };
  }
}
