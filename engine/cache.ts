/**
 * The cache slot: K and V in pages that we own (PagedAttention; Kwon et al., 2023). A sequence is a list of pages;
 * pages are counted, so that several sequences may share them, and copied when a shared one would be written.
 * Sharing, forking, truncating and preemption are buffer operations on this side of the network.
 */
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
}

export const PAGE_TOKENS = 16;

/** A page of K and V for PAGE_TOKENS tokens: [layers, 2, kvHeads, PAGE_TOKENS, headDim]. */
export interface Page {
  readonly data: Float32Array;
  references: number;
}

interface Row {
  readonly pages: Page[];
  length: number;
  epoch: number;
}

/** Pages without sharing between requests: the baseline. `limit` is in tokens. */
export class PagedCache implements KvLive {
  protected readonly rows: Map<SeqId, Row> = new Map();
  readonly #free: Page[] = [];
  #allocated = 0;
  #next = 1;
  protected readonly count: Record<string, number> = { pagesPeak: 0 };

  constructor(protected readonly shape: KvShape, readonly limit: number) {}

  get counters(): Readonly<Record<string, number>> {
    return this.count;
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
      copy.data.set(row.pages[first]!.data);
      this.drop(row.pages[first]!);
      row.pages[first] = copy;
    }
    while (row.pages.length < pages) row.pages.push(this.#take());
    return true;
  }

  commit(seq: SeqId, kv: KvRows, chosen: readonly number[], _tokens: readonly number[]): void {
    const row = this.row(seq);
    const { layers, kvHeads, headDim } = this.shape;
    const heads = layers * 2 * kvHeads;
    for (const chosenRow of chosen) {
      const { data } = row.pages[Math.floor(row.length / PAGE_TOKENS)]!;
      let source = chosenRow * heads * headDim;
      let target = row.length % PAGE_TOKENS * headDim;
      for (let head = 0; head < heads; head++) {
        for (let d = 0; d < headDim; d++) data[target + d] = kv[source + d]!;
        source += headDim;
        target += PAGE_TOKENS * headDim;
      }
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
    const { kvHeads, headDim } = this.shape;
    return {
      id: seq,
      epoch: row.epoch,
      length: row.length,
      copy(layer, kind, from, to, into, offset, headStride) {
        for (let at = from; at < to;) {
          const page = row.pages[Math.floor(at / PAGE_TOKENS)]!;
          const slot = at % PAGE_TOKENS;
          const run = Math.min(to - at, PAGE_TOKENS - slot);
          for (let head = 0; head < kvHeads; head++) {
            const source = (((layer * 2 + kind) * kvHeads + head) * PAGE_TOKENS + slot) * headDim;
            const target = offset + head * headStride + at * headDim;
            if (run === 1) { for (let d = 0; d < headDim; d++) into[target + d] = page.data[source + d]!; }
            else into.set(page.data.subarray(source, source + run * headDim), target);
          }
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

  #take(): Page {
    const page = this.#free.pop() ?? this.#allocate();
    page.references = 1;
    return page;
  }

  #allocate(): Page {
    const { layers, kvHeads, headDim } = this.shape;
    this.count.pagesPeak = ++this.#allocated;
    return { data: new Float32Array(layers * 2 * kvHeads * PAGE_TOKENS * headDim), references: 0 };
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

/** Opens the baseline cache. */
export function open(params: { readonly tokens: number }, live: { readonly shape: KvShape }): KvLive {
  return new PagedCache(live.shape, params.tokens);
}
