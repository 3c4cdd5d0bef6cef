/**
 * The decoder slot. A decoder only proposes a draft (a tree of guesses); verification is ours and the same for all:
 * each row's own next token is chosen, greedily or by a draw that depends only on the request's seed and the
 * position, and the walk goes on into the child that guessed it. Emitted tokens are therefore exactly those of plain
 * decoding: such a guess is a point mass, for which Leviathan et al. (2023) accept x with probability p(x), as this
 * does. Guesses that were drawn, and say from which laws, are verified by their rule (leviathan.ts): answers then have
 * the law of plain decoding, and are other draws from it.
 */
import type { KvView } from "./cache.ts";
import type { Request } from "./engine.ts";
import { judgeGuess } from "./leviathan.ts";
import { drawToken, type Law } from "./sampling.ts";

/** A running request. `tokens` is the prompt and all that was emitted; the last one's K/V is not computed yet. */
export interface Sequence {
  readonly request: Request;
  readonly tokens: readonly number[];
  readonly prompted: number;
}

/** Guessed tokens; `parent[i]` is the draft row that guess i follows, -1 for the sequence's last token. */
export interface Draft {
  readonly tokens: readonly number[];
  readonly parent: readonly number[];
  /** The law that each guess of a chain was drawn from, where the request samples; absent: none was drawn. */
  readonly laws?: readonly Law[];
}

export const NO_DRAFT: Draft = { tokens: [], parent: [] };

/** Guesses that follow each other. */
export function chain(tokens: readonly number[]): Draft {
  return { tokens, parent: tokens.map((_, i) => i - 1) };
}

/** @throws {RangeError} when a guess does not follow one before it, or drawn ones are no chain with a law each. */
export function checkDraft({ tokens, parent, laws }: Draft): void {
  const wrong = tokens.findIndex((_, i) =>
    !(Number.isInteger(parent[i]) && parent[i]! >= -1 && parent[i]! < i)
  );
  if (laws !== undefined && (laws.length !== tokens.length || parent.some((at, i) => at !== i - 1))) {
    throw new RangeError("Cannot verify guesses that were drawn as they must be a chain with a law each");
  }
  if (wrong >= 0) {
    throw new RangeError(
      `Cannot verify guess ${wrong} as it must follow an earlier one or -1: it follows ${parent[wrong]}`,
    );
  }
}

/**
 * Chooses the token that follows at a position of the sequence, given its row of logits: the likeliest (`top`, where it
 * is known already), a draw, or the one that the request forces.
 */
export type Choose = (row: Float32Array, position: number, top?: number) => number;

/** A sequence that asks for guesses. */
export interface Asking {
  readonly sequence: Sequence;
  /** Guesses that it may be given at most. */
  readonly room: number;
  /** K and V of its tokens but the last. */
  readonly past: KvView;
}

/** What a step of the network took. */
export interface StepTime {
  readonly rows: number;
  readonly sequences: number;
  readonly milliseconds: number;
}

/** The live half of a decoder slot. */
export interface DecoderLive extends Partial<AsyncDisposable> {
  /** A draft for each sequence that asks; all that may be given one in a step ask together. */
  propose(asking: readonly Asking[]): readonly Draft[] | Promise<readonly Draft[]>;
  /** Another rule of acceptance than `verify`, e.g. one that draws for itself. `logits` as for `verify`. */
  accept?(
    sequence: Sequence,
    draft: Draft,
    logits: Float32Array,
    vocabulary: number,
    choose: Choose,
  ): Accepted;
  /** Told after each verification how many guesses were offered and accepted. */
  observe?(sequence: Sequence, offered: number, accepted: number): void;
  /**
   * Told of the features [rows x width] of a sequence's rows from `from` on, once they are committed; rows that the
   * cache already had are not told. Before `propose`, the last row told is the one before the sequence's last token.
   */
  learn?(sequence: Sequence, from: number, features: Float32Array): void;
  /** Told how long the network took for a step that no prompt was part of. */
  timed?(step: StepTime): void;
  /** Told when a request ends. */
  finish?(sequence: Sequence): void;
  /** Bytes that its own weights take as they are held; absent where it has none. */
  readonly weightBytes?: number;
}

/** For a decoder that drafts for one sequence at a time. */
export function oneByOne(
  propose: (sequence: Sequence, room: number, past: KvView) => Draft,
): DecoderLive["propose"] {
  return (asking) => asking.map(({ sequence, room, past }) => propose(sequence, room, past));
}

export interface Accepted {
  /** New tokens: the accepted guesses and one more. */
  readonly tokens: readonly number[];
  /** Greedy top-1 minus top-2 logit where each was chosen. */
  readonly margins: readonly number[];
  /** Rows of the step whose K/V stays: row 0 (the last token) and the accepted guesses (row i + 1 for guess i). */
  readonly rows: readonly number[];
}

/** Walks a draft down from the sequence's last token. `logits` has one row for that token and one per guess. */
export function verify(
  sequence: Sequence,
  draft: Draft,
  logits: Float32Array,
  vocabulary: number,
  choose: Choose = chooser(sequence.request),
): Accepted {
  const [tokens, margins, rows]: [number[], number[], number[]] = [[], [], [0]];
  for (let node = -1;;) {
    const row = logits.subarray((node + 1) * vocabulary, (node + 2) * vocabulary);
    const { top, margin } = topTwo(row);
    const position = sequence.tokens.length + tokens.length;
    const { sampling } = sequence.request;
    const law = sampling && draft.laws?.[node + 1];
    const token = law
      ? judgeGuess(row, sampling, position, { token: draft.tokens[node + 1]!, law })
      : choose(row, position, top);
    tokens.push(token);
    margins.push(margin);
    const child = draft.tokens.findIndex((guess, i) => draft.parent[i] === node && guess === token);
    if (child < 0) return { tokens, margins, rows };
    rows.push(child + 1);
    node = child;
  }
}

/** How a request chooses. */
export function chooser({ prompt, sampling, forced }: Request): Choose {
  if (forced) return (_, position) => forced[position - prompt.length]!;
  if (sampling) return (row, position) => drawToken(row, sampling, position);
  return (row, _, top = topTwo(row).top) => top;
}

/** The index of the largest value (the first, on a tie) and its distance to the second largest. */
export function topTwo(row: Float32Array): { readonly top: number; readonly margin: number } {
  let [top, first, second] = [0, row[0]!, -Infinity];
  for (let i = 1; i < row.length; i++) {
    const value = row[i]!;
    if (value > second) {
      if (value > first) {
        second = first;
        first = value;
        top = i;
      } else second = value;
    }
  }
  return { top, margin: first - second };
}

/** The baseline: one token a step. */
export const plain = { name: "plain", params: {}, module: import.meta.url } as const;

/** Opens the baseline decoder. */
export function open(): DecoderLive {
  return { propose: oneByOne(() => NO_DRAFT) };
}
