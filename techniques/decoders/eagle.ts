/**
 * EAGLE (Li et al., ICML 2024): one layer of its own predicts the model's next feature from its last one and the token
 * that was chosen, and so on from what it predicts; a tree of its likeliest guesses is verified in one step, as large as
 * its confidence makes it pay (EAGLE-2; Li et al., EMNLP 2024). The layer is trained ahead, on the model's own answers
 * (eagle_training.ts).
 */
import {
  type DecoderLive,
  type Live,
  type Model,
  type Stack,
  TokenRows,
  Unsupported,
} from "../../engine/mod.ts";
import type { Dataset, Text } from "../../datasets/mod.ts";
import { CALIBRATION_SETS } from "../quantizers/calibration.ts";
import type { Technique } from "../technique.ts";
import { EagleDrafter } from "./eagle_drafter.ts";
import { draftGraph } from "./eagle_graph.ts";
import { CHILDREN, type EagleTold, LEVELS, trainEagle } from "./eagle_training.ts";
import { heldBytes } from "./eight_bits.ts";
import { pacedTrees } from "./paced_trees.ts";
import { openTrained, type Recipe, recipeOf } from "./trained.ts";

export interface EagleOptions {
  /** Tokens that its layer learns from. */
  readonly tokens?: number;
  readonly seed?: number;
  /** The sets that prompts of training quote. */
  readonly sets?: readonly Dataset<Text>[];
}

type Params = { readonly tokens: number; readonly seed: number; readonly sets: readonly string[] };

/** Rows that the drafter holds at most, as the dense cache. */
const ROWS = 8192;

/** Its stacks open on a model for which it was trained with the same options. */
export function eagle(
  { tokens = 240_000, seed = 1, sets = CALIBRATION_SETS }: EagleOptions = {},
): Technique {
  const params: Params = { tokens, seed, sets: sets.map(({ digest }) => digest) };
  return {
    name: "eagle",
    slot: "decoder",
    claim: "identical",
    bottleneck: "sequential-decode",
    scope: "per-request",
    summary:
      "Guesses the next tokens with a layer that predicts the model's features, and verifies a tree of them.",
    source: "Li et al., EAGLE, ICML 2024; Li et al., EAGLE-2, EMNLP 2024 (the dynamic tree)",
    calibration: sets,
    engaged: (counters) => (counters.accepted ?? 0) > 0,
    async train(training) {
      const own = { ...params, tokens: training.tokens ?? tokens, seed: training.seed ?? seed };
      return await trainEagle({ ...training, ...own, sets, recipe: await recipe(own, training.model) });
    },
    transform: (stack: Stack): Stack => ({
      ...stack,
      decoder: { name: "eagle", params, module: import.meta.url },
    }),
  };
}

function recipe(params: Params, model: Model): Promise<Recipe> {
  return recipeOf("eagle", model, params, import.meta.resolve("./eagle_learning.ts"));
}

/** Opens the decoder. @throws {Unsupported} when it is not trained for the model. @throws {UserError} when it is damaged. */
export async function open(params: Params, { model, program, clock }: Live): Promise<DecoderLive> {
  const trained = await openTrained<EagleTold>(await recipe(params, model));
  if (trained === undefined) {
    throw new Unsupported(
      "decoder",
      `its layer must be trained for ${model.name} first: run \`deno task train eagle\` with its --model`,
    );
  }
  const { tokens, shape } = trained.told;
  const parts = trained.pieces.layer!;
  using head = new TokenRows(model, "head");
  const u = head.of(tokens);
  const graph = await program(draftGraph(shape, parts, u, CHILDREN));
  const embedding = new TokenRows(model, "embedding");
  const drafter = new EagleDrafter({ graph, shape, tokens, embedding }, ROWS);
  const own = pacedTrees(
    (asking, further) => drafter.draft(asking, LEVELS, further),
    clock,
    (asking) => drafter.catchUp(asking),
  );
  return {
    ...own,
    learn: (sequence, from, features) => drafter.learn(sequence, from, features),
    finish(sequence) {
      own.finish(sequence);
      drafter.finish(sequence);
    },
    weightBytes: [u, ...Object.values(parts)].reduce((sum, values) => sum + heldBytes(values), 0),
    async [Symbol.asyncDispose]() {
      embedding[Symbol.dispose]();
      await graph[Symbol.asyncDispose]();
    },
  };
}
