/**
 * A model without some of its layers, repaired in closed form. The layer before a gap gets a down projection that makes up
 * for the layers of the gap (ReplaceMe; Shopkhoev et al., 2025), and the LM head takes in a map from what comes out to
 * what it reads in the whole model (Belrose et al., Tuned Lens, 2023). Both by ridge regression on calibration text.
 * Layers that are missing at the end are the LM head's alone to make up for.
 */
import {
  concat,
  type Dense,
  type Integers,
  type LayerWalk,
  type LayerWeights,
  layerWeights,
  type Maker,
  type Model,
  type Piece,
  type Precision,
  quantize,
  type Workbench,
} from "../../engine/mod.ts";
import type { Calibration } from "../quantizers/calibration.ts";
import { inverseRms, normed, scaledRows } from "../quantizers/normed.ts";
import { Ridge } from "./ridge.ts";

/** Which layers stay, what the repair is fitted on, and how the LM head is held. */
export type RepairParams = {
  readonly layers: readonly number[];
  readonly head: Integers;
  readonly calibration: Calibration;
};

/** As a share of the mean of the moments' diagonal; not tuned. */
const DAMPING = 1e-3;
/** Rows of the LM head that are made at once. */
const BAND = 4096;

/** A model with these layers of another's, repaired, its layers' matrices at a precision. */
export function repaired(model: Model, body: Precision, params: RepairParams): Model {
  const { layers, head } = params;
  const made = { name: "repair", params };
  return { ...model, params: { ...model.params, body, head, layers, made }, maker: import.meta.url };
}

/** The walks through the whole model, and through what is left of it. */
interface Walks {
  readonly whole: LayerWalk;
  readonly cut: LayerWalk;
}

/** Makes a piece for each gap, and one for the LM head. */
export const make: Maker = async (bench) => {
  const { weights, config } = bench;
  const { layers, head, calibration: { texts, pieces, tokens } } = bench.model.params.made!
    .params as unknown as RepairParams;
  await using whole = await bench.walk(texts, pieces, tokens);
  await using cut = await bench.walk(texts, pieces, tokens);
  // Both are the same until the first gap.
  const first = layers.findIndex((layer, i) => layer !== i);
  const alike = (first < 0 ? layers.length : first) - 1;
  let at = 0;
  const advance = async (to: number) => {
    for (; at < to; at++) {
      await whole.advance(layerWeights(weights, config, at));
      bench.progress((at + 1) / (config.layers + 1) * WALKING);
    }
  };
  await advance(Math.max(0, alike));
  cut.hidden = whole.hidden;
  for (const [i, layer] of layers.entries()) {
    if (i < alike) continue;
    const own = layerWeights(weights, config, layer);
    const next = layers[i + 1] ?? config.layers;
    await advance(next);
    const bridge = layers[i + 1] !== undefined && next > layer + 1;
    await cut.advance(bridge ? await bridged(bench, { whole, cut }, layer, own) : own);
  }
  await bench.piece("head", () => makeHead(bench, { whole, cut }, head));
  bench.progress(1);
};

/** The share of the making that is done before the LM head. */
const WALKING = 0.9;

/** The layer before a gap, its down projection being one that ends where the whole model is after the gap. */
async function bridged(
  { piece, products, config }: Workbench,
  { whole, cut }: Walks,
  layer: number,
  own: LayerWeights,
): Promise<LayerWeights> {
  const name = `blk.${layer}.ffn_down.weight`;
  const made = await piece(`gap-${`${layer}`.padStart(2, "0")}`, async () => {
    const ridge = new Ridge(products);
    let batch = 0;
    for await (const { x, residual } of cut.inputs("ffn_down", own)) {
      const goal = whole.hidden[batch++]!;
      // What follows is normed, so that each row counts as it is after its norm.
      const scale = inverseRms(goal, config.width, config.epsilon);
      const missing = goal.map((value, i) => value - residual![i]!);
      await ridge.add(scaledRows(x, scale), scaledRows(missing, scale));
    }
    return { matrices: {}, floats: { [name]: transposed(await ridge.solve(DAMPING)) } };
  });
  return { ...own, ffn_down: made.floats![name]! };
}

/** The LM head times the map from what comes out, normed, to what the LM head reads in the whole model. */
async function makeHead(
  { products, weights, config }: Workbench,
  { whole, cut }: Walks,
  precision: Integers,
): Promise<Piece> {
  const { width, epsilon, tiedHead } = config;
  const gain = weights.read("output_norm.weight");
  const ridge = new Ridge(products);
  for (const [batch, goal] of whole.hidden.entries()) {
    await ridge.add(normed(cut.hidden[batch]!, width, epsilon), normed(goal, width, epsilon, gain));
  }
  const map = await ridge.solve(DAMPING);
  const name = tiedHead ? "token_embd.weight" : "output.weight";
  const values = weights.read(name);
  const bands: Float32Array[] = [];
  for (let start = 0; start < values.length; start += BAND * width) {
    const band = values.subarray(start, start + BAND * width);
    const rows = { rows: band.length / width, columns: width, values: band };
    bands.push((await products.of(rows, map, "b")).values);
  }
  const packed = quantize(concat(bands), values.length / width, width, precision);
  return {
    matrices: { [name]: { precision, packed } },
    floats: { "output_norm.weight": new Float32Array(width).fill(1) },
  };
}

function transposed({ rows, columns, values }: Dense): Float32Array {
  const other = new Float32Array(values.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) other[j * rows + i] = values[i * columns + j]!;
  }
  return other;
}
