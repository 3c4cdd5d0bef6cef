/**
 * A cache that is rolled back before guesses are verified, to where they begin. The fault (SP-04): rolling back is
 * resetting, and guesses are verified against an empty past: "always", or where the path for throughput is "taken".
 */
import { type KvLive, type KvShape, type KvView, PagedCache, type SeqId } from "../../../engine/mod.ts";
import { path } from "./timed_lookup.ts";

type Resets = "never" | "always" | "taken";

/** Opens the cache. */
export function open(
  { resets, tokens }: { readonly resets: Resets; readonly tokens: number },
  live: { readonly shape: KvShape },
): KvLive {
  return new ResetCache(live.shape, tokens, resets);
}

class ResetCache extends PagedCache {
  readonly #prompted = new Map<SeqId, number>();
  readonly #reserved = new Map<SeqId, number>();

  constructor(shape: KvShape, limit: number, private readonly resets: Resets) {
    super(shape, limit);
  }

  override start(
    prompt: readonly number[],
    tenant: string,
  ): { readonly seq: SeqId; readonly matched: number } {
    const started = super.start(prompt, tenant);
    this.#prompted.set(started.seq, prompt.length);
    return started;
  }

  override reserve(seq: SeqId, rows: number): boolean {
    this.#reserved.set(seq, Math.max(rows, this.#reserved.get(seq) ?? 0));
    return super.reserve(seq, rows);
  }

  override view(seq: SeqId): KvView {
    const view = super.view(seq);
    const verifying = view.length >= this.#prompted.get(seq)! && this.#reserved.get(seq)! > 1;
    this.#reserved.delete(seq);
    const resets = this.resets === "always" || (this.resets === "taken" && path.taken);
    return resets && verifying ? { ...view, length: 0 } : view;
  }
}
