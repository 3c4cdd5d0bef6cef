/** What lm-evaluation-harness's metrics mean: which count as fractions or likelihoods, and which way is better. */
import type { Metric } from "../../evals/mod.ts";
import type { Scale, Scored } from "./log.ts";
import { type Fields, finite, list } from "./source.ts";

/** One task as its run describes it. */
export interface Task {
  readonly name: string;
  readonly dataset: string;
  readonly higherIsBetter: Fields;
  /** Whether it chooses between continuations, so that guessing has a score. */
  readonly choosing: boolean;
  /** How many there are; absent where the run does not say. */
  readonly documents: number | undefined;
}

type Number = Pick<Scored, "value" | "weight">;

interface Meaning extends Pick<Scale, "metric" | "note"> {
  /** The score of one document; undefined where the log holds no number. */
  readonly read: (value: unknown) => Number | undefined;
  /** Whether guessing has a score. */
  readonly chance: boolean;
}

/** A sum of log-likelihoods and over how many words or bytes. */
function perUnit(value: unknown, divisor: number): Number | undefined {
  const [sum, units] = list(value).map(finite);
  return sum === undefined || units === undefined || !(units > 0)
    ? undefined
    : { value: -sum / units / divisor, weight: units };
}

function whole(value: unknown): Number | undefined {
  const sum = finite(value);
  return sum === undefined ? undefined : { value: -sum, weight: 1 };
}

/** So what one loses bounds what a token loses. */
const STRICTER = "has a token or more, so the loss a token is no larger";

const LIKELIHOODS: Readonly<Record<string, Omit<Meaning, "metric" | "chance"> & Pick<Metric, "unit">>> = {
  perplexity: { unit: "nats/token", note: `nats a target: a target ${STRICTER}`, read: whole },
  word_perplexity: {
    unit: "nats/token",
    note: `nats a word: a word ${STRICTER}`,
    read: (v) => perUnit(v, 1),
  },
  byte_perplexity: { unit: "bits/byte", read: (v) => perUnit(v, Math.LN2) },
  bits_per_byte: { unit: "bits/byte", read: (v) => perUnit(v, Math.LN2) },
};

/** What a metric with these values means, or why it is left out. `key`: its name, with the filter's after a comma. */
export function meaning(task: Task, key: string, values: readonly unknown[]): Meaning | string {
  const name = key.split(",")[0]!;
  if (Object.hasOwn(LIKELIHOODS, name)) {
    const { unit, ...likelihood } = LIKELIHOODS[name]!;
    return { ...likelihood, metric: { name: key, unit, better: "lower" }, chance: false };
  }
  if (values.some(Array.isArray)) {
    return "it is worked out over all documents at once, so there is nothing to pair";
  }
  const higher = task.higherIsBetter[name];
  if (typeof higher !== "boolean") return "the log does not say which way it counts";
  const numbers = values.map((value) => finite(typeof value === "boolean" ? Number(value) : value));
  if (numbers.some((value) => value !== undefined && (value < 0 || value > 1))) {
    return "it is no fraction, and no margin is known for it";
  }
  return {
    metric: { name: key, unit: "fraction", better: higher ? "higher" : "lower" },
    chance: task.choosing && higher,
    read: (value) => {
      const found = finite(typeof value === "boolean" ? Number(value) : value);
      return found === undefined ? undefined : { value: found, weight: 1 };
    },
  };
}
