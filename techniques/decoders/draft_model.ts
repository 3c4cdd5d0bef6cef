/**
 * Speculative decoding with a draft model (Leviathan et al., ICML 2023; Chen et al., 2023): a small model with the same
 * tokenizer guesses the next tokens one by one, and the model verifies them in one step. The draft may be another file,
 * or what techniques make of the model's own, like its weights in fewer bits.
 */
import {
  checkSameTokenizer,
  type DecoderLive,
  type Live,
  type Model,
  type Stack,
  UserError,
} from "../../engine/mod.ts";
import { compose, type Technique } from "../technique.ts";
import { Drafter } from "./drafter.ts";
import { paced } from "./paced.ts";

export interface DraftModelOptions {
  /** The model that guesses, or techniques that make one of the model that it guesses for. */
  readonly draft: Model | readonly Technique[];
  /** Guesses in one step at most. */
  readonly guesses?: number;
  /**
   * Guesses of requests that sample are drawn from the draft's law: more of them are accepted, and answers have the law
   * of plain decoding without being its very draws. Otherwise they are its likeliest tokens, and no answer changes.
   */
  readonly draws?: boolean;
  /** Another name, where a suite has several drafts. */
  readonly name?: string;
}

type Params = { readonly guesses: number; readonly tokens: number; readonly draws: boolean };

/** Guesses in one step that are verified at most. */
const MOST = 32;
/** Rows of K and V that the draft holds at most, as the dense cache. */
const TOKENS = 8192;

/**
 * @throws {UserError} when a step cannot have so many guesses, or a technique makes no model; when it is transformed, if
 * the draft's tokenizer is not the target's or its file is missing.
 */
export function draftModel(
  { draft, guesses = 4, draws = true, name = "draft_model" }: DraftModelOptions,
): Technique {
  if (!(Number.isInteger(guesses) && guesses >= 1 && guesses <= MOST)) {
    throw new UserError(
      `Cannot draft with a model as its guesses must be a whole number of 1 to ${MOST}: found ${guesses}.`,
    );
  }
  const making = "file" in draft ? [] : draft;
  const other = making.find(({ slot }) => slot !== "model");
  if (other) {
    throw new UserError(
      `Cannot draft with what ${other.name} makes as that must be a model: it is a ${other.slot}.`,
    );
  }
  const summary = making.length > 0
    ? `Guesses the next tokens with the model's own weights after ${
      making.map((one) => one.name).join(" and ")
    }`
    : "Guesses the next tokens with a smaller model";
  const calibration = making.flatMap(({ calibration = [] }) => calibration);
  return {
    name,
    slot: "decoder",
    claim: "identical",
    bottleneck: "sequential-decode",
    scope: "per-request",
    summary: `${summary}, and verifies them in one step.`,
    source: "Leviathan et al., ICML 2023; Chen et al., Speculative Sampling, 2023",
    ...(calibration.length > 0 && { calibration }),
    engaged: (counters) => (counters.accepted ?? 0) > 0,
    async transform(stack: Stack): Promise<Stack> {
      const model = "file" in draft ? draft : (await compose(stack, draft)).at(-1)!.model;
      checkSameTokenizer(model, stack.model);
      const params: Params = { guesses, tokens: TOKENS, draws };
      return { ...stack, decoder: { name, params, module: import.meta.url, models: { draft: model } } };
    },
  };
}

/** Opens the decoder. */
export async function open({ guesses, tokens, draws }: Params, live: Live): Promise<DecoderLive> {
  const network = await live.network(live.models.draft!);
  const drafter = new Drafter(network, { tokens, draws });
  const own = paced(
    (asking, lengths) => drafter.draft(asking, lengths),
    guesses,
    live.clock,
    (asking) => drafter.catchUp(asking),
  );
  return {
    ...own,
    finish(sequence) {
      own.finish(sequence);
      drafter.finish(sequence);
    },
    ...(network.weightBytes !== undefined && { weightBytes: network.weightBytes }),
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}
