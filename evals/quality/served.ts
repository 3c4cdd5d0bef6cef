/**
 * Running text, teacher-forced through the serving path: every token is made the answer and scored where it would have
 * been chosen. So likelihood, which judges finely, sees the cache, the decoder and the scheduler too: asked alone,
 * among neighbours, and again on what is then cached; from a short prompt (decoding) and a long one (prefill).
 */
import type { Dataset, Text } from "../../datasets/mod.ts";
import { hash } from "../../datasets/mod.ts";
import type { Request, Session } from "../../engine/mod.ts";
import { alone, type Collected, crowded } from "../asking.ts";
import { CHARACTERS_PER_TOKEN } from "../estimate.ts";
import type { Answered, Eval, Grade } from "../eval.ts";
import { Positions } from "../positions.ts";
import { band, driftOf, joined, meanDrift, NO_NOISE, type Noise } from "../noise.ts";

/** One way of asking: the log-probabilities of the tokens from position `from` on. */
interface Served {
  readonly from: number;
  readonly logProbs: readonly number[];
}

const WAYS = ["alone", "crowded", "again"] as const;
type Answer = Readonly<Record<(typeof WAYS)[number], Served>>;

/** A token whose log-probability falls by more than this was answered for; `allowed` shares of them, see `lost`. */
const LOST_NATS = 1;

/** One text in so many is read so many times as far, past where something may change with length. */
const FURTHER = 4;

/** An eval over the first `tokens` tokens of each text, and further into some. */
export function served(
  dataset: Dataset<Text>,
  { count, tokens, rule = "margin" }: {
    readonly count: number;
    readonly tokens: number;
    /** "guard" where other evals bear the claim, and these texts are too few to. */
    readonly rule?: "margin" | "guard";
  },
): Eval<Text, Answer> {
  return {
    name: `${dataset.name}_served`,
    summary: `likelihood of the first ${tokens} tokens through the serving path, alone, in a crowd and again`,
    dataset,
    count,
    params: { tokens },
    sees: ["model", "cache", "decoder", "scheduler"],
    metrics: [
      { name: "nll", unit: "nats/token", better: "lower", rule, allowed: 0.02, claim: "equivalent" },
      { name: "lost", unit: "fraction", better: "lower", rule: "guard", allowed: 0.01, claim: "equivalent" },
      { name: "off", unit: "breaches", better: "lower", rule: "exact", claim: "identical" },
      { name: "drift", unit: "logits", better: "lower", rule: "guard", allowed: 1, claim: "identical" },
    ],
    async *ask(session: Session, samples: readonly Text[]): AsyncIterable<Answered<Answer>> {
      const ids = samples.map(({ id, text }) =>
        session.tokenizer.encode(text).slice(0, lengthOf(id, tokens))
      );
      // The second time more of the text is prompt, so that what was decoded before may be found in a cache.
      const cut = (i: number) => cutOf(samples[i]!.id, ids[i]!.length);
      const later = (i: number) => Math.max(cut(i), Math.floor(ids[i]!.length * 3 / 4));
      const requests = (at: (i: number) => number) =>
        ids.map((all, i): Request => ({
          id: samples[i]!.id,
          prompt: all.slice(0, at(i)),
          maxTokens: all.length - at(i),
          stop: [],
          forced: all.slice(at(i)),
        }));
      const [one, many] = [await alone(session, requests(cut)), await crowded(session, requests(cut))];
      const again = await alone(session, requests(later));
      for (const [i, { id }] of samples.entries()) {
        const taken = (all: ReadonlyMap<string, Collected>, from: number) =>
          takenFrom(all.get(id)!, ids[i]!, from);
        yield {
          id,
          answer: {
            alone: taken(one, cut(i)),
            crowded: taken(many, cut(i)),
            again: taken(again, later(i)),
          },
        };
      }
    },
    grade(answer, _sample, reference, noise = NO_NOISE) {
      const moved = noiseOf(answer, reference);
      const pairs = WAYS.flatMap((way) => pairsOf(answer, reference, way));
      return {
        nll: likelihood(answer),
        lost: {
          value: pairs.filter(([own, base]) => base - own > LOST_NATS).length / pairs.length,
          weight: pairs.length,
        },
        off: { value: Number(moved.drift > band(noise)) },
        drift: { value: answer === reference ? 1 : meanDrift(moved) / meanDrift(noise) },
      };
    },
    noiseOf,
    work: ({ id, text }) => {
      const length = Math.min(lengthOf(id, tokens), text.length / CHARACTERS_PER_TOKEN);
      return { read: length * 2, write: length * 1.5 };
    },
    show: (answer) => `${likelihood(answer).value.toFixed(4)} nats/token`,
  };
}

function lengthOf(id: string, tokens: number): number {
  return hash(`length ${id}`) % FURTHER === 0 ? FURTHER * tokens : tokens;
}

/** Where a text's prompt ends: after a few tokens for one half of the texts, late for the other. */
function cutOf(id: string, length: number): number {
  const h = hash(`cut ${id}`);
  const cut = h % 2 === 0 ? 1 + (h >>> 8) % 8 : Math.floor(length / 2) + (h >>> 8) % 8;
  return Math.max(1, Math.min(cut, length - 1));
}

/** @throws when the session answered something else than what was forced. */
function takenFrom({ tokens, logProbs }: Collected, ids: readonly number[], from: number): Served {
  const wrong = ids.slice(from).findIndex((id, i) => tokens[i] !== id);
  if (wrong >= 0 || tokens.length !== ids.length - from) {
    throw new Error(
      `the answer must be the tokens that were forced: found ${tokens[wrong] ?? "none"} at place ${wrong}`,
    );
  }
  return { from, logProbs };
}

/** The same quantity of both where both have it: `again` has fewer positions than the reference's `alone`. */
function pairsOf(
  answer: Answer,
  reference: Answer,
  way: keyof Answer,
): readonly (readonly [number, number])[] {
  const [own, base] = [answer[way], reference.alone];
  return own.logProbs.map((value, i) => [value, base.logProbs[own.from + i - base.from]!] as const);
}

function noiseOf(answer: Answer, reference: Answer): Noise {
  return joined(WAYS.map((way) => {
    const pairs = pairsOf(answer, reference, way);
    return driftOf(pairs.map(([own]) => own), pairs.map(([, base]) => base));
  }));
}

/** Mean negative log-likelihood over all ways, and by way and position. */
function likelihood(answer: Answer): Grade {
  const all = new Positions();
  for (const way of WAYS) {
    answer[way].logProbs.forEach((value, i) => all.add(-value, answer[way].from + i, way));
  }
  return all.grade();
}
