/**
 * Automatic prefix caching (vLLM's block hashes; SGLang's RadixAttention, Zheng et al., 2024): a full page is known by
 * its tokens, everything before it and its tenant, stays after its request ends, and is shared by the next request
 * that begins alike. The least recently used page goes first.
 */
import {
  type KvLive,
  type KvRows,
  type KvShape,
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

/** Opens the cache. */
export function open(params: PagedParams, { shape }: { readonly shape: KvShape }): KvLive {
  return new PrefixCache(shape, params.tokens, pageForm(params, shape));
}

class PrefixCache extends PagedCache {
  /** Pages by the text of all tokens up to their end; a Map keeps the order of use. */
  readonly #index = new Map<string, Page>();
  readonly #tokens = new Map<SeqId, { readonly tenant: string; readonly tokens: number[]; keyed: string }>();

  override start(
    prompt: readonly number[],
    tenant: string,
  ): { readonly seq: SeqId; readonly matched: number } {
    const { seq } = super.start(prompt, tenant);
    const row = this.row(seq);
    const state = { tenant, tokens: [] as number[], keyed: `${tenant}|` };
    // At least the last token is computed, because its logits are wanted.
    for (let from = 0; from + PAGE_TOKENS < prompt.length; from += PAGE_TOKENS) {
      const tokens = prompt.slice(from, from + PAGE_TOKENS);
      const key = chain(state.keyed, tokens);
      const page = this.#index.get(key);
      if (page === undefined) break;
      this.#index.delete(key);
      this.#index.set(key, page);
      page.references++;
      row.pages.push(page);
      row.length += PAGE_TOKENS;
      state.tokens.push(...tokens);
      state.keyed = key;
    }
    this.#tokens.set(seq, state);
    this.count.pagesShared = (this.count.pagesShared ?? 0) + row.pages.length;
    return { seq, matched: row.length };
  }

  override commit(seq: SeqId, kv: KvRows, rows: readonly number[], tokens: readonly number[]): void {
    super.commit(seq, kv, rows, tokens);
    const state = this.#tokens.get(seq)!;
    const before = Math.floor(state.tokens.length / PAGE_TOKENS);
    state.tokens.push(...tokens);
    const row = this.row(seq);
    for (let page = before; (page + 1) * PAGE_TOKENS <= state.tokens.length; page++) {
      state.keyed = chain(state.keyed, state.tokens.slice(page * PAGE_TOKENS, (page + 1) * PAGE_TOKENS));
      if (this.#index.has(state.keyed)) continue;
      row.pages[page]!.references++;
      this.#index.set(state.keyed, row.pages[page]!);
    }
  }

  override truncate(seq: SeqId, length: number): void {
    super.truncate(seq, length);
    const state = this.#tokens.get(seq)!;
    state.tokens.length = length;
    state.keyed = `${state.tenant}|`;
    for (let from = 0; from + PAGE_TOKENS <= length; from += PAGE_TOKENS) {
      state.keyed = chain(state.keyed, state.tokens.slice(from, from + PAGE_TOKENS));
    }
  }

  override fork(seq: SeqId): SeqId {
    const copy = super.fork(seq);
    const state = this.#tokens.get(seq)!;
    this.#tokens.set(copy, { ...state, tokens: [...state.tokens] });
    return copy;
  }

  override release(seq: SeqId): void {
    super.release(seq);
    this.#tokens.delete(seq);
  }

  protected override kept(): Iterable<Page> {
    return this.#index.values();
  }

  protected override evict(): boolean {
    for (const [key, page] of this.#index) {
      if (page.references > 1) continue;
      this.#index.delete(key);
      this.drop(page);
      return true;
    }
    return false;
  }
}

/** The key of a page: the key of everything before it, and its own tokens. Exact, so that no collision can leak K/V. */
function chain(before: string, tokens: readonly number[]): string {
  return `${before}${tokens.join(",")};`;
}
