/** The last layer of a model, from which a drafting layer may start. */
import type { Model } from "../stack.ts";
import { type ModelConfig, modelConfig, openWeights } from "../weights/mod.ts";
import type { LayerWeights } from "./layer_walk.ts";
import { layerWeights } from "./layer_weights.ts";

/** Of a model's file: its last layer as floats, and its dimensions. @throws {UserError} when it cannot be read. */
export function lastLayer(
  { file }: Pick<Model, "file">,
): { readonly config: ModelConfig; readonly layer: LayerWeights } {
  using weights = openWeights(file);
  const config = modelConfig(weights);
  return { config, layer: layerWeights(weights, config, config.layers - 1) };
}
