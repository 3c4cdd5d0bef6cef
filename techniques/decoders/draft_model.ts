/**
 * Speculative decoding with a draft model (Leviathan et al., ICML 2023; Chen et al., 2023): a small model with the same
 * tokenizer guesses the next tokens one by one, and the model verifies them in one step. The draft may be another file,
 * or the model's own held in fewer bits or with fewer layers.
 */
import {
  asStored,
  checkSameTokenizer,
  type DecoderLive,
  type Integers,
  type Live,
  type Model,
  type Stack,
  UserError,
} from "../../engine/mod.ts";
import type { Technique } from "../technique.ts";
import { Drafter } from "./drafter.ts";
import { paced } from "./paced.ts";

export interface DraftModelOptions {
  /** The model that guesses, or what makes one of the model that it guesses for. */
  readonly draft: Model | ((target: Model) => Model | Promise<Model>);
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
 * @throws {UserError} when a step cannot have so many guesses; when it is transformed, if the draft's tokenizer is not
 * the target's or its file is missing.
 */
export function draftModel(
  { draft, guesses = 4, draws = true, name = "draft_model" }: DraftModelOptions,
): Technique {
  if (!(Number.isInteger(guesses) && guesses >= 1 && guesses <= MOST)) {
    throw new UserError(
      `Cannot draft with a model as its guesses must be a whole number of 1 to ${MOST}: found ${guesses}.`,
    );
  }
  return {
    name,
    slot: "decoder",
    claim: "identical",
    bottleneck: "sequential-decode",
    scope: "per-request",
    summary: "Guesses the next tokens with a smaller model, and verifies them in one step.",
    source: "Leviathan et al., ICML 2023; Chen et al., Speculative Sampling, 2023",
    engaged: (counters) => (counters.accepted ?? 0) > 0,
    async transform(stack: Stack): Promise<Stack> {
      const model = typeof draft === "function" ? await draft(stack.model) : draft;
      checkSameTokenizer(model, stack.model);
      const params: Params = { guesses, tokens: TOKENS, draws };
      return { ...stack, decoder: { name, params, module: import.meta.url, models: { draft: model } } };
    },
  };
}

/** The model's own file, held in fewer bits; `head` as `body` where absent. */
export function heldAs(body: Integers, head = body): (target: Model) => Model {
  return (target) => {
    const stored = asStored(target);
    return { ...stored, params: { ...stored.params, body, head } };
  };
}

/** Opens the decoder. */
export async function open({ guesses, tokens, draws }: Params, live: Live): Promise<DecoderLive> {
  const network = await live.network(live.models.draft!);
  const drafter = new Drafter(network, { tokens, draws });
  const own = paced((asking, lengths) => drafter.draft(asking, lengths), guesses, live.clock);
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
