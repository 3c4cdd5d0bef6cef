/**
 * A network that drafts for many sequences at once. It keeps K and V of its own, of tokens that were emitted; those of
 * its guesses stand behind them until the next draft, which keeps what was accepted and drops the rest.
 */
import {
  type Asking,
  type Batch,
  chain,
  type Draft,
  drawGuess,
  type KvView,
  type Law,
  type Network,
  NO_DRAFT,
  PagedCache,
  PREFILL_ROWS,
  type SeqId,
  type Sequence,
  topTwo,
} from "../../engine/mod.ts";

/** A sequence as the drafter knows it. */
interface Held {
  readonly seq: SeqId;
  /** What its rows stand for: tokens that were emitted, then guesses. */
  readonly tokens: number[];
  /** How many of them are known to have been emitted. */
  settled: number;
}

/** A draft in the making. */
interface Drafting {
  readonly held: Held;
  readonly sequence: Sequence;
  readonly length: number;
  readonly guesses: number[];
  readonly laws: Law[];
  /** What is to be read next; then the logits that it gave are the next guess's. */
  pending: readonly number[];
}

export interface DrafterOptions {
  /** Rows of K and V that it holds at most. */
  readonly tokens: number;
  /** Guesses of requests that sample are drawn, and say from which laws; otherwise they are the likeliest tokens. */
  readonly draws: boolean;
}

/** More rows of a sequence than these are read by themselves, before its guesses. */
const TOGETHER = 16;

export class Drafter {
  readonly #cache: PagedCache;
  readonly #held = new Map<string, Held>();
  /** Requests that found no room; asked again once another has ended. */
  readonly #full = new Set<string>();

  constructor(private readonly network: Network, private readonly options: DrafterOptions) {
    this.#cache = new PagedCache(network.shape, options.tokens);
  }

  /** Reads what is known of sequences but for their last tokens: a prompt, or what came while no guesses were asked for. */
  async catchUp(asking: readonly Asking[]): Promise<void> {
    const all = asking.flatMap(({ sequence }) => this.#begin(sequence, 1) ?? [])
      .filter(({ pending }) => pending.length > TOGETHER);
    for (const draft of all) draft.pending = draft.pending.slice(0, -1);
    await this.#read(all);
  }

  /** At most `lengths[i]` guesses for each sequence: fewer at the end of its context, none where it has no room. */
  async draft(asking: readonly Asking[], lengths: readonly number[]): Promise<readonly Draft[]> {
    const drafts = asking.map(({ sequence }, i) => this.#begin(sequence, lengths[i]!));
    await this.#read(drafts.filter((draft) => draft !== undefined));
    return drafts.map((draft) => {
      if (draft === undefined) return NO_DRAFT;
      const { guesses, laws } = draft;
      return laws.length > 0 ? { ...chain(guesses), laws } : chain(guesses);
    });
  }

  /** Forgets a request. */
  finish({ request: { id } }: Sequence): void {
    const held = this.#held.get(id);
    if (held) this.#cache.release(held.seq);
    this.#held.delete(id);
    this.#full.clear();
    if (this.#held.size === 0) this.#cache.check();
  }

  /** Rows that it holds. */
  get rows(): number {
    return [...this.#held.values()].reduce((sum, { tokens }) => sum + tokens.length, 0);
  }

  #begin(sequence: Sequence, wanted: number): Drafting | undefined {
    const { request: { id }, tokens } = sequence;
    // The last guess is never read, so that it may stand where the context ends.
    const length = Math.min(wanted, this.network.shape.context - tokens.length + 1);
    if (length < 1 || this.#full.has(id)) return undefined;
    const held = this.#settle(id, tokens);
    if (!this.#cache.reserve(held.seq, tokens.length - held.tokens.length + length - 1)) {
      this.#cache.release(held.seq);
      this.#held.delete(id);
      this.#full.add(id);
      return undefined;
    }
    return { held, sequence, length, guesses: [], laws: [], pending: tokens.slice(held.tokens.length) };
  }

  /** Keeps the rows of tokens that were emitted, and at least the last token to be read. */
  #settle(id: string, tokens: readonly number[]): Held {
    const known = this.#held.get(id);
    let kept = 0;
    while (kept < (known?.tokens.length ?? 0) && kept < tokens.length - 1) {
      if (known!.tokens[kept] !== tokens[kept]) break;
      kept++;
    }
    if (known && kept >= known.settled) {
      this.#cache.truncate(known.seq, kept);
      known.tokens.length = known.settled = kept;
      return known;
    }
    if (known) this.#cache.release(known.seq);
    const fresh: Held = { seq: this.#cache.start([], "").seq, tokens: [], settled: 0 };
    this.#held.set(id, fresh);
    return fresh;
  }

  async #read(all: readonly Drafting[]): Promise<void> {
    for (let running = all; running.length > 0; running = all.filter(({ pending }) => pending.length > 0)) {
      await this.#step(running);
    }
  }

  /** Reads what is pending, as much as fits one run; sequences that were read to their end get a guess. */
  async #step(running: readonly Drafting[]): Promise<void> {
    const { vocabulary } = this.network.shape;
    const { batch, parts } = batchOf(running, (held) => this.#view(held));
    const { logits, kv } = await this.network.forward(batch);
    let wanted = 0;
    for (const { draft, first, rows } of parts) {
      const { held, sequence, guesses, laws, length } = draft;
      const read = draft.pending.slice(0, rows);
      this.#cache.commit(held.seq, kv, Array.from(read, (_, i) => first + i), read);
      held.tokens.push(...read);
      draft.pending = draft.pending.slice(rows);
      if (draft.pending.length > 0) continue;
      if (guesses.length === 0) held.settled = held.tokens.length;
      const own = logits.subarray(wanted * vocabulary, ++wanted * vocabulary);
      const { sampling } = sequence.request;
      const drawn = this.options.draws && sampling
        ? drawGuess(own, sampling, sequence.tokens.length + guesses.length)
        : undefined;
      const guess = drawn?.token ?? topTwo(own).top;
      guesses.push(guess);
      if (drawn) laws.push(drawn.law);
      if (guesses.length < length) draft.pending = [guess];
    }
  }

  /** Rows up to `settled` stay as they are for as long as the sequence does, so that they need not be read again. */
  #view({ seq, settled }: Held): KvView {
    return { ...this.#cache.view(seq), epoch: 0, settled };
  }
}

interface Part {
  readonly draft: Drafting;
  readonly first: number;
  readonly rows: number;
}

/** The pending rows of sequences, the first `PREFILL_ROWS` of them at most. */
function batchOf(
  running: readonly Drafting[],
  view: (held: Held) => KvView,
): { readonly batch: Batch; readonly parts: readonly Part[] } {
  const parts: Part[] = [];
  let total = 0;
  for (const draft of running) {
    const rows = Math.min(draft.pending.length, PREFILL_ROWS - total);
    if (rows > 0) parts.push({ draft, first: total, rows });
    total += rows;
  }
  const each = <T>(of: (part: Part, i: number) => readonly T[]): T[] => parts.flatMap(of);
  const batch: Batch = {
    tokens: Int32Array.from(each(({ draft, rows }) => draft.pending.slice(0, rows))),
    positions: Int32Array.from(
      each(({ draft, rows }) => Array.from({ length: rows }, (_, i) => draft.held.tokens.length + i)),
    ),
    sequence: Int32Array.from(each(({ rows }, i) => new Array<number>(rows).fill(i))),
    past: parts.map(({ draft }) => view(draft.held)),
    want: Int32Array.from(
      each(({ draft, first, rows }) => rows === draft.pending.length ? [first + rows - 1] : []),
    ),
  };
  return { batch, parts };
}
