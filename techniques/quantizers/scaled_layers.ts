/**
 * The layers of a model one after another, each matrix scaled and put on its grid by what it reads through those before
 * it as they were made, its scales folded into what feeds it.
 */
import {
  type Json,
  type LayerWalk,
  type LayerWeights,
  layerWeights,
  systemClock,
  type Tap,
  TAPS,
  type Workbench,
} from "../../engine/mod.ts";
import type { Calibration } from "./calibration.ts";
import { type GridLayer, layerOf, pieceName, pieceOf, type Scaled, settle } from "./made_layer.ts";

/** A matrix as it is made of what the walk's texts give at its tap, and what there is to tell of it. */
type Scale = (walk: LayerWalk, layer: LayerWeights, tap: Tap) => Promise<Scaled & { readonly told: Json }>;

/** Makes the layers' pieces. */
export async function makeScaled(
  { weights, config, walk, piece, progress }: Workbench,
  { texts, pieces, tokens }: Calibration,
  scale: Scale,
): Promise<void> {
  await using layers = await walk(texts, pieces, tokens);
  for (let layer = 0; layer < config.layers; layer++) {
    const made = await piece(pieceName(layer), async () => {
      const start = systemClock.now();
      let begun: GridLayer = { layer: layerWeights(weights, config, layer), grids: {} };
      const told: Record<string, Json> = {};
      for (const [i, tap] of TAPS.entries()) {
        const found = await scale(layers, begun.layer, tap);
        begun = settle(begun, tap, found, config);
        told[tap] = found.told;
        progress((layer + (i + 1) / (TAPS.length + 1)) / config.layers);
      }
      const notes = { ...told, seconds: (systemClock.now() - start) / 1000 };
      return pieceOf(begun, layer, weights, config, notes);
    });
    if (layer + 1 < config.layers) await layers.advance(layerOf(made, layer, weights, config));
    progress((layer + 1) / config.layers);
  }
}
