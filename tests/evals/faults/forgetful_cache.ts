/** A cache that loses the K/V of every fifth token it is given. */
import { type KvLive, type KvRows, type KvShape, PagedCache, type SeqId } from "../../../engine/mod.ts";

class ForgetfulCache extends PagedCache {
  #given = 0;

  override commit(seq: SeqId, kv: KvRows, rows: readonly number[], tokens: readonly number[]): void {
    for (const row of rows) {
      const lost = ++this.#given % 5 === 0;
      super.commit(seq, lost ? new Float32Array(kv.length) : kv, [row], tokens);
    }
  }
}

export function open(_: unknown, live: { readonly shape: KvShape }): KvLive {
  return new ForgetfulCache(live.shape, 4096);
}
