/** A maker that rounds every matrix of the layers to 8 bits, layer by layer; settings tell it to fail on the way. */
import { quantize } from "../../../engine/graph/quantize.ts";
import { membersOf, type Piece, TAPS, type Workbench } from "../../../engine/mod.ts";

export const PRECISION = { bits: 8, block: 16, symmetric: false } as const;
/** Layers that were made, not read back. */
export const made: number[] = [];
/** Set by a test: the layer at which the making breaks. */
export const breaks = { at: -1 };

export async function make({ weights, config, piece, progress }: Workbench): Promise<void> {
  for (let layer = 0; layer < config.layers; layer++) {
    await piece(`layer-${layer}`, (): Promise<Piece> => {
      if (layer === breaks.at) throw new Error("cut off");
      made.push(layer);
      const matrices = Object.fromEntries(
        TAPS.flatMap((tap) => membersOf(tap, layer)).map((name) => {
          const [out, width] = weights.shape(name) as [number, number];
          return [name, {
            precision: PRECISION,
            packed: quantize(weights.read(name), out, width, PRECISION),
          }];
        }),
      );
      return Promise.resolve({ matrices, notes: { layer } });
    });
    progress((layer + 1) / config.layers);
  }
}
