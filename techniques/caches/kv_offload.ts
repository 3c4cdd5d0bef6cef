/**
 * K and V of cold conversations go to a file when memory is short, and come back when the conversation does, instead of
 * being computed again (CachedAttention; Gao et al., USENIX ATC 2024; vLLM's kv_offload). Over a prefix cache: what it
 * would drop is written, what it misses is read. What cannot be written, or is not what was written, is computed.
 */
import { type KvLive, type Page, PAGE_TOKENS, type PagedParams, type Stack } from "../../engine/mod.ts";
import type { Technique } from "../technique.ts";
import { FileTier, type TierFile } from "./file_tier.ts";
import { type PageKey, PrefixCache, type Whose } from "./prefix_cache.ts";

export interface KvOffload {
  /** In memory at most, live and kept rows together. */
  readonly tokens: number;
  /** In the file at most. */
  readonly fileTokens: number;
}

/** The technique. */
export function kvOffload(
  { tokens, fileTokens }: KvOffload = { tokens: 8192, fileTokens: 65536 },
): Technique {
  return {
    name: "kv_offload",
    slot: "cache",
    claim: "identical",
    bottleneck: "kv-memory",
    scope: "per-request",
    summary:
      "Writes the K/V of cold conversations to a file under a memory cap, and reads them when they go on.",
    source: "Gao et al., CachedAttention, USENIX ATC 2024",
    engaged: (counters) => (counters.kvPagesRestored ?? 0) > 0,
    transform: (stack: Stack): Stack => {
      const { kv } = stack.cache.params;
      const params = { tokens, fileTokens, ...(kv === undefined ? {} : { kv }) };
      return { ...stack, cache: { name: "kv_offload", params, module: import.meta.url } };
    },
  };
}

interface Params extends PagedParams {
  readonly fileTokens: number;
}

/** Opens the cache; `create` opens its file. */
export function open(params: Params, whose: Whose, create?: () => TierFile): KvLive {
  return new OffloadCache(params, whose, create);
}

class OffloadCache extends PrefixCache {
  #tier: FileTier | undefined;

  constructor(private readonly params: Params, whose: Whose, private readonly create?: () => TierFile) {
    super(params, whose);
    Object.assign(this.count, {
      ...{ kvPagesOffloaded: 0, kvPagesRefused: 0, kvPagesRestored: 0, kvPagesLost: 0 },
      kvBytesRestored: 0,
    });
  }

  /** Of the page's size, from the first page on. */
  #tierFor({ rows }: Page): FileTier {
    return this.#tier ??= new FileTier(
      Math.floor(this.params.fileTokens / PAGE_TOKENS),
      rows.bytes,
      this.create,
    );
  }

  protected override leaves(key: PageKey, page: Page): void {
    const tier = this.#tierFor(page);
    // What came from the file is there still.
    if (tier.touch(key)) return;
    const taken = tier.write(key, (into) => page.rows.save(into));
    this.#counted(taken ? "kvPagesOffloaded" : "kvPagesRefused");
  }

  protected override find(key: PageKey): Page | undefined {
    const page = super.find(key);
    if (page !== undefined || !this.#tier?.touch(key)) return page;
    const spare = this.spare();
    if (spare === undefined) return undefined;
    const whole = this.#tier.read(key, (from) => spare.rows.load(from));
    if (whole) {
      this.keep(key, spare);
      this.count.kvBytesRestored! += spare.rows.bytes;
    }
    this.#counted(whole ? "kvPagesRestored" : "kvPagesLost");
    // What keeps it now is the index alone.
    this.drop(spare);
    return whole ? spare : undefined;
  }

  override check(): void {
    super.check();
    this.#tier?.check();
  }

  [Symbol.dispose](): void {
    this.#tier?.[Symbol.dispose]();
  }

  #counted(what: string): void {
    this.count[what]!++;
  }
}
