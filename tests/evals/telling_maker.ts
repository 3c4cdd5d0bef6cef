/** A maker of weights that makes none, and tells of each layer what a quantizer would; the figures are made up. */
import type { Workbench } from "../../engine/mod.ts";

export async function make({ piece, config }: Workbench): Promise<void> {
  for (let layer = 0; layer < config.layers; layer++) {
    const losses = { qkv: { rounded: 0.123456 + layer, made: 0.1 }, ffn_down: { rounded: 0.5, made: 0.25 } };
    await piece(`layer-${layer}`, () => Promise.resolve({ matrices: {}, notes: { losses, seconds: 1.5 } }));
  }
  const sensitivity = [{ qkv: 0.02, ffn_down: 0.004 }, { qkv: 0.001, ffn_down: 0.3 }];
  await piece("sensitivity", () => Promise.resolve({ matrices: {}, notes: { sensitivity } }));
}
