/**
 * Automatic prefix caching (vLLM's block hashes; SGLang's RadixAttention, Zheng et al., 2024): a full page is known by
 * the SHA-256 of its tokens, of everything before it, and of whose it is: tenant, adapter, model and precision. It stays
 * after its request ends and is shared by the next request that begins alike. Of pages that nobody uses the one that was
 * given back longest ago goes first, and the end of a text before its beginning, without which the end is no use.
 */
import { createHash } from "node:crypto";
import {
  canonical,
  type Json,
  type KvLive,
  type KvRows,
  type KvShape,
  type Model,
  type Page,
  PAGE_TOKENS,
  PagedCache,
  type PagedParams,
  pageForm,
  type SeqId,
  type Stack,
} from "../../engine/mod.ts";
import type { Technique } from "../technique.ts";

/** The technique, for a limit in tokens over live and kept pages together. */
export function prefixCache(tokens = 8192): Technique {
  return {
    name: "prefix_cache",
    slot: "cache",
    claim: "identical",
    bottleneck: "compute",
    scope: "per-request",
    summary:
      "Keeps the K/V of earlier prompts and starts a request after the longest prefix it shares with one.",
    source: "Kwon et al., SOSP 2023; Zheng et al., SGLang, NeurIPS 2024",
    engaged: (counters) => (counters.prefixRows ?? 0) > 0,
    transform: (stack: Stack): Stack => {
      const { kv } = stack.cache.params;
      const params = { tokens, ...(kv === undefined ? {} : { kv }) };
      return { ...stack, cache: { name: "prefix_cache", params, module: import.meta.url } };
    },
  };
}

/** What the cache knows of where it is: without a model, its pages are taken for those of the only one there is. */
export interface Whose {
  readonly shape: KvShape;
  readonly model?: Model;
}

/** Opens the cache. */
export function open(params: PagedParams, whose: Whose): KvLive {
  return new PrefixCache(params, whose);
}

/** A block hash, in hexadecimal. */
export type PageKey = string;

interface Known {
  readonly root: PageKey;
  readonly tokens: number[];
  /** Of its full pages. */
  readonly keys: PageKey[];
}

export class PrefixCache extends PagedCache {
  readonly #index = new Map<PageKey, Page>();
  readonly #known = new Map<SeqId, Known>();
  readonly #whose: string;

  constructor(params: PagedParams, { shape, model }: Whose) {
    super(shape, params.tokens, pageForm(params, shape));
    this.#whose = whoseOf(params, model);
  }

  override start(
    prompt: readonly number[],
    tenant: string,
  ): { readonly seq: SeqId; readonly matched: number } {
    const { seq } = super.start(prompt, tenant);
    const row = this.row(seq);
    const known: Known = { root: hash(this.#whose, tenant), tokens: [], keys: [] };
    // At least the last token is computed, because its logits are wanted.
    for (let from = 0; from + PAGE_TOKENS < prompt.length; from += PAGE_TOKENS) {
      const tokens = prompt.slice(from, from + PAGE_TOKENS);
      const key = hash(known.keys.at(-1) ?? known.root, tokens);
      const page = this.find(key);
      if (page === undefined) break;
      page.references++;
      row.pages.push(page);
      row.length += PAGE_TOKENS;
      known.tokens.push(...tokens);
      known.keys.push(key);
    }
    this.#known.set(seq, known);
    return { seq, matched: row.length };
  }

  override commit(seq: SeqId, kv: KvRows, rows: readonly number[], tokens: readonly number[]): void {
    super.commit(seq, kv, rows, tokens);
    const known = this.#known.get(seq)!;
    known.tokens.push(...tokens);
    const { pages } = this.row(seq);
    for (let page = known.keys.length; (page + 1) * PAGE_TOKENS <= known.tokens.length; page++) {
      const own = known.tokens.slice(page * PAGE_TOKENS, (page + 1) * PAGE_TOKENS);
      const key = hash(known.keys.at(-1) ?? known.root, own);
      known.keys.push(key);
      if (!this.#index.has(key)) this.keep(key, pages[page]!);
    }
  }

  override truncate(seq: SeqId, length: number): void {
    super.truncate(seq, length);
    const known = this.#known.get(seq)!;
    known.tokens.length = length;
    known.keys.length = Math.floor(length / PAGE_TOKENS);
  }

  override fork(seq: SeqId): SeqId {
    const copy = super.fork(seq);
    const { root, tokens, keys } = this.#known.get(seq)!;
    this.#known.set(copy, { root, tokens: [...tokens], keys: [...keys] });
    return copy;
  }

  override release(seq: SeqId): void {
    super.release(seq);
    for (const key of this.#known.get(seq)!.keys.toReversed()) {
      const page = this.#index.get(key);
      if (page === undefined) continue;
      this.#index.delete(key);
      this.#index.set(key, page);
    }
    this.#known.delete(seq);
  }

  /** The page of a key, where there is one. */
  protected find(key: PageKey): Page | undefined {
    return this.#index.get(key);
  }

  /** Keeps a full page under its key, with a reference of its own. */
  protected keep(key: PageKey, page: Page): void {
    page.references++;
    this.#index.set(key, page);
  }

  /** Told a page that is about to go. */
  protected leaves(_key: PageKey, _page: Page): void {}

  protected override kept(): Iterable<Page> {
    return this.#index.values();
  }

  protected override evict(): boolean {
    for (const [key, page] of this.#index) {
      if (page.references > 1) continue;
      this.leaves(key, page);
      this.#index.delete(key);
      this.drop(page);
      return true;
    }
    return false;
  }
}

/** What K and V are of, whoever asks: the model with all that makes its weights, and how they are held. */
export function whoseOf({ kv }: Pick<PagedParams, "kv">, model: Model | undefined): string {
  return canonical([model?.params ?? null, kv ?? null] as unknown as Json);
}

function hash(before: string, own: string | readonly number[]): PageKey {
  return createHash("sha256").update(JSON.stringify([before, own])).digest("hex");
}
