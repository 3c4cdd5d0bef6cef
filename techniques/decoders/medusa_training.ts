/** Trains Medusa heads for a model, and tells how often their guesses were right on answers held out. */
import { LoadedGraph, openProducts, TokenRows } from "../../engine/mod.ts";
import type { Dataset, Text } from "../../datasets/mod.ts";
import type { Training } from "../technique.ts";
import { type FeatureSet, recordFeatures } from "./feature_set.ts";
import { percent, saidAccepted, saidHeldOut } from "./held_out.ts";
import { commonTokens, HEADS, learnedHead, type Learning, ridgeHead, zeroHead } from "./medusa_learning.ts";
import { type Right, rightOf } from "./medusa_right.ts";
import { type Rows, stepGraph } from "./medusa_step.ts";
import { dropPieces, finishTraining, openTrained, type Parts, type Recipe, trainedPiece } from "./trained.ts";

export interface MedusaTraining extends Required<Training> {
  readonly sets: readonly Dataset<Text>[];
  readonly recipe: Recipe;
}

/** What is told of trained heads. */
export type MedusaTold = {
  /** The model's tokens that may be guessed, by place. */
  readonly tokens: readonly number[];
  /** What came of it. */
  readonly lines: readonly string[];
};

/** Share of the time that recording takes. */
const RECORDING = 0.6;

const headName = (head: number) => `head-${head + 1}`;
const ridgeName = (head: number) => `ridge-${head + 1}`;

/** Trains and keeps heads; returns what is to be told. */
export async function trainMedusa(training: MedusaTraining): Promise<readonly string[]> {
  const { recipe, seed, progress } = training;
  const done = await openTrained<MedusaTold>(recipe);
  if (done) return done.told.lines;
  const set = await recordFeatures({
    ...training,
    progress: (done) => progress("recording answers", done * RECORDING),
  });
  const tokens = await commonTokens(set);
  using embedding = new TokenRows(training.model, "embedding");
  using head = new TokenRows(training.model, "head");
  const rows: Rows = { width: set.width, values: head.of(tokens) };
  await using products = await openProducts();
  await using step = await LoadedGraph.open(stepGraph(rows));
  const learning: Learning = { set, embedding, products, step, seed };
  const [ridges, heads]: [Parts[], Parts[]] = [[], []];
  for (let i = 0; i < HEADS; i++) {
    const done = (share: number) =>
      progress(`training head ${i + 1} of ${HEADS}`, RECORDING + (1 - RECORDING) * (i + share) / HEADS);
    done(0);
    const start = await trainedPiece(recipe, ridgeName(i), () => ridgeHead(learning, i + 1));
    ridges.push(start);
    heads.push(await trainedPiece(recipe, headName(i), () => learnedHead(learning, i + 1, start, done)));
  }
  progress("asking what was held out", 1);
  const all: Record<string, Right> = {};
  const untrained = heads.map(() => identity(set.width));
  for (const [name, own] of Object.entries({ trained: heads, "ridge regression alone": ridges, untrained })) {
    all[name] = await rightOf(set, embedding, rows, tokens, own);
  }
  const told: MedusaTold = { tokens, lines: await report(set, tokens, all) };
  await finishTraining(recipe, heads.map((_, i) => headName(i)), told);
  await dropPieces(recipe, heads.map((_, i) => ridgeName(i)));
  return told.lines;
}

/** The paper's head before training: it says again what the model said. */
function identity(width: number): Parts {
  const { a, ...zeros } = zeroHead(width);
  for (let i = 0; i < width; i++) a![i * 2 * width + i] = 1;
  return { ...zeros, a: a! };
}

async function report(
  set: FeatureSet,
  tokens: readonly number[],
  all: Readonly<Record<string, Right>>,
): Promise<readonly string[]> {
  const within = (ranks: readonly number[], most: number) =>
    percent(ranks.slice(0, most).reduce((sum, share) => sum + share, 0));
  return [
    `${await saidHeldOut(set, tokens)} There guesses are right, by head, and a step accepts:`,
    ...Object.entries(all).map(([name, { ranks, accepted }]) =>
      `${name}: ` + [
        ...ranks.map((own, i) => `head ${i + 1} ${within(own, 1)} at rank 1, ${within(own, 4)} within 4`),
        saidAccepted(accepted),
      ].join("; ")
    ),
  ];
}
