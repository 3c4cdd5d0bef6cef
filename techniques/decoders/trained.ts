/**
 * What was trained for a target, in the cache under the digest of its recipe: pieces of floats, one by one, so that a
 * training that was cut off goes on after its last whole piece, and then a list of them, without which none is used.
 */
import {
  cacheFolder,
  type Digest,
  digest,
  isCached,
  type Json,
  type Model,
  moduleTexts,
  OpenPiece,
  publish,
  sha256OfFile,
  UserError,
  writePiece,
} from "../../engine/mod.ts";

/** What trained things are known by: which drafter, what it is trained on, and how. */
export type Recipe = Readonly<Record<string, Json>> & { readonly drafter: string };

/** Floats by name. */
export type Parts = Readonly<Record<string, Float32Array>>;

/** What was trained, with what there is to tell of it. */
export interface Trained<Told extends Json> {
  readonly pieces: Readonly<Record<string, Parts>>;
  readonly told: Told;
}

interface List {
  readonly pieces: Readonly<Record<string, Digest>>;
  readonly told: Json;
}

/** The recipe of a drafter for a target: its file, the settings, and the code of the module that trains. */
export async function recipeOf(
  drafter: string,
  { params: { weights } }: Model,
  settings: Readonly<Record<string, Json>>,
  trainer: string,
): Promise<Recipe> {
  const texts = trainer.startsWith("file:")
    ? [...(await moduleTexts(trainer, (url) => /\/mod\.[jt]s$/.test(url))).values()]
    : [trainer];
  return { drafter, weights, settings, sources: await digest(texts) };
}

const folderOf = async (recipe: Recipe) => `trained/${await digest(recipe)}`;

/** The piece of this name as an earlier run left it, or made now and kept. */
export async function trainedPiece(
  recipe: Recipe,
  name: string,
  make: () => Promise<Parts>,
): Promise<Parts> {
  let made: Parts | undefined;
  const path = await publish(`${await folderOf(recipe)}/${name}.safetensors`, async (file) => {
    await writePiece(file, { matrices: {}, floats: made = await make() });
  });
  return made ?? readPiece(path);
}

/** Lists pieces, so that they may be used. */
export async function finishTraining(recipe: Recipe, names: readonly string[], told: Json): Promise<void> {
  const folder = await folderOf(recipe);
  const pieces: Record<string, Digest> = {};
  for (const name of names) {
    pieces[name] = await sha256OfFile(`${cacheFolder()}/${folder}/${name}.safetensors`);
  }
  const list: List = { pieces, told };
  await publish(`${folder}/trained.json`, (file) => Deno.writeTextFile(file, JSON.stringify(list)));
}

/** Removes pieces that only served to go on. */
export async function dropPieces(recipe: Recipe, names: readonly string[]): Promise<void> {
  const folder = `${cacheFolder()}/${await folderOf(recipe)}`;
  for (const name of names) await Deno.remove(`${folder}/${name}.safetensors`).catch(() => {});
}

/** What was trained by a recipe; undefined where it was not yet. @throws {UserError} when it is damaged. */
export async function openTrained<Told extends Json>(recipe: Recipe): Promise<Trained<Told> | undefined> {
  const name = await folderOf(recipe);
  const folder = `${cacheFolder()}/${name}`;
  if (!(await isCached(`${name}/trained.json`))) return undefined;
  const list = await listOf(folder);
  const pieces: Record<string, Parts> = {};
  for (const [piece, sha256] of Object.entries(list?.pieces ?? {})) {
    const path = `${folder}/${piece}.safetensors`;
    if (await sha256OfFile(path).catch(() => "") === sha256) pieces[piece] = readPiece(path);
  }
  if (list && Object.keys(pieces).length === Object.keys(list.pieces).length) {
    return { pieces, told: list.told as Told };
  }
  await Deno.remove(folder, { recursive: true });
  throw new UserError(
    `Cannot guess with what was trained in ${folder} as each piece must be as it was written: one is not. ` +
      `All were removed: train them anew with \`deno task train ${recipe.drafter}\`.`,
  );
}

async function listOf(folder: string): Promise<List | undefined> {
  try {
    const list = JSON.parse(await Deno.readTextFile(`${folder}/trained.json`));
    return typeof list.pieces === "object" ? list : undefined;
  } catch {
    return undefined;
  }
}

function readPiece(path: string): Parts {
  using piece = new OpenPiece(path);
  return piece.read().floats!;
}
