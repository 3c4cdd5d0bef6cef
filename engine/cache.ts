/**
 * The cache slot: K and V in pages that we own (PagedAttention; Kwon et al., 2023). A sequence is a list of pages;
 * pages are counted, so that several sequences may share them, and copied when a shared one would be written.
 * Sharing, forking, truncating and preemption are buffer operations on this side of the network.
 */
import { floatPages, PAGE_TOKENS, type PageForm, type PageRows } from "./pages.ts";
import { type KvPrecision, roundedPages } from "./rounded_pages.ts";

/** The shape of one token's K and V. */
export interface KvShape {
  readonly layers: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

/** New rows that a forward step produced: [rows, layers, 2 (K, V), kvHeads, headDim]. */
export type KvRows = Float32Array;

export type SeqId = number;

/** What the network reads of one sequence's past. `epoch` changes whenever rows below `length` may have changed. */
export interface KvView {
  readonly id: SeqId;
  readonly epoch: number;
  readonly length: number;
  /** Rows at its beginning that stay as they are, where those after them are to be rounded yet; absent: all. */
  readonly settled?: number;
  /**
   * Copies rows [from, to) of one layer's K (kind 0) or V (kind 1) for every head to `into`, head h starting at
   * `offset + h * headStride`, each row headDim floats.
   */
  copy(
    layer: number,
    kind: 0 | 1,
    from: number,
    to: number,
    into: Float32Array,
    offset: number,
    headStride: number,
  ): void;
}

/** The live half of a cache slot. */
export interface KvLive {
  /** Rows that it holds at most, however few sequences they belong to; absent: no limit. */
  readonly limit?: number;
  /** Starts a sequence for a prompt; `matched` rows of it are already there (never the whole prompt). */
  start(prompt: readonly number[], tenant: string): { readonly seq: SeqId; readonly matched: number };
  /** Sets pages aside for `rows` more rows, evicting what no sequence needs; false, and nothing done, where they do not fit. */
  reserve(seq: SeqId, rows: number): boolean;
  /** Appends the chosen rows of a step, in order, with the tokens they stand for; room was reserved for them. */
  commit(seq: SeqId, kv: KvRows, rows: readonly number[], tokens: readonly number[]): void;
  truncate(seq: SeqId, length: number): void;
  /** Another sequence with the same rows. Room that was reserved before is the first one's no longer: reserve again. */
  fork(seq: SeqId): SeqId;
  release(seq: SeqId): void;
  view(seq: SeqId): KvView;
  /** @throws when reference counts and page lists disagree. */
  check(): void;
  readonly counters: Readonly<Record<string, number>>;
  /** Gives back what it holds outside of memory, when its session ends. */
  [Symbol.dispose]?(): void;
}

/** A page of K and V for PAGE_TOKENS tokens. */
export interface Page {
  readonly rows: PageRows;
  references: number;
}

interface Row {
  readonly pages: Page[];
  length: number;
  epoch: number;
}

/** Pages without sharing between requests: the baseline. `limit` is in tokens; `form`: how pages hold their rows. */
export class PagedCache implements KvLive {
  protected readonly rows: Map<SeqId, Row> = new Map();
  readonly #free: Page[] = [];
  #allocated = 0;
  #next = 1;
  protected readonly count: Record<string, number> = { pagesPeak: 0 };

  readonly #form: PageForm;

  constructor(protected readonly shape: KvShape, readonly limit: number, form = floatPages(shape)) {
    this.#form = form;
  }

  get counters(): Readonly<Record<string, number>> {
    return { ...this.count, pagesHeld: this.#allocated - this.#free.length, ...this.#form.counters };
  }

  start(_prompt: readonly number[], _tenant: string): { readonly seq: SeqId; readonly matched: number } {
    const seq = this.#next++;
    this.rows.set(seq, { pages: [], length: 0, epoch: 0 });
    return { seq, matched: 0 };
  }

  reserve(seq: SeqId, rows: number): boolean {
    const row = this.row(seq);
    const first = Math.floor(row.length / PAGE_TOKENS);
    const pages = Math.ceil((row.length + rows) / PAGE_TOKENS);
    const shared = row.pages[first] !== undefined && row.pages[first].references > 1;
    const wanted = Math.max(0, pages - row.pages.length) + (shared ? 1 : 0);
    while (this.freePages() < wanted) if (!this.evict()) return false;
    if (shared) {
      const copy = this.#take();
      copy.rows.take(row.pages[first]!.rows);
      this.drop(row.pages[first]!);
      row.pages[first] = copy;
    }
    while (row.pages.length < pages) row.pages.push(this.#take());
    return true;
  }

  commit(seq: SeqId, kv: KvRows, chosen: readonly number[], _tokens: readonly number[]): void {
    const row = this.row(seq);
    const { layers, kvHeads, headDim } = this.shape;
    const width = layers * 2 * kvHeads * headDim;
    for (const chosenRow of chosen) {
      const { rows } = row.pages[Math.floor(row.length / PAGE_TOKENS)]!;
      rows.write(row.length % PAGE_TOKENS, kv, chosenRow * width);
      row.length++;
    }
  }

  truncate(seq: SeqId, length: number): void {
    const row = this.row(seq);
    if (length > row.length) {
      throw new RangeError(`Cannot truncate to ${length} as only ${row.length} rows are held`);
    }
    const keep = Math.ceil(length / PAGE_TOKENS);
    for (const page of row.pages.splice(keep)) this.drop(page);
    row.length = length;
    row.epoch++;
  }

  fork(seq: SeqId): SeqId {
    const row = this.row(seq);
    const copy = this.#next++;
    const pages = row.pages.slice(0, Math.ceil(row.length / PAGE_TOKENS));
    for (const page of pages) page.references++;
    this.rows.set(copy, { pages, length: row.length, epoch: 0 });
    return copy;
  }

  release(seq: SeqId): void {
    for (const page of this.row(seq).pages) this.drop(page);
    this.rows.delete(seq);
  }

  view(seq: SeqId): KvView {
    const row = this.row(seq);
    const { headDim } = this.shape;
    return {
      id: seq,
      epoch: row.epoch,
      length: row.length,
      ...(this.#form.late ? { settled: row.length - row.length % PAGE_TOKENS } : {}),
      copy(layer, kind, from, to, into, offset, headStride) {
        for (let at = from; at < to;) {
          const page = row.pages[Math.floor(at / PAGE_TOKENS)]!;
          const slot = at % PAGE_TOKENS;
          const run = Math.min(to - at, PAGE_TOKENS - slot);
          page.rows.read(layer, kind, slot, run, into, offset + at * headDim, headStride);
          at += run;
        }
      },
    };
  }

  check(): void {
    const seen = new Map<Page, number>();
    for (const row of this.rows.values()) {
      if (row.pages.length < Math.ceil(row.length / PAGE_TOKENS)) {
        throw new Error("A sequence holds too few pages");
      }
      for (const page of row.pages) seen.set(page, (seen.get(page) ?? 0) + 1);
    }
    for (const page of this.kept()) seen.set(page, (seen.get(page) ?? 0) + 1);
    for (const [page, count] of seen) {
      if (page.references !== count) {
        throw new Error(`A page counts ${page.references} references but has ${count}`);
      }
    }
    if (seen.size + this.#free.length !== this.#allocated) {
      throw new Error("A page was leaked or freed twice");
    }
  }

  /** Pages that stay alive without a sequence (a prefix index holds one reference to each). */
  protected kept(): Iterable<Page> {
    return [];
  }

  /** Gives back one page that no sequence needs; false where there is none. */
  protected evict(): boolean {
    return false;
  }

  protected row(seq: SeqId): Row {
    const row = this.rows.get(seq);
    if (!row) throw new RangeError(`No sequence ${seq} in the cache`);
    return row;
  }

  protected freePages(): number {
    return Math.ceil(this.limit / PAGE_TOKENS) - this.#allocated + this.#free.length;
  }

  /** A page for rows of nobody's yet, evicting where none is free; it counts one reference. Nothing where all are needed. */
  protected spare(): Page | undefined {
    while (this.freePages() < 1) if (!this.evict()) return undefined;
    return this.#take();
  }

  #take(): Page {
    const page = this.#free.pop() ?? this.#allocate();
    page.references = 1;
    return page;
  }

  #allocate(): Page {
    this.count.pagesPeak = ++this.#allocated;
    return { rows: this.#form.make(), references: 0 };
  }

  /** Gives back one reference; the last one frees the page. */
  protected drop(page: Page): void {
    if (--page.references === 0) {
      this.#free.push(page);
    }
  }
}

/** The baseline: a sequence's rows are its own and go when it ends. `params.tokens` limits the rows held at once. */
export const dense = (tokens = 8192) => ({ name: "dense", params: { tokens }, module: import.meta.url });

/** What a paged cache is told: its limit in tokens, and its precision where it is not 32-bit floats. */
export interface PagedParams {
  readonly tokens: number;
  readonly kv?: KvPrecision;
}

/** The form of pages that a cache is told to have. @throws {UserError} as `roundedPages`. */
export function pageForm({ kv }: PagedParams, shape: KvShape): PageForm {
  return kv === undefined ? floatPages(shape) : roundedPages(kv, shape);
}

/** Opens the baseline cache. */
export function open(params: PagedParams, { shape }: { readonly shape: KvShape }): KvLive {
  return new PagedCache(shape, params.tokens, pageForm(params, shape));
}
