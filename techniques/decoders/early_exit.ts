/**
 * Early exit (LayerSkip; Elhoushi et al., ACL 2024; without its training): the first layers of the model draft, read by
 * an LM head that was fitted to them (see repair.ts). They read the model's own K and V of those layers, so that a draft
 * costs no prefill and no cache.
 */
import type { DecoderLive, Integers, Live, Stack } from "../../engine/mod.ts";
import {
  calibrate,
  type Calibration,
  CALIBRATION_SETS,
  type CalibrationOptions,
} from "../quantizers/calibration.ts";
import type { Technique } from "../technique.ts";
import { grownPast, guessChains } from "./guess_chain.ts";
import { paced } from "./paced.ts";
import { repaired } from "./repair.ts";

export interface EarlyExitOptions {
  /** Layers that draft, counted from 0, in order; the first few where it is a number. */
  readonly layers?: number | readonly number[];
  /** Guesses in one step at most. */
  readonly guesses?: number;
  /** How the drafting layers and their LM head are held. */
  readonly body?: Integers;
  readonly head?: Integers;
  readonly calibration?: CalibrationOptions;
}

type Params = {
  readonly layers: readonly number[];
  readonly guesses: number;
  readonly body: Integers;
  readonly head: Integers;
  readonly calibration: Calibration;
};

const EIGHT: Integers = { bits: 8, block: 64, symmetric: false };

/** @throws {UserError} when it is transformed, as `calibrate` does; when it is opened, for layers that are not there. */
export function earlyExit(
  { layers = 4, guesses = 2, body = EIGHT, head = EIGHT, calibration = {} }: EarlyExitOptions = {},
): Technique {
  const drafting = typeof layers === "number" ? Array.from({ length: layers }, (_, i) => i) : layers;
  return {
    name: "early_exit",
    slot: "decoder",
    claim: "identical",
    bottleneck: "sequential-decode",
    scope: "per-request",
    summary:
      `Guesses the next tokens with ${drafting.length} of the model's own layers and an LM head fitted to them.`,
    source: "Elhoushi et al., LayerSkip, ACL 2024; Belrose et al., Tuned Lens, 2023 (the translator)",
    calibration: calibration.sets ?? CALIBRATION_SETS,
    engaged: (counters) => (counters.accepted ?? 0) > 0,
    async transform(stack: Stack): Promise<Stack> {
      const params: Params = {
        layers: drafting,
        guesses,
        body,
        head,
        calibration: await calibrate({ pieces: 64, ...calibration }),
      };
      return { ...stack, decoder: { name: "early_exit", params, module: import.meta.url } };
    },
  };
}

/** Opens the decoder, which makes its LM head where no run before did. */
export async function open(
  { layers, guesses, body, head, calibration }: Params,
  live: Live,
): Promise<DecoderLive> {
  const network = await live.network(repaired(live.model, body, { layers, head, calibration }));
  return {
    ...paced(
      (asking, lengths) =>
        guessChains(
          network,
          asking,
          lengths,
          asking.map(({ past }) => grownPast(past, network.shape, layers)),
        ),
      guesses,
      live.clock,
    ),
    ...(network.weightBytes !== undefined && { weightBytes: network.weightBytes }),
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}
