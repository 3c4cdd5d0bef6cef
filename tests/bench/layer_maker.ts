/** How far each run of layers turns hidden states, for layer_bench.ts: told in notes, and no weights made. */
import { layerWeights, type Maker } from "../../mod.ts";

/** What is measured on. */
export type LayerParams = { readonly texts: string; readonly pieces: number; readonly tokens: number };
/** Mean of 1 - cos(x, y) over tokens, by the first layer of a run and by its length less one: x goes in, y comes out. */
export type Turned = readonly (readonly number[])[];

export const make: Maker = async (bench) => {
  const { texts, pieces, tokens } = bench.model.params.made!.params as unknown as LayerParams;
  const { config: { layers, width }, weights } = bench;
  await using walk = await bench.walk(texts, pieces, tokens);
  const states = [walk.hidden];
  for (let layer = 0; layer < layers; layer++) {
    await walk.advance(layerWeights(weights, bench.config, layer));
    states.push(walk.hidden);
  }
  const turned = states.slice(0, -1).map((before, first) =>
    states.slice(first + 1).map((after) => distance(before, after, width))
  );
  await bench.piece("turned", () => Promise.resolve({ matrices: {}, notes: { turned } }));
};

function distance(before: readonly Float32Array[], after: readonly Float32Array[], width: number): number {
  let [sum, rows] = [0, 0];
  for (const [batch, own] of before.entries()) {
    for (let at = 0; at < own.length; at += width, rows++) {
      let [xy, xx, yy] = [0, 0, 0];
      for (let i = at; i < at + width; i++) {
        const [x, y] = [own[i]!, after[batch]![i]!];
        [xy, xx, yy] = [xy + x * y, xx + x * x, yy + y * y];
      }
      sum += 1 - xy / Math.sqrt(xx * yy);
    }
  }
  return sum / rows;
}
