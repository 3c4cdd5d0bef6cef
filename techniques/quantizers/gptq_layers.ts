/**
 * The layers of a model one after another, each matrix solved on what it reads through those before it as they were
 * made, beside what it would read at full precision.
 */
import {
  concat,
  type Dense,
  type Integers,
  type LayerWalk,
  type LayerWeights,
  layerWeights,
  membersOf,
  type Piece,
  type Products,
  queryScale,
  systemClock,
  type Tap,
  TAPS,
  widthOf,
  type Workbench,
} from "../../engine/mod.ts";
import type { Calibration } from "./calibration.ts";
import { makeHead } from "./gptq_head.ts";
import { lossOf, solve, type SolveOptions } from "./gptq_solve.ts";
import { driftOf, targetOf } from "./gptq_target.ts";
import { floatsOf, nearest, packRows } from "./grid.ts";
import { layerOf, pieceName } from "./made_layer.ts";

export type LayerOptions = SolveOptions & {
  /**
   * Damping of the regression by which matrices make good what was lost before them (gptq_target.ts), as a share of the
   * moments' mean diagonal; false: each is to be as the file has it.
   */
  readonly corrected: number | false;
};

/**
 * Chosen on calibration texts that were held out: the solver's by the loss of single layers, the correction by the error of
 * the hidden states after the first few.
 */
export const BEST = {
  damping: 0.03,
  ordered: true,
  searched: true,
  sweeps: 3,
  corrected: 0.3,
} as const satisfies LayerOptions;

/** Of the making, where the LM head is made too. */
const LAYERS_SHARE = 0.8;

/** Makes the layers' pieces, the matrices of each tap at a precision of its own, and the LM head's where it has one. */
export async function makeLayers(
  bench: Workbench,
  { texts, pieces, tokens }: Calibration,
  options: LayerOptions,
  precisionOf: (layer: number, tap: Tap) => Integers,
  head?: Integers,
): Promise<void> {
  const { weights, config } = bench;
  const share = head ? LAYERS_SHARE : 1;
  const shared = { ...bench, progress: (done: number) => bench.progress(done * share) };
  await using walk = await bench.walk(texts, pieces, tokens);
  await using full = options.corrected === false ? undefined : await bench.walk(texts, pieces, tokens);
  for (let layer = 0; layer < config.layers; layer++) {
    let made: LayerWeights | undefined;
    const piece = await bench.piece(pieceName(layer), async () => {
      const { layer: found, ...piece } = await makeLayer(shared, { walk, full }, layer, options, precisionOf);
      made = found;
      return piece;
    });
    if (layer + 1 < config.layers || head) {
      await walk.advance(made ?? layerOf(piece, layer, weights, config));
      await full?.advance(layerWeights(weights, config, layer));
    }
    bench.progress((layer + 1) / config.layers * share);
  }
  if (head === undefined) return;
  const progress = (done: number) => bench.progress(share + (1 - share) * done);
  await bench.piece("head", () => makeHead(bench, { walk, full }, head, options, progress));
}

/** The model as it is made, and as it was; absent where nothing is corrected. */
export interface Walks {
  readonly walk: LayerWalk;
  readonly full: LayerWalk | undefined;
}

/** A layer's piece, and what it stands for in the walk. */
async function makeLayer(
  bench: Workbench,
  { walk, full }: Walks,
  number: number,
  options: LayerOptions,
  precisionOf: (layer: number, tap: Tap) => Integers,
): Promise<Piece & { readonly layer: LayerWeights }> {
  const { weights, config, products, progress } = bench;
  const start = systemClock.now();
  const matrices: Record<string, Piece["matrices"][string]> = {};
  const losses: Record<string, { rounded: number; made: number; moved: number }> = {};
  const own = layerWeights(weights, config, number);
  let layer = own;
  for (const [i, tap] of TAPS.entries()) {
    const precision = precisionOf(number, tap);
    const members = membersOf(tap, number);
    const columns = widthOf(tap, config);
    const values = concat(members.map((member) => weights.read(member)));
    const w: Dense = { rows: values.length / columns, columns, values };
    const { gram, target } = await aimOf(w, tap, { walk, full, own, layer }, options, products);
    const grid = await solve(target, gram, precision, options, products);
    let first = 0;
    for (const name of members) {
      const rows = weights.shape(name)[0]!;
      matrices[name] = { precision, packed: packRows(grid, first, rows, columns) };
      first += rows;
    }
    const made = floatsOf(grid, columns);
    const rounded = floatsOf(nearest(w, precision), columns);
    losses[tap] = {
      rounded: await lossOf(w, rounded, gram, products),
      made: await lossOf(target, made, gram, products),
      moved: await lossOf(w, target.values, gram, products),
    };
    const scaled = tap === "qkv" ? weights.shape(members[0]!)[0]! * columns : 0;
    layer = { ...layer, [tap]: made.map((value, at) => at < scaled ? value * queryScale(config) : value) };
    progress((number + (i + 1) / (TAPS.length + 1)) / config.layers);
  }
  return { matrices, layer, notes: { losses, seconds: (systemClock.now() - start) / 1000 } };
}

/** The moments of a tap's inputs, and what its matrix is to be. */
async function aimOf(
  w: Dense,
  tap: Tap,
  { walk, full, own, layer }: Walks & { readonly own: LayerWeights; readonly layer: LayerWeights },
  { corrected }: LayerOptions,
  products: Products,
): Promise<{ readonly gram: Float32Array; readonly target: Dense }> {
  if (full === undefined || corrected === false) {
    return { gram: (await walk.statistics(tap, layer)).gram, target: w };
  }
  const drift = await driftOf(full.inputs(tap, own), walk.inputs(tap, layer), w.columns, products);
  return { gram: drift.gram.values, target: await targetOf(w, drift, corrected, products) };
}
