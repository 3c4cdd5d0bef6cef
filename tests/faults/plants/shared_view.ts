/** A prefix cache whose views tell how many of their rows came from an earlier request, for kernels that ask. */
import type { KvLive, KvShape, KvView, SeqId } from "../../../engine/mod.ts";
import { open as openPrefixCache } from "../../../techniques/caches/prefix_cache.ts";

export interface SharedView extends KvView {
  readonly shared: number;
}

/** Opens the cache. */
export function open(params: { readonly tokens: number }, live: { readonly shape: KvShape }): KvLive {
  const cache = openPrefixCache(params, live);
  const shared = new Map<SeqId, number>();
  const [start, view] = [cache.start.bind(cache), cache.view.bind(cache)];
  return Object.assign(cache, {
    start(prompt: readonly number[], tenant: string) {
      const started = start(prompt, tenant);
      shared.set(started.seq, started.matched);
      return started;
    },
    view: (seq: SeqId): SharedView => Object.assign(view(seq), { shared: shared.get(seq)! }),
  });
}
