/**
 * Weights that a quantizer makes, in the cache under a name that tells all that they depend on. They are made piece by
 * piece: a making that was cut off goes on after its last whole piece, and nobody reads them before all are there.
 */
import { cacheFolder, isCached, publish, sha256OfFile } from "../assets/mod.ts";
import { UserError } from "../engine.ts";
import { loadRuntime } from "../engines/onnx_runtime.ts";
import { fileTokenizer } from "../file_tokenizer.ts";
import { type Digest, digest, type Json, type Model } from "../stack.ts";
import { modelConfig, openWeights, someLayers, type Weights } from "../weights/mod.ts";
import { cutTexts, keptTexts } from "./calibration_texts.ts";
import { Head } from "./head.ts";
import { LayerWalk } from "./layer_walk.ts";
import { Overlay } from "./overlay.ts";
import { OpenPiece, type Piece, writePiece } from "./piece.ts";
import { Products } from "./products.ts";
import { sourcesDigest } from "./sources.ts";
import type { Maker } from "./workbench.ts";

const FOLDER = "made";
const LIST = "made.json";

/** What a finished making lists: its files with their digests, and what its pieces tell of how they were made. */
interface List {
  readonly pieces: Readonly<Record<string, Digest>>;
  readonly notes: Readonly<Record<string, Json>>;
}

/**
 * The model's weights as its recipe says, made first where they have to be. What is made is made of the whole file: its
 * layers are chosen after it. @throws {UserError} when they are damaged, or there are no such layers.
 */
export async function openMade(model: Model, progress: (done: number) => void): Promise<Weights> {
  const { layers } = model.params;
  if (model.maker === undefined) return openWeights(model.file, layers);
  openWeights(model.file, layers)[Symbol.dispose]();
  const base = openWeights(model.file);
  try {
    const name = await madeName(model, model.maker);
    if (!(await isCached(`${name}/${LIST}`))) await make(model, model.maker, base, name, progress);
    return someLayers(new Overlay(base, await wholePieces(name)), layers);
  } catch (error) {
    base[Symbol.dispose]();
    throw error;
  }
}

/** What is told of how the weights were made; undefined where they are the file's own, or not made yet. */
export async function madeNotes(model: Model): Promise<Readonly<Record<string, Json>> | undefined> {
  if (model.maker === undefined) return undefined;
  const name = await madeName(model, model.maker);
  return (await isCached(`${name}/${LIST}`)) ? (await listOf(name)).notes : undefined;
}

/** Where the weights that a maker's module makes are in the cache folder. */
export async function madeName({ params: { weights, body, made } }: Model, maker: string): Promise<string> {
  return `${FOLDER}/${await digest({ weights, body, made, sources: await sourcesDigest(maker) })}`;
}

async function make(
  model: Model,
  maker: string,
  weights: Weights,
  name: string,
  progress: (done: number) => void,
): Promise<void> {
  const module = await import(maker) as { readonly make?: Maker };
  if (typeof module.make !== "function") {
    throw new UserError(
      `Cannot make the weights of ${model.name} as ${maker} must export make: it does not.`,
    );
  }
  const config = modelConfig(weights);
  const { runtime, threads } = await loadRuntime();
  await using products = new Products(runtime, threads);
  const pieces: Record<string, Digest> = {};
  const notes: Record<string, Json> = {};
  await module.make({
    model,
    weights,
    config,
    products,
    progress,
    async walk(texts, count, tokens) {
      const cut = cutTexts(await keptTexts(texts), fileTokenizer(weights), count, tokens);
      return new LayerWalk(runtime, threads, config, weights, cut);
    },
    head: () => new Head(runtime, threads, config, weights),
    async piece(part, makePiece) {
      const file = `${name}/${part}.safetensors`;
      let made: Piece | undefined;
      const path = await publish(
        file,
        async (scratch) => await writePiece(scratch, made = await makePiece()),
      );
      made ??= readPiece(path);
      pieces[part] = await sha256OfFile(path);
      if (made.notes && Object.keys(made.notes).length > 0) notes[part] = made.notes;
      return made;
    },
  });
  const list: List = { pieces, notes };
  await publish(`${name}/${LIST}`, (file) => Deno.writeTextFile(file, JSON.stringify(list)));
}

function readPiece(path: string): Piece {
  using piece = new OpenPiece(path);
  return piece.read();
}

async function listOf(name: string): Promise<List> {
  return JSON.parse(await Deno.readTextFile(`${cacheFolder()}/${name}/${LIST}`));
}

/** The files of all pieces, each as it was written; where one is not, all go and have to be made again. */
async function wholePieces(name: string): Promise<readonly string[]> {
  const folder = `${cacheFolder()}/${name}`;
  const { pieces } = await listOf(name);
  const paths: string[] = [];
  for (const [part, sha256] of Object.entries(pieces)) {
    const path = `${folder}/${part}.safetensors`;
    if (await sha256OfFile(path).catch(() => "") !== sha256) {
      await Deno.remove(folder, { recursive: true }).catch(() => {});
      throw new UserError(
        `Cannot use the made weights in ${folder} as each piece must be as it was written: ${part} is not. ` +
          "They were removed: run it again to make them anew.",
      );
    }
    paths.push(path);
  }
  return paths;
}
