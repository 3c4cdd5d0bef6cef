/** The loaded weights, and the products and norms that are made with them. */
import { key, type LoadedAdapter, type Pair } from "./adapters.ts";
import type { Row, TinyOptions } from "./tiny_options.ts";
import { EPSILON, type Place, SHAPES, SIZE, tinyWeight, type WeightName } from "./tiny_weights.ts";

const { width } = SIZE;
const OUTSIDE = ["token_embd", "output_norm", "output", "output_bias"] as const;

interface Loaded {
  readonly place: Place;
  readonly values: Float32Array;
  /** Size of the output. */
  readonly out: number;
  readonly pairs: ReadonlyMap<string, { readonly adapter: LoadedAdapter; readonly pair: Pair }>;
}

/** One block's weights, or those outside the blocks. */
export type Layer = Readonly<Record<WeightName, Loaded>>;

export function loadLayer(layer: number, options: TinyOptions): Layer {
  const names = (Object.keys(SHAPES) as WeightName[])
    .filter((name) => (layer < 0) === (OUTSIDE as readonly string[]).includes(name));
  return Object.fromEntries(names.map((name): [WeightName, Loaded] => {
    const place = { layer, name };
    const own = tinyWeight(place);
    const pairs = (options.lora?.adapters ?? []).flatMap((adapter) => {
      const pair = adapter.pairs.get(key(place));
      return pair ? [[adapter.name, { adapter, pair }] as const] : [];
    });
    const values = options.weights?.(place, own) ?? own;
    return [name, { place, values, out: SHAPES[name][0], pairs: new Map(pairs) }];
  })) as Layer;
}

/** Writes a weight times `x`, with the adapter of the row, to `into` at `at`. */
export function multiply(
  { place, values, out, pairs }: Loaded,
  x: Float32Array,
  into: Float32Array,
  at: number,
  row: Row,
  { matrix, lora }: TinyOptions,
): void {
  product(matrix?.(place, row) ?? values, x, into, at, out);
  if (lora === undefined) return;
  const name = lora.of ? lora.of(row) : row.batch.adapters?.[row.sequence];
  const held = name === undefined ? undefined : pairs.get(name);
  if (held === undefined) return;
  const { adapter: { rank, scale }, pair: { a, b } } = held;
  const low = new Float32Array(rank);
  const update = new Float32Array(out);
  product(a, x, low, 0, rank);
  product(b, low, update, 0, out);
  for (let i = 0; i < out; i++) into[at + i]! += scale * update[i]!;
}

/** RMSNorm of one row of `x`. */
export function norm({ values: gain }: Loaded, x: Float32Array, from: number, into: Float32Array): void {
  let sum = 0;
  for (let i = 0; i < width; i++) sum += x[from + i]! * x[from + i]!;
  const scale = 1 / Math.sqrt(sum / width + EPSILON);
  for (let i = 0; i < width; i++) into[i] = x[from + i]! * scale * gain[i]!;
}

/** The first `out` rows of a matrix times `x`, four at a time. */
function product(matrix: Float32Array, x: Float32Array, into: Float32Array, at: number, out: number): void {
  const input = x.length;
  for (let o = 0; o < out; o += 4) {
    let a = 0, b = 0, c = 0, d = 0;
    for (let i = 0, w = o * input; i < input; i++, w++) {
      const value = x[i]!;
      a += matrix[w]! * value;
      b += matrix[w + input]! * value;
      c += matrix[w + 2 * input]! * value;
      d += matrix[w + 3 * input]! * value;
    }
    into[at + o] = a;
    into[at + o + 1] = b;
    into[at + o + 2] = c;
    into[at + o + 3] = d;
  }
}
