/** Trains Medusa heads for a model, and tells how often their guesses were right on answers held out. */
import { LoadedGraph, openProducts, TokenRows } from "../../engine/mod.ts";
import type { Dataset, Text } from "../../datasets/mod.ts";
import type { Training } from "../technique.ts";
import { type FeatureSet, recordFeatures } from "./feature_set.ts";
import type { TreeNode } from "./guess_tree.ts";
import { learnedHead, type Learning, ridgeHead, zeroHead } from "./medusa_learning.ts";
import { type Right, rightOf } from "./medusa_right.ts";
import { type Rows, stepGraph } from "./medusa_step.ts";
import { finishTraining, type Parts, type Recipe, trainedPiece } from "./trained.ts";

export interface MedusaTraining extends Required<Training> {
  readonly sets: readonly Dataset<Text>[];
  readonly recipe: Recipe;
}

/** What is told of trained heads. */
export type MedusaTold = {
  /** The model's tokens that may be guessed, by place. */
  readonly tokens: readonly number[];
  /** Likeliest first. */
  readonly tree: readonly TreeNode[];
};

export const HEADS = 3;
/** Nodes of the tree: what a step may verify. */
const NODES = 31;
/** Tokens that may be guessed. */
const TOKENS = 4096;
/** Share of the time that recording takes. */
const RECORDING = 0.6;

/** The name of a head's piece, counted from 0. */
export const headName = (head: number): string => `head-${head + 1}`;

/** Trains and keeps heads; returns what is to be told. */
export async function trainMedusa(training: MedusaTraining): Promise<readonly string[]> {
  const { recipe, seed, progress } = training;
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
    const start = await trainedPiece(recipe, `ridge-${i + 1}`, () => ridgeHead(learning, i + 1));
    ridges.push(start);
    heads.push(await trainedPiece(recipe, headName(i), () => learnedHead(learning, i + 1, start, done)));
  }
  progress("asking what was held out", 1);
  const right = (heads: readonly Parts[]) => rightOf(set, embedding, rows, tokens, heads);
  const trained = await right(heads);
  const others = {
    "ridge regression alone": await right(ridges),
    untrained: await right(heads.map(() => identity(set.width))),
  };
  const told: MedusaTold = { tokens, tree: trained.paths.tree(NODES) };
  await finishTraining(recipe, heads.map((_, i) => headName(i)), told);
  return report(set, told, { trained, ...others });
}

/** The tokens of answers that are learned from, most frequent first. */
async function commonTokens(set: FeatureSet): Promise<readonly number[]> {
  const counts = new Map<number, number>();
  for (const lesson of set.shown) {
    const { tokens } = await set.read(lesson);
    for (const token of tokens.subarray(lesson.prompt.length)) {
      counts.set(token, (counts.get(token) ?? 0) + 1);
    }
  }
  return [...counts].sort(([a, m], [b, n]) => n - m || a - b).slice(0, TOKENS).map(([token]) => token);
}

/** The paper's head before training: it says again what the model said. */
function identity(width: number): Parts {
  const { a, ...zeros } = zeroHead(width);
  for (let i = 0; i < width; i++) a![i * 2 * width + i] = 1;
  return { ...zeros, a: a! };
}

function report(
  set: FeatureSet,
  { tokens, tree }: MedusaTold,
  all: Readonly<Record<string, Right>>,
): string[] {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const lines = Object.entries(all).map(([name, { ranks }]) =>
    `${name}: ` + ranks.map((own, i) => {
      const within = (most: number) => percent(own.slice(0, most).reduce((sum, share) => sum + share, 0));
      return `head ${i + 1} right at rank 1 ${within(1)}, within 4 ${within(4)}`;
    }).join("; ")
  );
  const accepted = (size: number) =>
    tree.slice(0, size).reduce((sum, { chance }) => sum + chance, 0).toFixed(2);
  return [
    `Trained on ${set.shown.length} answers; ${set.heldOut.length} were held out, of whose tokens ${
      percent(all.trained!.coverage)
    } are among the ${tokens.length} that may be guessed. Of their guesses, by head:`,
    ...lines,
    `A step accepts ${accepted(3)} guesses of 3, ${accepted(7)} of 7, ${accepted(15)} of 15, ${
      accepted(31)
    } of 31.`,
  ];
}
