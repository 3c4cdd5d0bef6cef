/**
 * Medusa (Cai et al., 2024): heads on the model's last feature guess the tokens after the next at once, and a tree of
 * their likeliest guesses is verified in one step, as large as their confidence makes it pay. The heads are trained ahead,
 * on the model's own answers (medusa_training.ts).
 */
import {
  type Asking,
  concat,
  type DecoderLive,
  floats,
  type Live,
  type Model,
  type Stack,
  TokenRows,
  Unsupported,
  UserError,
} from "../../engine/mod.ts";
import type { Dataset, Text } from "../../datasets/mod.ts";
import { CALIBRATION_SETS } from "../quantizers/calibration.ts";
import type { Technique } from "../technique.ts";
import { known } from "./feature_examples.ts";
import { GuessTree } from "./eagle_tree.ts";
import { heldBytes } from "./eight_bits.ts";
import { RANKS } from "./medusa_right.ts";
import { rankGraph } from "./medusa_graph.ts";
import { shapes } from "./medusa_step.ts";
import { type MedusaTold, trainMedusa } from "./medusa_training.ts";
import { treeOf } from "./medusa_tree.ts";
import { pacedTrees } from "./paced_trees.ts";
import { openTrained, type Recipe, recipeOf } from "./trained.ts";

export interface MedusaOptions {
  /** Tokens that its heads learn from. */
  readonly tokens?: number;
  readonly seed?: number;
  /** The sets that prompts of training quote. */
  readonly sets?: readonly Dataset<Text>[];
}

type Params = { readonly tokens: number; readonly seed: number; readonly sets: readonly string[] };

/** Its stacks open on a model for which it was trained with the same options. */
export function medusa(
  { tokens = 240_000, seed = 1, sets = CALIBRATION_SETS }: MedusaOptions = {},
): Technique {
  const params: Params = { tokens, seed, sets: sets.map(({ digest }) => digest) };
  return {
    name: "medusa",
    slot: "decoder",
    claim: "identical",
    bottleneck: "sequential-decode",
    scope: "per-request",
    summary:
      "Guesses the next tokens with heads on the model's last layer, and verifies a tree of them in one step.",
    source: "Cai et al., Medusa, ICML 2024; Ankner et al., Hydra, 2024 (the known token)",
    calibration: sets,
    engaged: (counters) => (counters.accepted ?? 0) > 0,
    async train(training) {
      const own = { ...params, tokens: training.tokens ?? tokens, seed: training.seed ?? seed };
      return await trainMedusa({ ...training, ...own, sets, recipe: await recipe(own, training.model) });
    },
    transform: (stack: Stack): Stack => ({
      ...stack,
      decoder: { name: "medusa", params, module: import.meta.url },
    }),
  };
}

function recipe(params: Params, model: Model): Promise<Recipe> {
  return recipeOf("medusa", model, params, import.meta.resolve("./medusa_learning.ts"));
}

/** Opens the decoder. @throws {Unsupported} when it is not trained for the model. @throws {UserError} when it is damaged. */
export async function open(
  params: Params,
  { model, shape: { width }, program, clock }: Live,
): Promise<DecoderLive> {
  const trained = await openTrained<MedusaTold>(await recipe(params, model));
  if (trained === undefined) {
    throw new Unsupported(
      "decoder",
      `its heads must be trained for ${model.name} first: run \`deno task train medusa\` with its --model`,
    );
  }
  const heads = Object.values(trained.pieces);
  const { tokens } = trained.told;
  const [rows, columns] = shapes(width).a;
  if (heads.some(({ a }) => a!.length !== rows * columns)) {
    throw new UserError(
      `Cannot guess with Medusa heads for ${model.name} as they must read features of ${width} numbers: they do not.`,
    );
  }
  using head = new TokenRows(model, "head");
  const most = Math.min(RANKS, tokens.length);
  const u = head.of(tokens);
  const rank = await program(rankGraph({ width, values: u }, heads, most));
  const embedding = new TokenRows(model, "embedding");
  /** Of each request, the feature of the last row before its last token. */
  const last = new Map<string, Float32Array>();

  async function draft(asking: readonly Asking[]): Promise<readonly GuessTree[]> {
    // Of a request whose rows all were in a prefix cache none is known yet.
    const ready = asking.filter(({ sequence: { request } }) => last.has(request.id));
    if (ready.length === 0) return asking.map(() => new GuessTree());
    const features = concat(ready.map(({ sequence: { request } }) => last.get(request.id)!));
    const following = embedding.of(ready.map(({ sequence }) => sequence.tokens.at(-1)!));
    const x = known(features, following, width);
    const ranked = await rank.run({ x: floats([x.rows, x.columns], x.values) });
    return asking.map((one) => {
      const row = ready.indexOf(one);
      return row < 0 ? new GuessTree() : treeOf(ranked, row, tokens);
    });
  }

  const own = pacedTrees(draft, clock);
  return {
    ...own,
    learn: ({ request: { id } }, _, features) => void last.set(id, features.slice(-width)),
    finish(sequence) {
      own.finish(sequence);
      last.delete(sequence.request.id);
    },
    weightBytes: [u, ...heads.flatMap((parts) => Object.values(parts))]
      .reduce((sum, values) => sum + heldBytes(values), 0),
    async [Symbol.asyncDispose]() {
      embedding[Symbol.dispose]();
      await rank[Symbol.asyncDispose]();
    },
  };
}
