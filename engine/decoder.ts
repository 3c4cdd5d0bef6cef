/**
 * The decoder slot. A decoder only proposes a draft (a tree of guesses); verification is ours and the same for all:
 * each row's own next token is chosen, greedily or by a draw that depends only on the request's seed and the
 * position, and the walk goes on into the child that guessed it. Emitted tokens are therefore exactly those of plain
 * decoding: a draft is a point mass, for which Leviathan et al. (2023) accept x with probability p(x), as this does.
 */
import type { Request } from "./engine.ts";
import { drawToken } from "./sampling.ts";

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
}

export const NO_DRAFT: Draft = { tokens: [], parent: [] };

/** @throws {RangeError} when a guess does not follow one before it. */
export function checkDraft({ tokens, parent }: Draft): void {
  const wrong = tokens.findIndex((_, i) =>
    !(Number.isInteger(parent[i]) && parent[i]! >= -1 && parent[i]! < i)
  );
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

/** The live half of a decoder slot. */
export interface DecoderLive {
  /** At most `room` guesses. */
  propose(sequence: Sequence, room: number): Draft;
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
  /** Told when a request ends. */
  finish?(sequence: Sequence): void;
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
    const token = choose(row, sequence.tokens.length + tokens.length, top);
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
  return { propose: () => NO_DRAFT };
}
