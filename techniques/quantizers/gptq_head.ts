/**
 * The LM head solved as the layers' matrices are (gptq_solve.ts), on what it reads behind the layers as they were made.
 * Its rows are solved by themselves, so they come in bands, and memory is that of one.
 */
import { type Dense, type Integers, layout, pack, type Piece, type Workbench } from "../../engine/mod.ts";
import type { LayerOptions, Walks } from "./gptq_layers.ts";
import { solve } from "./gptq_solve.ts";
import { driftOf, targetOf } from "./gptq_target.ts";
import { normed } from "./normed.ts";

/** Rows of a band. */
const BAND = 4096;

/** The piece that holds it, once both walks are through; `progress` is told the share of its rows. */
export async function makeHead(
  { weights, config, products }: Pick<Workbench, "weights" | "config" | "products">,
  { walk, full }: Walks,
  precision: Integers,
  options: LayerOptions,
  progress: (done: number) => void,
): Promise<Piece> {
  const { width, vocabulary, epsilon, tiedHead } = config;
  const name = tiedHead ? "token_embd.weight" : "output.weight";
  const gain = weights.read("output_norm.weight");
  async function* inputs(of: Walks["walk"]) {
    for (const batch of of.hidden) yield { x: normed(batch, width, epsilon, gain).values };
  }
  const drift = await driftOf(inputs(full ?? walk), inputs(walk), width, products);
  const read = weights.rows(name);
  const { groups } = layout(precision, width);
  const scales = new Float32Array(vocabulary * groups);
  const [codes, zeros] = [new Uint8Array(vocabulary * width), new Uint8Array(vocabulary * groups)];
  for (let first = 0; first < vocabulary; first += BAND) {
    const rows = Math.min(BAND, vocabulary - first);
    const w: Dense = { rows, columns: width, values: new Float32Array(rows * width) };
    for (let row = 0; row < rows; row++) read(first + row, w.values, row * width);
    const { corrected } = options;
    const target = corrected === false ? w : await targetOf(w, drift, corrected, products);
    const grid = await solve(target, drift.gram.values, precision, options, products);
    codes.set(grid.codes, first * width);
    scales.set(grid.scales, first * groups);
    zeros.set(grid.zeros, first * groups);
    progress((first + rows) / vocabulary);
  }
  return { matrices: { [name]: { precision, packed: pack(codes, scales, zeros, vocabulary, precision) } } };
}
