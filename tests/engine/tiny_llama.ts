/**
 * A llama of two layers with random weights, as a GGUF file, and its forward pass written as plainly as the
 * architecture can be said, in 64-bit floats: the reference for the graph, the staging and the masks together.
 */
import { f32, gguf, type Tensor, type Value } from "./gguf_file.ts";

export const SIZE = {
  layers: 2,
  width: 32,
  heads: 4,
  kvHeads: 2,
  headDim: 8,
  ffn: 64,
  vocabulary: 40,
  context: 256,
};
const BASE = 10000;
const EPSILON = 1e-5;

export type Llama = ReadonlyMap<string, Tensor>;

/** Random weights; the same seed gives the same ones. */
export function tinyLlama(seed = 1): Llama {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  const { layers, width, heads, kvHeads, headDim, ffn, vocabulary } = SIZE;
  const tensors = new Map<string, Tensor>();
  const add = (name: string, shape: readonly number[], value: () => number) => {
    const count = shape.reduce((product, n) => product * n, 1);
    tensors.set(name, f32(`${name}.weight`, shape, Array.from({ length: count }, value)));
  };
  const matrix = (name: string, out: number, input: number) =>
    add(name, [out, input], () => 2 * random() / Math.sqrt(input));
  const gain = (name: string) => add(name, [width], () => 1 + random() / 4);
  matrix("token_embd", vocabulary, width);
  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string) => `blk.${layer}.${part}`;
    gain(name("attn_norm"));
    matrix(name("attn_q"), heads * headDim, width);
    matrix(name("attn_k"), kvHeads * headDim, width);
    matrix(name("attn_v"), kvHeads * headDim, width);
    matrix(name("attn_output"), width, heads * headDim);
    gain(name("ffn_norm"));
    matrix(name("ffn_gate"), ffn, width);
    matrix(name("ffn_up"), ffn, width);
    matrix(name("ffn_down"), width, ffn);
  }
  gain("output_norm");
  return tensors;
}

/** Metadata of the file; the tokenizer has two control tokens, the small letters and the digits. */
export function metadata(over: Readonly<Record<string, Value>> = {}): Readonly<Record<string, Value>> {
  const u32 = (value: number): Value => ({ type: "u32", value });
  const letters = [..."abcdefghijklmnopqrstuvwxyz0123456789"];
  const tokens = ["<s>", "</s>", ...letters, "Ġ", "Ċ"];
  return {
    "general.architecture": { type: "string", value: "llama" },
    "llama.block_count": u32(SIZE.layers),
    "llama.context_length": u32(SIZE.context),
    "llama.embedding_length": u32(SIZE.width),
    "llama.feed_forward_length": u32(SIZE.ffn),
    "llama.attention.head_count": u32(SIZE.heads),
    "llama.attention.head_count_kv": u32(SIZE.kvHeads),
    "llama.attention.layer_norm_rms_epsilon": { type: "f32", value: EPSILON },
    "tokenizer.ggml.model": { type: "string", value: "gpt2" },
    "tokenizer.ggml.pre": { type: "string", value: "smollm" },
    "tokenizer.ggml.tokens": { type: "array", of: "string", value: tokens },
    "tokenizer.ggml.token_type": { type: "array", of: "i32", value: tokens.map((_, id) => (id < 2 ? 3 : 1)) },
    "tokenizer.ggml.merges": { type: "array", of: "string", value: ["a b"] },
    "tokenizer.ggml.bos_token_id": u32(0),
    "tokenizer.ggml.eos_token_id": u32(1),
    ...over,
  };
}

/** Random biases of q, k and v beside the weights, as qwen2 has them. */
export function withBiases(llama: Llama): Llama {
  const biased = new Map(llama);
  for (const [key, tensor] of llama) {
    if (!/attn_[qkv]$/.test(key)) continue;
    const name = `${key}.bias`;
    const values = Array.from({ length: tensor.shape[0]! }, (_, i) => Math.sin(i + key.length));
    biased.set(name, f32(name, [values.length], values));
  }
  return biased;
}

/** The same model with rotary pairs half a head apart instead of neighbours. */
export function apart(llama: Llama): Llama {
  const { headDim } = SIZE;
  const from = (row: number) => {
    const [head, d] = [row - row % headDim, row % headDim];
    return head + (d < headDim / 2 ? 2 * d : 2 * d - headDim + 1);
  };
  return new Map([...llama].map(([key, tensor]) => {
    if (!/attn_[qk](\.bias)?$/.test(key)) return [key, tensor];
    const [rows, width = 1] = tensor.shape;
    const values = valuesOf(tensor);
    const moved = Array.from({ length: rows! }, (_, row) => [
      ...values.subarray(from(row) * width, (from(row) + 1) * width),
    ]);
    return [key, f32(tensor.name, tensor.shape, moved.flat())];
  }));
}

/** The same model as a qwen2 file. */
export function qwen2File(llama: Llama): Uint8Array {
  const qwen2 = Object.entries(metadata()).map(([key, value]) => [key.replace(/^llama/, "qwen2"), value]);
  const name = { "general.architecture": { type: "string", value: "qwen2" } } as const;
  return gguf({ metadata: { ...Object.fromEntries(qwen2), ...name }, tensors: [...apart(llama).values()] });
}

/** The model's file. */
export function llamaFile(llama: Llama, over: Readonly<Record<string, Value>> = {}): Uint8Array {
  return gguf({ metadata: metadata(over), tensors: [...llama.values()] });
}

/**
 * Logits of every row [rows][vocabulary]. `parent[i]` is the row that row i follows, -1 for none; absent: a chain.
 * `enter` stands for what becomes of a matrix's input before the product.
 */
export function naiveForward(
  llama: Llama,
  tokens: readonly number[],
  parent: readonly number[] = tokens.map((_, i) => i - 1),
  enter: (x: readonly number[]) => readonly number[] = (x) => x,
): readonly (readonly number[])[] {
  const { layers, width, heads, kvHeads, headDim } = SIZE;
  const weight = (name: string) => valuesOf(llama.get(name)!);
  const times = (name: string, given: readonly number[]) => {
    const [x, w] = [enter(given), weight(name)];
    const out = w.length / x.length;
    return Array.from({ length: out }, (_, o) => x.reduce((sum, v, i) => sum + v * w[o * x.length + i]!, 0));
  };
  const project = (name: string, x: readonly number[]) => {
    const [product, bias] = [times(name, x), llama.get(`${name}.bias`)];
    return bias ? add(product, [...valuesOf(bias)]) : product;
  };
  const norm = (x: readonly number[], name: string) => {
    const [gain, mean] = [weight(name), x.reduce((sum, v) => sum + v * v, 0) / width];
    return x.map((v, i) => v / Math.sqrt(mean + EPSILON) * gain[i]!);
  };
  const path = (row: number): number[] => (row < 0 ? [] : [...path(parent[row]!), row]);
  const rotate = (x: readonly number[], position: number) =>
    x.map((v, i) => {
      const d = i % headDim;
      const angle = position * BASE ** (-(d - d % 2) / headDim);
      return d % 2 === 0
        ? v * Math.cos(angle) - x[i + 1]! * Math.sin(angle)
        : v * Math.cos(angle) + x[i - 1]! * Math.sin(angle);
    });
  const add = (a: readonly number[], b: readonly number[]) => a.map((v, i) => v + b[i]!);

  const table = weight("token_embd");
  let x = tokens.map((token) => [...table.subarray(token * width, (token + 1) * width)]);
  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string) => `blk.${layer}.${part}`;
    const normed = x.map((row) => norm(row, name("attn_norm")));
    const position = (row: number) => path(row).length - 1;
    const q = normed.map((row, i) => rotate(project(name("attn_q"), row), position(i)));
    const k = normed.map((row, i) => rotate(project(name("attn_k"), row), position(i)));
    const v = normed.map((row) => project(name("attn_v"), row));
    const mixed = x.map((_, row) => {
      const seen = path(row);
      return Array.from({ length: heads }, (_, head) => {
        const from = Math.floor(head / (heads / kvHeads)) * headDim;
        const dot = (a: readonly number[], b: readonly number[]) =>
          Array.from({ length: headDim }, (_, d) => a[head * headDim + d]! * b[from + d]!)
            .reduce((sum, value) => sum + value, 0);
        const exps = seen.map((other) => Math.exp(dot(q[row]!, k[other]!) / Math.sqrt(headDim)));
        const total = exps.reduce((sum, e) => sum + e, 0);
        return Array.from(
          { length: headDim },
          (_, d) => seen.reduce((sum, other, i) => sum + exps[i]! / total * v[other]![from + d]!, 0),
        );
      }).flat();
    });
    x = x.map((row, i) => add(row, times(name("attn_output"), mixed[i]!)));
    x = x.map((row) => {
      const fed = norm(row, name("ffn_norm"));
      const [gate, up] = [times(name("ffn_gate"), fed), times(name("ffn_up"), fed)];
      return add(row, times(name("ffn_down"), gate.map((g, i) => g / (1 + Math.exp(-g)) * up[i]!)));
    });
  }
  const head = llama.has("output") ? "output" : "token_embd";
  return x.map((row) => times(head, norm(row, "output_norm")));
}

/** The model with its matrices replaced, e.g. by what their quantized form stands for; embeddings stay as they are. */
export function mapMatrices(
  llama: Llama,
  map: (values: Float32Array, out: number, input: number) => Float32Array,
): Llama {
  const mapped = new Map(llama);
  for (const [key, tensor] of llama) {
    const [out, input] = tensor.shape;
    if (input === undefined) continue;
    const name = key === "token_embd" ? "output" : key;
    mapped.set(name, f32(`${name}.weight`, tensor.shape, map(valuesOf(tensor), out!, input)));
  }
  return mapped;
}

const valuesOf = (tensor: Tensor) => new Float32Array(tensor.data.slice().buffer);
