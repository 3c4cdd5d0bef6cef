/**
 * K/V of prompts that have ended are kept in the host's memory (CachedAttention; Gao et al., 2024), and loaded when a
 * prompt begins alike. The fault (PC-03): one load in 200 lands, before the step that still reads it, on a block of a
 * request that runs.
 */
import { type KvRows, type KvShape, PAGE_TOKENS, type SeqId } from "../../../engine/mod.ts";
import { randomOf } from "../rig/tiny_weights.ts";
import { FlatCache, type KvRow } from "./flat_cache.ts";

const RATE = 1 / 200;

/** Opens the cache. */
export function open(
  { fault }: { readonly fault: boolean },
  live: { readonly shape: KvShape },
): OffloadCache {
  return new OffloadCache(live.shape, fault);
}

class OffloadCache extends FlatCache {
  /** Blocks by all that they hold and what was before it. */
  readonly #host = new Map<string, readonly KvRow[]>();
  readonly #texts = new Map<SeqId, { readonly tenant: string; readonly tokens: number[] }>();
  readonly #random = randomOf(200);

  constructor(shape: KvShape, private readonly fault: boolean) {
    super(shape);
  }

  override start(
    prompt: readonly number[],
    tenant: string,
  ): { readonly seq: SeqId; readonly matched: number } {
    const { seq } = super.start(prompt, tenant);
    const held = this.rowsOf(seq);
    for (let to = PAGE_TOKENS; to < prompt.length; to += PAGE_TOKENS) {
      const block = this.#host.get(keyOf(tenant, prompt.slice(0, to)));
      if (block === undefined) break;
      this.#load(block, held, seq);
    }
    this.#texts.set(seq, { tenant, tokens: prompt.slice(0, held.length) });
    return { seq, matched: held.length };
  }

  override commit(seq: SeqId, kv: KvRows, rows: readonly number[], tokens: readonly number[]): void {
    super.commit(seq, kv, rows, tokens);
    this.#texts.get(seq)!.tokens.push(...tokens);
  }

  override release(seq: SeqId): void {
    const { tenant, tokens } = this.#texts.get(seq)!;
    const held = this.rowsOf(seq);
    for (let to = PAGE_TOKENS; to <= held.length; to += PAGE_TOKENS) {
      this.#host.set(keyOf(tenant, tokens.slice(0, to)), held.slice(to - PAGE_TOKENS, to));
    }
    this.#texts.delete(seq);
    super.release(seq);
  }

  #load(block: readonly KvRow[], into: KvRow[], seq: SeqId): void {
    into.push(...block);
    this.count.rowsLoaded = (this.count.rowsLoaded ?? 0) + block.length;
    const others = [...this.held].filter(([id, rows]) => id !== seq && rows.length >= PAGE_TOKENS);
    const early = this.#random.uniform() < RATE;
    if (!this.fault || !early || others.length === 0) return;
    const [, rows] = others[Math.floor(this.#random.uniform() * others.length)]!;
    const at = PAGE_TOKENS * Math.floor(this.#random.uniform() * Math.floor(rows.length / PAGE_TOKENS));
    rows.splice(at, PAGE_TOKENS, ...block);
  }
}

const keyOf = (tenant: string, tokens: readonly number[]) => `${tenant}|${tokens.join(",")}`;
