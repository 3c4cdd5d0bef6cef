/** A cache that is right until more than eight sequences live in it at once. */
import { type KvLive, type KvRows, type KvShape, PagedCache, type SeqId } from "../../../engine/mod.ts";

class CrowdedCache extends PagedCache {
  #living = 0;

  override start(prompt: readonly number[], tenant: string) {
    this.#living++;
    return super.start(prompt, tenant);
  }

  override release(seq: SeqId): void {
    this.#living--;
    super.release(seq);
  }

  override commit(seq: SeqId, kv: KvRows, rows: readonly number[], tokens: readonly number[]): void {
    super.commit(seq, kv, this.#living > 8 ? rows.map(() => 0) : rows, tokens);
  }
}

export function open(_: unknown, live: { readonly shape: KvShape }): KvLive {
  return new CrowdedCache(live.shape, 4096);
}
