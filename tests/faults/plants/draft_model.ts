/**
 * A draft model (Leviathan et al., 2023): the model with coarser weights guesses, from a cache of its own. With
 * features (EAGLE; Li et al., 2024) the rows of verified tokens are the target's, computed anew. Faults: "trim" drops
 * one row too many where guesses are rejected (SP-02); "stale" keeps the draft's own rows for accepted guesses (SP-10).
 */
import { PagedCache, type SeqId, type Sequence, topTwo } from "../../../engine/mod.ts";
import { TinyNetwork } from "../rig/tiny_network.ts";
import { SIZE } from "../rig/tiny_weights.ts";

export interface DraftParams {
  readonly guesses: number;
  readonly features: boolean;
  readonly fault: "none" | "trim" | "stale";
}

interface State {
  readonly seq: SeqId;
  /** Tokens that the cache is taken to hold. */
  fed: number;
  /** Guesses whose rows it holds beside them. */
  ahead: number;
}

/** Weights on a grid of so many steps a matrix: the draft's own keys and values are the coarsest. */
const STEPS = 16;
const COARSEST = 5;
const target = new TinyNetwork();
const drafting = (own: boolean) =>
  new TinyNetwork({
    weights: ({ name }, values) => {
      const steps = !own && (name === "attn_k" || name === "attn_v") ? COARSEST : STEPS;
      const step = values.reduce((top, value) => Math.max(top, Math.abs(value)), 0) / steps;
      return values.map((value) => Math.round(value / step) * step);
    },
  });

export class DraftModel {
  readonly #cache = new PagedCache(target.shape, 64 * SIZE.context);
  readonly #states = new Map<string, State>();
  readonly #network: TinyNetwork;

  constructor(private readonly params: DraftParams) {
    this.#network = drafting(!params.features);
  }

  /** Guesses of what follows, each with the logits that it was taken from by `choose`. */
  guess(
    { request: { id }, tokens }: Sequence,
    room: number,
    choose: (logits: Float32Array, position: number) => number = (logits) => topTwo(logits).top,
  ): { readonly tokens: readonly number[]; readonly logits: readonly Float32Array[] } {
    const state = this.#states.get(id) ?? { seq: this.#cache.start([], "").seq, fed: 0, ahead: 0 };
    this.#states.set(id, state);
    const last = tokens.length - 1;
    if (this.params.features && state.fed < last) this.#feed(target, state, tokens.slice(state.fed, last));
    const [guessed, rows]: [number[], Float32Array[]] = [[], []];
    let logits = this.#feed(this.#network, state, tokens.slice(state.fed));
    for (;;) {
      const token = choose(logits, tokens.length + guessed.length);
      rows.push(logits);
      if (guessed.push(token) === Math.min(room, this.params.guesses)) break;
      logits = this.#feed(this.#network, state, [token]);
    }
    state.ahead = state.fed - tokens.length;
    state.fed = tokens.length;
    return { tokens: guessed, logits: rows };
  }

  /** What became of the last guesses. */
  observe({ request: { id } }: Sequence, accepted: number): void {
    const { features, fault } = this.params;
    const state = this.#states.get(id)!;
    const kept = features && fault !== "stale" ? -1 : Math.min(accepted, state.ahead);
    const gone = state.ahead - kept;
    const more = fault === "trim" && gone > 0 ? 1 : 0;
    const held = this.#cache.view(state.seq).length;
    this.#cache.truncate(state.seq, Math.max(0, held - gone - more));
    state.fed += kept;
    state.ahead = 0;
  }

  finish({ request: { id } }: Sequence): void {
    const state = this.#states.get(id);
    if (state !== undefined) this.#cache.release(state.seq);
    this.#states.delete(id);
  }

  /** Logits after the last of the tokens, whose rows go to the cache. */
  #feed(network: TinyNetwork, state: State, tokens: readonly number[]): Float32Array {
    const { seq } = state;
    const rows = tokens.map((_, i) => i);
    this.#cache.reserve(seq, rows.length);
    const past = this.#cache.view(seq);
    const { logits, kv } = network.run({
      tokens: Int32Array.from(tokens),
      positions: Int32Array.from(rows, (i) => past.length + i),
      sequence: new Int32Array(rows.length),
      past: [past],
      want: Int32Array.of(rows.length - 1),
    });
    this.#cache.commit(seq, kv, rows, tokens);
    state.fed += rows.length;
    return logits;
  }
}
