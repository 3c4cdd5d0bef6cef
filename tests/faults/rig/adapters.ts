/** Low-rank adapters (LoRA; Hu et al., 2021), the rank-stabilized kind (Kalajdzievski, 2023) among them. */
import { type Place, randomOf, SHAPES, SIZE, type WeightName } from "./tiny_weights.ts";

export const ADAPTED = [
  "attn_q",
  "attn_k",
  "attn_v",
  "attn_output",
  "ffn_gate",
  "ffn_up",
  "ffn_down",
] as const satisfies readonly WeightName[];

/** An adapter as its file says it: the update of a matrix is scale x B A. */
export interface Adapter {
  readonly name: string;
  readonly rank: number;
  readonly alpha: number;
  /** Scaled by alpha / sqrt(rank) rather than alpha / rank. */
  readonly stabilized: boolean;
}

/** A: [rank, input], B: [output, rank]. */
export interface Pair {
  readonly a: Float32Array;
  readonly b: Float32Array;
}

/** An adapter as the network holds it. */
export interface LoadedAdapter extends Adapter {
  readonly scale: number;
  /** By `key` of the place. */
  readonly pairs: ReadonlyMap<string, Pair>;
}

export const key = ({ layer, name }: Place) => `${layer}.${name}`;

const ADAPTERS: readonly Adapter[] = [
  { name: "rank_8", rank: 8, alpha: 16, stabilized: false },
  { name: "rank_32", rank: 32, alpha: 64, stabilized: false },
  { name: "stabilized_16", rank: 16, alpha: 8, stabilized: true },
];

/** Root mean square of an update, beside that of the matrix's own product. */
const STRENGTH = 0.3;

/** Loads an adapter as its file says. */
export function load(adapter: Adapter): LoadedAdapter {
  const { name, rank, alpha, stabilized } = adapter;
  const scale = alpha / (stabilized ? Math.sqrt(rank) : rank);
  const random = randomOf(7000 + rank + name.length);
  const pairs = new Map<string, Pair>();
  for (let layer = 0; layer < SIZE.layers; layer++) {
    for (const name of ADAPTED) {
      const [output, input] = SHAPES[name];
      const fill = (length: number, deviation: number) =>
        Float32Array.from({ length }, () => deviation * random.normal());
      const a = fill(rank * input, 1 / Math.sqrt(input));
      pairs.set(key({ layer, name }), { a, b: fill(output * rank, STRENGTH / (scale * Math.sqrt(rank))) });
    }
  }
  return { ...adapter, scale, pairs };
}

/** Adapters of several ranks, loaded. */
export const adapters: readonly LoadedAdapter[] = ADAPTERS.map(load);

/** The matrix with an adapter's update added. */
export function merged(adapter: LoadedAdapter, place: Place, values: Float32Array): Float32Array {
  const pair = adapter.pairs.get(key(place));
  if (!pair) return values;
  const input = pair.a.length / adapter.rank;
  return values.map((value, at) => {
    const [row, column] = [Math.floor(at / input), at % input];
    let sum = 0;
    for (let r = 0; r < adapter.rank; r++) {
      sum += pair.b[row * adapter.rank + r]! * pair.a[r * input + column]!;
    }
    return value + adapter.scale * sum;
  });
}
