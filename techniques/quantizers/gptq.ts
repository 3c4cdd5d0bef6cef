/**
 * GPTQ (Frantar et al., ICLR 2023) over a model's layers: matrix by matrix, on the activations that come through the
 * matrices before it as they were made. Embedding and LM head stay as they are.
 */
import {
  concat,
  type Dense,
  dequantize,
  type Integers,
  type LayerWalk,
  type LayerWeights,
  layerWeights,
  type Maker,
  membersOf,
  type Model,
  type Piece,
  quantize,
  queryScale,
  type Stack,
  systemClock,
  type Tap,
  TAPS,
  UserError,
  widthOf,
  type Workbench,
} from "../../engine/mod.ts";
import type { Technique } from "../technique.ts";
import { calibrate, type Calibration, CALIBRATION_SETS, type CalibrationOptions } from "./calibration.ts";
import { lossOf, packRows, solve, type SolveOptions } from "./gptq_solve.ts";

export interface GptqOptions extends Partial<SolveOptions> {
  readonly calibration?: CalibrationOptions;
}

type Settings = SolveOptions & { readonly calibration: Calibration };

/**
 * Weights of the layers at a precision, as GPTQ rounds them.
 * @throws {UserError} for a damping that is not a number of at least 0; when it is transformed, as `calibrate` does.
 */
export function gptq(
  precision: Integers,
  { damping = 0.01, ordered = true, calibration = {} }: GptqOptions = {},
): Technique {
  if (!(damping >= 0 && Number.isFinite(damping))) {
    throw new UserError(`Cannot quantize by GPTQ as damping must be 0 or more: found ${damping}.`);
  }
  return {
    name: `gptq${precision.bits}`,
    slot: "model",
    claim: "equivalent",
    bottleneck: "memory-bandwidth",
    scope: "static",
    summary:
      `Rounds the layers' matrices to ${precision.bits} bits in blocks of ${precision.block}, one input after ` +
      "another, each making good what the ones before it lost.",
    source: "Frantar et al., GPTQ, ICLR 2023",
    calibration: calibration.sets ?? CALIBRATION_SETS,
    async transform(stack: Stack): Promise<Stack> {
      const settings: Settings = { damping, ordered, calibration: await calibrate(calibration) };
      const params = { ...stack.model.params, body: precision, made: { name: "gptq", params: settings } };
      const model: Model = { ...stack.model, params, maker: import.meta.url };
      return { ...stack, model };
    },
  };
}

/** Makes the matrices of all layers, a piece for each layer. */
export const make: Maker = async (bench) => {
  const { calibration, ...options } = bench.model.params.made!.params as unknown as Settings;
  const precision = bench.model.params.body as Integers;
  await makeLayers(bench, calibration, options, () => precision);
};

/** Makes the layers' pieces, the matrices of each tap at a precision of its own. */
export async function makeLayers(
  bench: Workbench,
  { texts, pieces, tokens }: Calibration,
  options: SolveOptions,
  precisionOf: (layer: number, tap: Tap) => Integers,
): Promise<void> {
  const { weights, config } = bench;
  await using walk = await bench.walk(texts, pieces, tokens);
  for (let layer = 0; layer < config.layers; layer++) {
    const name = `layer-${`${layer}`.padStart(2, "0")}`;
    const { matrices } = await bench.piece(name, () => layerPiece(bench, walk, layer, options, precisionOf));
    const made = TAPS.reduce(
      (all, tap) => ({ ...all, [tap]: madeMatrix(bench, matrices, tap, layer) }),
      layerWeights(weights, config, layer),
    );
    if (layer + 1 < config.layers) await walk.advance(made);
    bench.progress((layer + 1) / config.layers);
  }
}

async function layerPiece(
  bench: Workbench,
  walk: LayerWalk,
  layer: number,
  options: SolveOptions,
  precisionOf: (layer: number, tap: Tap) => Integers,
): Promise<Piece> {
  const { weights, config, products, progress } = bench;
  const start = systemClock.now();
  const matrices: Record<string, Piece["matrices"][string]> = {};
  const losses: Record<string, { rounded: number; made: number }> = {};
  let current: LayerWeights = layerWeights(weights, config, layer);
  for (const [i, tap] of TAPS.entries()) {
    const members = membersOf(tap, layer);
    const precision = precisionOf(layer, tap);
    const { gram } = await walk.statistics(tap, current);
    const columns = widthOf(tap, config);
    const values = concat(members.map((member) => weights.read(member)));
    const w: Dense = { rows: values.length / columns, columns, values };
    const solved = await solve(w, gram, precision, options, products);
    let first = 0;
    for (const name of members) {
      const rows = weights.shape(name)[0]!;
      matrices[name] = { precision, packed: packRows(solved, columns, first, rows, precision) };
      first += rows;
    }
    const floats = (packed: Parameters<typeof dequantize>[0]) =>
      dequantize(packed, w.rows, columns, precision);
    losses[tap] = {
      rounded: await lossOf(w, floats(quantize(values, w.rows, columns, precision)), gram, products),
      made: await lossOf(w, floats(packRows(solved, columns, 0, w.rows, precision)), gram, products),
    };
    current = { ...current, [tap]: madeMatrix(bench, matrices, tap, layer) };
    progress((layer + (i + 1) / (TAPS.length + 1)) / config.layers);
  }
  return { matrices, notes: { losses, seconds: (systemClock.now() - start) / 1000 } };
}

/** What a tap's matrices as they were made stand for in the walk. */
function madeMatrix(
  { weights, config }: Workbench,
  matrices: Piece["matrices"],
  tap: Tap,
  layer: number,
): Float32Array {
  const parts = membersOf(tap, layer).map((name) => {
    const [rows, columns] = weights.shape(name) as [number, number];
    const { packed, precision } = matrices[name]!;
    return dequantize(packed, rows, columns, precision);
  });
  const scale = queryScale(config);
  return concat(tap === "qkv" ? [parts[0]!.map((value) => value * scale), ...parts.slice(1)] : parts);
}
