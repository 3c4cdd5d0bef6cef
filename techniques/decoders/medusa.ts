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
import { Lookups } from "./looked_up.ts";
import { growHeads } from "./medusa_tree.ts";
import { pacedTrees } from "./paced_trees.ts";
import { openTrained, type Recipe, recipeOf } from "./trained.ts";

export interface MedusaOptions {
  /** Tokens that its heads learn from. */
  readonly tokens?: number;
  readonly seed?: number;
  /** The sets that prompts of training quote. */
  readonly sets?: readonly Dataset<Text>[];
  /** Guesses at most that are looked up in the request's own text, as prompt lookup does, and join the tree. */
  readonly lookedUp?: number;
}

type Params = { readonly tokens: number; readonly seed: number; readonly sets: readonly string[] };

/** Its stacks open on a model for which it was trained with the same options. */
export function medusa(
  { tokens = 240_000, seed = 1, sets = CALIBRATION_SETS, lookedUp = 0 }: MedusaOptions = {},
): Technique {
  const name = nameOf(lookedUp);
  const params: Params = { tokens, seed, sets: sets.map(({ digest }) => digest) };
  return {
    name,
    slot: "decoder",
    claim: "identical",
    bottleneck: "sequential-decode",
    scope: "per-request",
    summary: `Guesses the next tokens with heads on the model's last layer${
      lookedUp > 0 ? " and from where the same words occurred before" : ""
    }, and verifies a tree of them in one step.`,
    source: `Cai et al., Medusa, ICML 2024; Ankner et al., Hydra, 2024 (the known token)${
      lookedUp > 0 ? "; Saxena, Prompt Lookup Decoding, 2023" : ""
    }`,
    calibration: sets,
    engaged: (counters) => (counters.accepted ?? 0) > 0,
    async train(training) {
      const own = { ...params, tokens: training.tokens ?? tokens, seed: training.seed ?? seed };
      return await trainMedusa({ ...training, ...own, sets, recipe: await recipe(own, training.model) });
    },
    transform: (stack: Stack): Stack => ({
      ...stack,
      decoder: { name, params: { ...params, ...(lookedUp > 0 && { lookedUp }) }, module: import.meta.url },
    }),
  };
}

const nameOf = (lookedUp: number) => lookedUp > 0 ? "medusa_lookup" : "medusa";

function recipe(params: Params, model: Model): Promise<Recipe> {
  return recipeOf("medusa", model, params, import.meta.resolve("./medusa_learning.ts"));
}

/** Opens the decoder. @throws {Unsupported} when it is not trained for the model. @throws {UserError} when it is damaged. */
export async function open(
  { lookedUp = 0, ...params }: Params & { readonly lookedUp?: number },
  { model, shape: { width }, program, clock }: Live,
): Promise<DecoderLive> {
  const trained = await openTrained<MedusaTold>(await recipe(params, model));
  if (trained === undefined) {
    throw new Unsupported(
      "decoder",
      `its heads must be trained for ${model.name} first: run \`deno task train ${
        nameOf(lookedUp)
      }\` with its --model`,
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
  const lookups = lookedUp > 0 ? new Lookups() : undefined;

  async function draft(asking: readonly Asking[]): Promise<readonly GuessTree[]> {
    const trees = asking.map(({ sequence, room }) => {
      const tree = new GuessTree();
      if (lookups === undefined) return tree;
      const { tokens, confidences } = lookups.of(sequence, Math.min(room, lookedUp));
      let place = -1;
      for (const [i, token] of tokens.entries()) {
        [place] = tree.grow(place, [token], [confidences[i]!]) as [number];
      }
      return tree;
    });
    // Of a request whose rows all were in a prefix cache no feature is known yet.
    const ready = asking.filter(({ sequence: { request } }) => last.has(request.id));
    if (ready.length === 0) return trees;
    const features = concat(ready.map(({ sequence: { request } }) => last.get(request.id)!));
    const following = embedding.of(ready.map(({ sequence }) => sequence.tokens.at(-1)!));
    const x = known(features, following, width);
    const ranked = await rank.run({ x: floats([x.rows, x.columns], x.values) });
    ready.forEach((one, row) => growHeads(trees[asking.indexOf(one)]!, ranked, row, tokens));
    return trees;
  }

  const own = pacedTrees(draft, clock);
  return {
    ...own,
    learn: ({ request: { id } }, _, features) => void last.set(id, features.slice(-width)),
    finish(sequence) {
      own.finish(sequence);
      lookups?.finish(sequence);
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
