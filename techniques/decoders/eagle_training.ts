/** Trains EAGLE's layer for a model, and tells how many of its guesses were right on answers held out. */
import { lastLayer, LoadedGraph, type Model, openProducts, TokenRows } from "../../engine/mod.ts";
import type { Dataset, Text } from "../../datasets/mod.ts";
import type { Training } from "../technique.ts";
import { draftGraph } from "./eagle_graph.ts";
import type { LayerShape } from "./eagle_layer.ts";
import {
  begun,
  idleLayer,
  layerOf,
  type Learning,
  openStep,
  passed,
  PASSES,
  ridgeLayer,
} from "./eagle_learning.ts";
import { acceptedOf } from "./eagle_right.ts";
import { type FeatureSet, recordFeatures } from "./feature_set.ts";
import { type Accepted, saidAccepted, saidHeldOut } from "./held_out.ts";
import { dropPieces, finishTraining, openTrained, type Recipe, trainedPiece } from "./trained.ts";

export interface EagleTraining extends Required<Training> {
  readonly sets: readonly Dataset<Text>[];
  readonly recipe: Recipe;
}

/** What is told of a trained layer. */
export type EagleTold = {
  readonly shape: LayerShape;
  /** The model's tokens that may be guessed, by place. */
  readonly tokens: readonly number[];
  /** What came of it. */
  readonly lines: readonly string[];
};

/** Levels of a tree at most, and guesses that follow one. */
export const [LEVELS, CHILDREN] = [5, 4] as const;
/** Tokens that may be guessed. */
const TOKENS = 8192;
/** Shares of the time that are over when answers are recorded, and when the layer is trained. */
const [RECORDED, TRAINED] = [0.3, 0.95] as const;

/** Trains and keeps a layer, a pass over the lessons being a piece; returns what is to be told. */
export async function trainEagle(training: EagleTraining): Promise<readonly string[]> {
  const { model, recipe, seed, progress } = training;
  const done = await openTrained<EagleTold>(recipe);
  if (done) return done.told.lines;
  const set = await recordFeatures({
    ...training,
    progress: (share) => progress("recording answers", share * RECORDED),
  });
  const shape = shapeOf(model);
  const tokens = await guessable(set, lastLayer(model).config.vocabulary);
  using embedding = new TokenRows(model, "embedding");
  using head = new TokenRows(model, "head");
  const u = head.of(tokens);
  await using products = await openProducts();
  await using step = await openStep(shape, u);
  const learning: Learning = { set, shape, embedding, step, seed };
  const ridge = await trainedPiece(recipe, "ridge", () => ridgeLayer(learning, products, model));
  let state = begun(ridge, shape);
  const passes = Array.from({ length: PASSES }, (_, i) => `pass-${i + 1}`);
  for (const [i, name] of passes.entries()) {
    const before = state;
    state = await trainedPiece(recipe, name, () =>
      passed(learning, before, i, (share) =>
        progress(
          `training, pass ${i + 1} of ${PASSES}`,
          RECORDED + (TRAINED - RECORDED) * (i + share) / PASSES,
        )));
  }
  const layer = await trainedPiece(recipe, "layer", () => Promise.resolve(layerOf(state, shape)));
  const all: Record<string, Accepted> = {};
  const layers = { trained: layer, "ridge regression alone": ridge, untrained: idleLayer(shape, model) };
  for (const [name, parts] of Object.entries(layers)) {
    progress(`asking what was held out, ${name}`, TRAINED);
    await using graph = await LoadedGraph.open(draftGraph(shape, parts, u, CHILDREN));
    all[name] = await acceptedOf(set, { graph, shape, tokens, embedding }, LEVELS);
  }
  const told: EagleTold = { shape, tokens, lines: await report(set, tokens, all) };
  await finishTraining(recipe, ["layer"], told);
  await dropPieces(recipe, ["ridge", ...passes]);
  return told.lines;
}

function shapeOf(model: Model): LayerShape {
  const { width, heads, kvHeads, headDim, ffn, epsilon, interleaved, ropeBase } = lastLayer(model).config;
  return { width, heads, kvHeads, headDim, ffn, epsilon, interleaved, ropeBase };
}

/** Tokens that lessons have, and of others those that the tokenizer put together first: the most common. */
async function guessable(set: FeatureSet, vocabulary: number): Promise<readonly number[]> {
  const seen = new Set<number>();
  for (const lesson of set.shown) for (const token of (await set.read(lesson)).tokens) seen.add(token);
  for (let token = 0; seen.size < Math.min(TOKENS, vocabulary); token++) seen.add(token);
  return [...seen].sort((a, b) => a - b);
}

async function report(
  set: FeatureSet,
  tokens: readonly number[],
  all: Readonly<Record<string, Accepted>>,
): Promise<readonly string[]> {
  return [
    `${await saidHeldOut(set, tokens)} There a step accepts, with so many guesses:`,
    ...Object.entries(all).map(([name, accepted]) => `${name}: ${saidAccepted(accepted)}`),
  ];
}
