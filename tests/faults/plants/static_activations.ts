/**
 * What attention gives, in 8 bits with a static scale for each layer: the 99.95th percentile of what a batch of texts
 * shows (Wu et al., Integer Quantization for Deep Learning Inference, 2020).
 */
import { adapters } from "../rig/adapters.ts";
import { draw } from "../rig/data.ts";
import { tinyTokenizer } from "../rig/tiny_model.ts";
import { TinyNetwork } from "../rig/tiny_network.ts";
import type { Activation, TinyOptions } from "../rig/tiny_options.ts";
import { EOS } from "../rig/tiny_weights.ts";

const PERCENTILE = 0.9995;
const LEVELS = 127;
/** Many short texts and a few long ones, as texts come; of each adapter and of none in turn. */
const LENGTHS = [
  24,
  300,
  20,
  33,
  14,
  60,
  15,
  44,
  90,
  18,
  30,
  12,
  22,
  16,
  52,
  28,
  13,
  35,
  20,
  17,
  26,
  11,
  40,
  19,
];

type Scales = ReadonlyMap<string, number>;

const keyOf = (name: Activation, layer: number) => `${layer} ${name}`;

/** `masked`: whether what pads a batch is left out of attention and of what is counted. */
export function staticActivations(masked: boolean): TinyOptions {
  const scales = calibrate(masked);
  return {
    activation(name, layer, x) {
      const scale = scales.get(keyOf(name, layer));
      if (scale === undefined) return;
      for (let i = 0; i < x.length; i++) {
        x[i] = Math.max(-LEVELS, Math.min(LEVELS, Math.round(x[i]! / scale))) * scale;
      }
    },
  };
}

function calibrate(masked: boolean): Scales {
  const texts = LENGTHS.map((length, i) => tinyTokenizer.encode(draw("a", length, 9000 + i)));
  const longest = Math.max(...texts.map(({ length }) => length));
  const batch = masked
    ? texts
    : texts.map((text) => [...new Array<number>(longest - text.length).fill(EOS), ...text]);
  const seen = new Map<string, number[]>();
  const network = new TinyNetwork({
    lora: { adapters },
    activation(name, layer, x) {
      if (name !== "attn_output") return;
      const values = seen.get(keyOf(name, layer)) ?? [];
      seen.set(keyOf(name, layer), values);
      for (const value of x) values.push(Math.abs(value));
    },
  });
  network.run({
    tokens: Int32Array.from(batch.flat()),
    positions: Int32Array.from(batch.flatMap((text) => text.map((_, at) => at))),
    sequence: Int32Array.from(batch.flatMap((text, sequence) => text.map(() => sequence))),
    past: batch.map((_, id) => ({ id, epoch: 0, length: 0, copy() {} })),
    adapters: batch.map((_, i) => adapters[i % (adapters.length + 1)]?.name),
    want: Int32Array.from(batch.flat(), (_, row) => row),
    logitsOnly: true,
  });
  return new Map([...seen].map(([key, values]) => [key, percentile(values) / LEVELS]));
}

function percentile(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor(PERCENTILE * (sorted.length - 1))]!;
}
