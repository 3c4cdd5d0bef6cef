/**
 * K and V rounded to 8 or 4 bits as they enter their pages, and read back as floats where the network reads its past.
 * A request's pages, those that wait for others and those a prefix cache keeps are so many times smaller; the network
 * computes as before. Rows of one prefill chunk see each other unrounded, as in KIVI: whoever comes after sees them
 * rounded.
 */
import {
  c4TextCalibration,
  codeTextCalibration,
  type Dataset,
  take,
  type Text,
  wikiTextCalibration,
} from "../../datasets/mod.ts";
import { calibrateKv, type KvPrecision, type Stack, UserError } from "../../engine/mod.ts";
import type { Technique } from "../technique.ts";

/** Where grids are a channel's: texts of each kind, and how much is read of each. */
const CALIBRATION: readonly Dataset<Text>[] = [wikiTextCalibration, c4TextCalibration, codeTextCalibration];
const [TEXTS, TOKENS, SEED] = [16, 512, 6];

export interface QuantizedKv extends Omit<KvPrecision, "extent"> {
  /** Told the share of the calibration that is done. */
  readonly progress?: (done: number) => void;
}

/**
 * The cache beneath, its pages held in so many bits; grids of "channel" are calibrated on the model beneath.
 * @throws {UserError} for bits or grids that there are not, in a file that no compiler saw.
 */
export function quantizedKv({ bits, keys, values, progress = () => {} }: QuantizedKv): Technique {
  const known: readonly string[] = ["token", "page", "channel"];
  if (![8, 4].includes(bits) || !known.includes(keys) || !known.includes(values)) {
    throw new UserError(
      `Cannot quantize the KV cache as bits must be 8 or 4, and keys and values "token", "page" or "channel": found ${bits}, ${keys} and ${values}.`,
    );
  }
  return {
    name: `kv_int${bits}`,
    slot: "cache",
    claim: "equivalent",
    bottleneck: "kv-memory",
    scope: "per-request",
    summary: `Holds K and V in ${bits} bits: keys with a grid for each ${keys}, values for each ${values}.`,
    source: "Liu et al., KIVI, ICML 2024; Hooper et al., KVQuant, NeurIPS 2024",
    engaged: ({ kvRowsRounded = 0, kvRowsRead = 0 }) => kvRowsRounded > 0 && kvRowsRead > 0,
    async transform(stack: Stack): Promise<Stack> {
      const calibrated = [keys, values].includes("channel");
      const kv: KvPrecision = {
        ...{ bits, keys, values },
        ...(calibrated ? { extent: await calibrateKv(stack, await calibration(), progress) } : {}),
      };
      return { ...stack, cache: { ...stack.cache, params: { ...stack.cache.params, kv: { ...kv } } } };
    },
  };
}

async function calibration() {
  const drawn = await Promise.all(CALIBRATION.map((dataset) => take(dataset, TEXTS, SEED)));
  return { texts: drawn.flat().map(({ text }) => text), tokens: TOKENS };
}
