/**
 * A llama of two layers with random weights from a fixed seed. Every matrix lies on a grid of 4 bits in groups of 16
 * along its input, with a scale and a zero point each, and each group touches both ends of its grid: a quantizer that
 * takes the smallest and the largest value finds the grid again, so that 4 bits done right change nothing.
 */
export const SIZE = {
  layers: 2,
  width: 32,
  heads: 4,
  kvHeads: 2,
  headDim: 8,
  ffn: 64,
  vocabulary: 64,
  context: 512,
} as const;

/** Values that share a scale and a zero point. */
export const GROUP = 16;
export const EPSILON = 1e-5;
export const [BOS, EOS] = [1, 2];
/** Ids that the model never says: no text has them. */
export const SILENT = [0, BOS, 63];

const { width, heads, kvHeads, headDim, ffn, vocabulary } = SIZE;

/** Shapes [output, input] by name; a vector has no input. */
export const SHAPES = {
  token_embd: [vocabulary, width],
  attn_norm: [width],
  attn_q: [heads * headDim, width],
  attn_k: [kvHeads * headDim, width],
  attn_v: [kvHeads * headDim, width],
  attn_output: [width, heads * headDim],
  ffn_norm: [width],
  ffn_gate: [ffn, width],
  ffn_up: [ffn, width],
  ffn_down: [width, ffn],
  output_norm: [width],
  output: [vocabulary, width],
  output_bias: [vocabulary],
} as const satisfies Readonly<Record<string, readonly number[]>>;

export type WeightName = keyof typeof SHAPES;

/** Where a weight stands; `layer` is -1 outside the blocks. */
export interface Place {
  readonly layer: number;
  readonly name: WeightName;
}

/** Root mean square of what each matrix makes of an input whose root mean square is 1. */
const GAINS: Readonly<Partial<Record<WeightName, number>>> = {
  attn_q: 1.6,
  attn_k: 1.6,
  attn_v: 1.2,
  attn_output: 1.2,
  ffn_gate: 1.2,
  ffn_up: 1,
  ffn_down: 1,
  output: 2.4,
};

/** Numbers from a seed: uniform on [0, 1) (mulberry32), and normal. */
export function randomOf(seed: number): { uniform(): number; normal(): number } {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

/** The model's own weight at a place. */
export function tinyWeight({ layer, name }: Place): Float32Array {
  const [out, input] = SHAPES[name] as readonly [number, number?];
  const random = randomOf(1 + 100 * (layer + 1) + Object.keys(SHAPES).indexOf(name));
  if (name === "output_bias") return bias();
  if (input === undefined) return Float32Array.from({ length: out }, () => 1 + random.normal() / 5);
  if (name === "token_embd") return Float32Array.from({ length: out * input }, () => random.normal());
  const values = onGrid(out, input, GAINS[name]! / Math.sqrt(input), random);
  if (name === "output") {
    // The end of an answer is told by the context: rarely likely, then clearly.
    for (let i = 0; i < width; i++) values[EOS * width + i]! *= 2;
  }
  return values;
}

function bias(): Float32Array {
  const values = new Float32Array(vocabulary);
  for (const id of SILENT) values[id] = -60;
  values[EOS] = -3;
  return values;
}

function onGrid(out: number, input: number, deviation: number, random: ReturnType<typeof randomOf>) {
  const values = new Float32Array(out * input);
  const level = (spread: number) => Math.min(15, Math.max(0, Math.round(7.5 + spread * random.normal())));
  for (let from = 0; from < values.length; from += GROUP) {
    const scale = deviation / 3.6 * (0.75 + random.uniform() / 2);
    // One group in forty lies wholly above zero.
    const zero = random.uniform() < 1 / 40 ? 0 : level(2);
    const codes = Array.from({ length: GROUP }, () => level(3));
    const low = Math.floor(random.uniform() * GROUP);
    codes[low] = 0;
    codes[(low + 1 + Math.floor(random.uniform() * (GROUP - 1))) % GROUP] = 15;
    codes.forEach((code, i) => (values[from + i] = scale * (code - zero)));
  }
  return values;
}
