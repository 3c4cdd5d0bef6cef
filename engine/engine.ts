/** The engine port: how tokens come out of a stack. It knows nothing of quality, data sets or results. */
import type { Hardware } from "./hardware.ts";
import type { Milliseconds } from "./clock.ts";
import type { SlotName, Stack } from "./stack.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Leviathan-exact sampling: softmax(logits / temperature), cut to topK then topP, drawn with a seeded generator. */
export interface Sampling {
  readonly temperature: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly seed: number;
}

export interface Request {
  readonly id: string;
  readonly prompt: readonly number[];
  readonly maxTokens: number;
  /** Ids that end the answer (the stop token is emitted); empty: always `maxTokens` tokens. */
  readonly stop: readonly number[];
  /** Absent: greedy. */
  readonly sampling?: Sampling;
  readonly tenant?: string;
  /** Requests of one conversation come one after another, each when the one before has ended. */
  readonly conversation?: string;
  /** The adapter whose weights answer; absent: the model's own. */
  readonly adapter?: string;
  /** Also tell how likely each token was where it was chosen. */
  readonly scored?: boolean | Scoring;
  /** Teacher forcing through the serving path: the answer is made to be these `maxTokens` tokens, and is scored. */
  readonly forced?: readonly number[];
  /** Once aborted, the request ends at the next step, and nothing more is told of it. */
  readonly signal?: AbortSignal;
}

/** What is told of how likely tokens are, beside the least. */
export interface Scoring {
  /** How many of the likeliest tokens are told at each place. */
  readonly likeliest: number;
  /** Of the prompt's tokens too, from its second on; `maxTokens` may then be 0. */
  readonly prompt?: boolean;
}

/** How likely tokens are where they stand; natural logarithms of the model's own law, whatever tokens are drawn by. */
export interface TokenScores {
  readonly logProbs: readonly number[];
  /** The likeliest token at each place, and its log-probability. */
  readonly tops: readonly number[];
  readonly topLogProbs: readonly number[];
  /** As many of the likeliest as were asked for, most likely first. */
  readonly likeliest?: readonly (readonly { readonly token: number; readonly logProb: number }[])[];
}

/** Tokens of one request that became known in one step. `at` is on the same clock as `now()` everywhere. */
export interface Emission {
  readonly id: string;
  readonly tokens: readonly number[];
  readonly at: Milliseconds;
  /** For each token: the greedy top-1 minus top-2 logit where it was chosen. */
  readonly margins: readonly number[];
  /** Of each token, where asked. */
  readonly scored?: TokenScores;
  /** Of the prompt's tokens that were reached in this step, where asked. */
  readonly prompted?: TokenScores;
  /** Guesses that were verified in the step; absent where there were none. */
  readonly offered?: number;
  readonly finish?: "stop" | "length" | "error";
}

/** One context and the continuations to be scored after it; the context is computed once. */
export interface ScoreItem {
  readonly id: string;
  /** At least one token. */
  readonly context: readonly number[];
  readonly continuations: readonly (readonly number[])[];
  /** Also return whole log-probability rows (large: vocabulary x tokens x 4 bytes). */
  readonly distributions?: boolean;
}

export interface Scored {
  readonly id: string;
  /** Per continuation, natural log-probability of each of its tokens. */
  readonly logProbs: readonly Float32Array[];
  /** Per continuation, the largest log-probability at each of its tokens: equal where the token was the likeliest. */
  readonly tops: readonly Float32Array[];
  /** Per continuation, [tokens x vocabulary] log-probabilities, where asked. */
  readonly distributions?: readonly Float32Array[];
}

export interface SessionStats {
  /** Proof of engagement, e.g. steps, rows, scoredTokens, drafted, accepted, pagesShared, prefixHits, largestBatch. */
  readonly counters: Readonly<Record<string, number>>;
  /** Resident memory that the session added to the process, weights included, at its peak so far. */
  readonly addedBytes: number;
  /** Bytes that its weights take as they are held, scales and embedding table included; absent where it has none. */
  readonly weightBytes?: number;
}

export interface Session extends AsyncDisposable {
  readonly tokenizer: Tokenizer;
  /** Tokens that a prompt and its answer may have together. */
  readonly context: number;
  /** Whether it can neither draw nor tell scores. */
  readonly greedyOnly?: boolean;
  generate(requests: AsyncIterable<Request> | Iterable<Request>): AsyncIterable<Emission>;
  score(items: Iterable<ScoreItem>): AsyncIterable<Scored>;
  stats(): Promise<SessionStats>;
}

export interface Engine {
  readonly name: string;
  hardware(): Promise<Hardware>;
  /** @throws {Unsupported} when a part of the stack cannot be honoured. */
  open(stack: Stack): Promise<Session>;
}

/** A part of a stack that an engine cannot honour: the trial is skipped with this reason. */
export class Unsupported extends Error {
  override name = "Unsupported";
  constructor(readonly slot: SlotName, readonly reason: string) {
    super(`Cannot open the ${slot} slot: ${reason}`);
  }
}

/** A mistake of the user or of the world outside: shown as one sentence, exit code 1, no stack trace. */
export class UserError extends Error {
  override name = "UserError";
}
