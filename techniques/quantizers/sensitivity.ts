/**
 * How much each matrix of a model loses by being rounded, measured where it counts: one matrix at a time is rounded,
 * and KL(full precision || rounded) of the next token is averaged over calibration text (the KL metric of mixed
 * precision; cf. Dong et al., HAWQ, ICCV 2019, which estimates it from curvature).
 */
import {
  dequantize,
  type Integers,
  layerWeights,
  quantize,
  type Tap,
  TAPS,
  widthOf,
  type Workbench,
} from "../../engine/mod.ts";

/** Every so many tokens, the law of the next one is compared. */
const EVERY = 4;

/** Mean KL in nats by layer, then by what is rounded. */
export type Sensitivity = readonly Readonly<Record<Tap, number>>[];

/** Rounds each matrix of each layer to `low`, by itself, over `pieces` pieces of `tokens` tokens of the texts. */
export async function sensitivity(
  bench: Workbench,
  texts: string,
  low: Integers,
  { pieces, tokens }: { readonly pieces: number; readonly tokens: number },
  progress: (done: number) => void,
): Promise<Sensitivity> {
  const { config, weights } = bench;
  await using walk = await bench.walk(texts, pieces, tokens);
  await using head = bench.head();
  const before: (readonly Float32Array[])[] = [];
  for (let layer = 0; layer < config.layers; layer++) {
    before.push(walk.hidden);
    await walk.advance(layerWeights(weights, config, layer));
  }
  const base = await head.laws(everyRow(walk.hidden, config.width));
  const found: Record<Tap, number>[] = [];
  for (let layer = 0; layer < config.layers; layer++) {
    const own = layerWeights(weights, config, layer);
    const variants: Float32Array[] = [];
    for (const tap of TAPS) {
      const width = widthOf(tap, config);
      const out = own[tap].length / width;
      const rounded = dequantize(quantize(own[tap], out, width, low), out, width, low);
      walk.hidden = before[layer]!;
      await walk.advance({ ...own, [tap]: rounded });
      variants.push(...walk.hidden);
    }
    // All four go through the layers above together, so that each layer's weights are read once.
    walk.hidden = variants;
    for (let above = layer + 1; above < config.layers; above++) {
      await walk.advance(layerWeights(weights, config, above));
    }
    const each = variants.length / TAPS.length;
    const one: Partial<Record<Tap, number>> = {};
    for (const [i, tap] of TAPS.entries()) {
      const ends = walk.hidden.slice(i * each, (i + 1) * each);
      one[tap] = await head.divergence(base, everyRow(ends, config.width));
    }
    found.push(one as Record<Tap, number>);
    progress((layer + 1) / config.layers);
  }
  return found;
}

function everyRow(batches: readonly Float32Array[], width: number): Float32Array {
  const rows = batches.flatMap((batch) =>
    Array.from(
      { length: Math.floor(batch.length / width / EVERY) },
      (_, i) => batch.subarray(((i + 1) * EVERY - 1) * width, (i + 1) * EVERY * width),
    )
  );
  const all = new Float32Array(rows.length * width);
  rows.forEach((row, i) => all.set(row, i * width));
  return all;
}
