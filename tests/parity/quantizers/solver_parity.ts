/**
 * GPTQ beside Intel's neural-compressor and AWQ beside AutoAWQ, on matrices of one layer of the default model: the
 * second moments of their inputs by our walk and by a forward pass of transformers; then, on the same moments, codes and
 * scales, and what is lost of the layer, tr(dW G dW^T) / tr(W G W^T).
 *
 * Codes may differ where a weight is halfway between two: the file's weights were stored in blocks of four bits, and many
 * are. AutoAWQ's scales come in two kinds: the paper's s = (mean|x|)^alpha, which are ours, and those divided by the
 * weights' own sizes ("duo"), which are reported; of a matrix with many rows ours may look at some, and then take the
 * alpha beside. It clips both ends of a range alike on 512 of the tokens, ours each
 * by itself on all, so that of clipped ranges only the loss compares.
 *
 *   deno run -A tests/parity/quantizers/solver_parity.ts [--python VENV/bin/python] [--folder DIR] [--layer N]
 *
 * Without a Python it makes one in the folder, with the packages below (6 GB, as torch is among them).
 */
import { parseArgs } from "@std/cli";
import { defaultModel, type Dense, type Integers, type Tap } from "../../../engine/mod.ts";
import { loadRuntime } from "../../../engine/engines/onnx_runtime.ts";
import { dequantize, layerWeights, quantize } from "../../../engine/workbench/mod.ts";
import { cutTexts } from "../../../engine/workbench/calibration_texts.ts";
import { LayerWalk, type Statistics } from "../../../engine/workbench/layer_walk.ts";
import { Products } from "../../../engine/workbench/products.ts";
import { modelConfig, openGguf } from "../../../engine/weights/mod.ts";
import { fileTokenizer } from "../../../engine/file_tokenizer.ts";
import { awqMatrix } from "../../../techniques/quantizers/awq.ts";
import { searchScales } from "../../../techniques/quantizers/channel_scales.ts";
import { CALIBRATION_SETS } from "../../../techniques/quantizers/calibration.ts";
import { lossOf, solve } from "../../../techniques/quantizers/gptq_solve.ts";
import { once, python, run, workFolder } from "../environment.ts";
import { keep, main, PythonPeer } from "../peer.ts";

const PACKAGES = [
  "torch==2.13.0",
  "transformers==5.19.0",
  "datasets==5.2.0",
  "accelerate==1.15.0",
  "gguf==0.19.0",
  "neural-compressor-pt==3.10",
  "torchao==0.18.0",
  "zstandard",
  "setuptools",
  "wheel",
];
/** Installed by itself, as it asks for an older transformers, which nothing here uses of it. */
const ALONE = "autoawq==0.2.9";
const PRECISION = { bits: 4, block: 64, symmetric: false } as const satisfies Integers;
const DAMPING = 0.01;
const PIECES = 24;
const TOKENS = 512;
/** The tap whose inputs a matrix reads. */
const TAP: Readonly<Record<string, Tap>> = {
  attn_v: "qkv",
  attn_output: "attn_output",
  ffn_gate: "gate_up",
  ffn_down: "ffn_down",
};

/** Least share of equal codes, most that our loss may be of theirs, and how far the moments may be apart. */
const LIMITS = { codes: 0.99, loss: 1.02, moments: 1e-3 };

interface Told {
  readonly matrix: string;
  readonly rows: number;
  readonly columns: number;
  readonly counts: Readonly<Record<string, number>>;
}

await main(async () => {
  const { layer: asked = "10" } = parseArgs(Deno.args, { string: ["layer"] }) as { layer?: string };
  const layer = Number(asked);
  const folder = await workFolder("solvers");
  const model = await defaultModel();
  const { runtime } = await loadRuntime();
  await using products = new Products(runtime, 2);
  using weights = openGguf(model.file);
  const config = modelConfig(weights);
  const texts: Record<string, readonly string[]> = {};
  for (const set of CALIBRATION_SETS) {
    texts[set.name] = (await Array.fromAsync(set.samples())).map(({ text }) => text);
  }
  const tokens = cutTexts(texts, fileTokenizer(weights), PIECES, TOKENS);
  await using walk = new LayerWalk(runtime, 2, config, weights, tokens);
  for (let below = 0; below < layer; below++) await walk.advance(layerWeights(weights, config, below));

  const here = layerWeights(weights, config, layer);

  const script = new URL("solver_peer.py", import.meta.url);
  await using peer = new PythonPeer(await environment(folder), script, [model.file, folder]);
  const { counts: _, ...versions } = (await peer.line<Record<string, string>>())!;
  await peer.tell({ tokens, layer, bits: PRECISION.bits, group: PRECISION.block, damping: DAMPING });
  const found: Record<string, ReturnType<typeof verdict>> = {};
  for (let told; (told = await peer.line<Told>());) {
    const arrays: Record<string, Float32Array> = {};
    for (const [name, count] of Object.entries(told.counts)) arrays[name] = await peer.floats(count);
    const own = await walk.statistics(TAP[told.matrix]!, here);
    const same = weights.read(`blk.${layer}.${told.matrix}.weight`);
    if (!same.every((value, i) => value === arrays.w![i])) throw new Error(`${told.matrix} is not the same`);
    found[told.matrix] = verdict(await compare(products, told, arrays, own));
    console.error(told.matrix, found[told.matrix]);
  }
  const settings = { layer, ...PRECISION, damping: DAMPING, pieces: PIECES, tokens: TOKENS, limits: LIMITS };
  await keep(import.meta.url, versions, { settings, found }, "solver_result.json");
  return Object.values(found).every(({ holds }) => holds);
});

/** The Python given, else one with all packages. */
async function environment(folder: string): Promise<string> {
  const interpreter = await python(folder, PACKAGES);
  if (!interpreter.startsWith(folder)) return interpreter;
  await once(`${folder}/alone`, async (path) => {
    await run(interpreter, ["-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", ALONE]);
    await Deno.mkdir(path);
  });
  return interpreter;
}

async function compare(
  products: Products,
  { rows, columns }: Told,
  theirs: Readonly<Record<string, Float32Array>>,
  own: Statistics,
) {
  const w: Dense = { rows, columns, values: theirs.w! };
  const gram = theirs.gram!;
  const loss = (made: Float32Array) => lossOf(w, made, gram, products);
  const round = (of: Float32Array) =>
    dequantize(quantize(of, rows, columns, PRECISION), rows, columns, PRECISION);
  const rounded = round(w.values);
  const gptq = async (ordered: boolean) => {
    const solved = await solve(w, gram, PRECISION, { damping: DAMPING, ordered }, products);
    const made = theirs[ordered ? "ordered" : "plain"]!;
    let [codes, nearTies] = [0, 0];
    made.forEach((value, at) => {
      const group = Math.floor(at / PRECISION.block);
      const code = Math.round(value / theirs.scales![group]!) + theirs.zeros![group]!;
      if (code === solved.codes[at]) codes++;
      else if (Math.abs(code - solved.codes[at]!) === 1) nearTies++;
    });
    return {
      equalCodes: codes / made.length,
      oneApart: nearTies / made.length,
      scales: furthest(solved.scales, theirs.scales!),
      equalZeros: share(solved.zeros, theirs.zeros!),
      theirs: await loss(made),
      ours: await loss(floatsOf(solved)),
    };
  };
  const { alpha, scales } = await searchScales(products, w, gram, theirs.meanAbs!, PRECISION);
  const scaled = round(w.values.map((value, i) => value * scales[i % columns]!));
  const awq = await awqMatrix(products, w, gram, theirs.meanAbs!, PRECISION, 0);
  const back = (made: Float32Array, by: Float32Array) => made.map((value, i) => value / by[i % columns]!);
  return {
    moments: furthest(own.gram, gram),
    meanAbs: furthest(own.meanAbs, theirs.meanAbs!),
    equalRounding: share(rounded, theirs.rounded!),
    rounded: await loss(rounded),
    gptq: await gptq(true),
    gptqUnordered: await gptq(false),
    awqScales: {
      alpha,
      apart: furthest(scales, theirs.awqScales!),
      theirs: await loss(theirs.scaled!),
      ours: await loss(back(scaled, scales)),
      theirsByWeights: await loss(theirs.scaledByWeights!),
    },
    awq: {
      theirs: await loss(theirs.clipped!),
      ours: await loss(back(floatsOf(awq.grid), awq.scales)),
      theirsByWeights: await loss(theirs.clippedByWeights!),
    },
  };
}

function verdict(found: Awaited<ReturnType<typeof compare>>) {
  const { moments, meanAbs, gptq, gptqUnordered, awqScales, awq } = found;
  const holds = Math.max(moments, meanAbs) <= LIMITS.moments &&
    [gptq, gptqUnordered].every(({ equalCodes }) => equalCodes >= LIMITS.codes) &&
    [gptq, gptqUnordered, awqScales, awq].every(({ ours, theirs }) => ours <= LIMITS.loss * theirs);
  return { holds, ...found };
}

/** What codes stand for, each with its group's scale and zero. */
function floatsOf({ codes, scales, zeros }: Awaited<ReturnType<typeof solve>>): Float32Array {
  return Float32Array.from(codes, (code, at) => {
    const group = Math.floor(at / PRECISION.block);
    return scales[group]! * (code - zeros[group]!);
  });
}

/** The largest difference, as a share of the largest value. */
function furthest(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  let [apart, most] = [0, 0];
  for (let i = 0; i < theirs.length; i++) {
    apart = Math.max(apart, Math.abs(ours[i]! - theirs[i]!));
    most = Math.max(most, Math.abs(theirs[i]!));
  }
  return apart / most;
}

function share(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  let equal = 0;
  for (let i = 0; i < theirs.length; i++) if (ours[i] === theirs[i]) equal++;
  return equal / theirs.length;
}
