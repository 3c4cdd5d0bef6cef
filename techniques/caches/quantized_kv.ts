/**
 * K and V rounded to 8 or 4 bits as they enter their pages, and read back as floats where the network reads its past.
 * A request's pages, those that wait for others and those that a prefix cache keeps are so many times smaller; the
 * network computes as before. The rows of one step (a prefill chunk, a draft) see each other unrounded, as in KIVI, and
 * whoever comes after sees them rounded: how a prompt is cut into steps moves an answer as much as the rounding does.
 * So it stands over what claims identical answers (batching, guessing, shared prefixes), not beneath it. Calibrated
 * grids know the positions that calibration read: beyond them keys turn out of their grids and are clipped.
 */
import { take } from "../../datasets/mod.ts";
import { calibrateKv, type KvPrecision, type Stack, UserError } from "../../engine/mod.ts";
import { CALIBRATION_SETS } from "../quantizers/calibration.ts";
import type { Technique } from "../technique.ts";

/** Where grids are a channel's: texts of each set, how much is read of each, and what they are drawn with. */
const [TEXTS, TOKENS, SEED] = [16, 512, 6];

export interface QuantizedKv extends Omit<KvPrecision, "extent"> {
  /** Told the share of the calibration that is done; absent: a line on standard error for each quarter. */
  readonly progress?: (done: number) => void;
}

/**
 * The cache beneath, its pages held in so many bits; grids of "channel" are calibrated on the model beneath.
 * @throws {UserError} for bits or grids that there are not, in a file that no compiler saw.
 */
export function quantizedKv({ bits, keys, values, progress = quarters() }: QuantizedKv): Technique {
  const known: readonly string[] = ["token", "page", "channel"];
  if (![8, 4].includes(bits) || !known.includes(keys) || !known.includes(values)) {
    throw new UserError(
      `Cannot quantize the KV cache as bits must be 8 or 4, and keys and values "token", "page" or "channel": found ${bits}, ${keys} and ${values}.`,
    );
  }
  const calibrated = [keys, values].includes("channel");
  return {
    name: `kv_int${bits}`,
    slot: "cache",
    claim: "equivalent",
    bottleneck: "kv-memory",
    scope: "per-request",
    summary: `Holds K and V in ${bits} bits: keys with a grid for each ${keys}, values for each ${values}.`,
    source: "Liu et al., KIVI, ICML 2024; Hooper et al., KVQuant, NeurIPS 2024",
    ...(calibrated ? { calibration: CALIBRATION_SETS } : {}),
    engaged: ({ kvRowsRounded = 0, kvRowsRead = 0 }) => kvRowsRounded > 0 && kvRowsRead > 0,
    async transform(stack: Stack): Promise<Stack> {
      const kv: KvPrecision = {
        ...{ bits, keys, values },
        ...(calibrated ? { extent: await calibrateKv(stack, await calibration(), progress) } : {}),
      };
      return { ...stack, cache: { ...stack.cache, params: { ...stack.cache.params, kv: { ...kv } } } };
    },
  };
}

async function calibration() {
  const drawn = await Promise.all(CALIBRATION_SETS.map((dataset) => take(dataset, TEXTS, SEED)));
  return { texts: drawn.flat().map(({ text }) => text), tokens: TOKENS };
}

function quarters(): (done: number) => void {
  let told = -1;
  return (done) => {
    const quarter = Math.floor(done * 4);
    if (quarter > told) console.error(`Calibrating the KV cache: ${quarter * 25} %`);
    told = Math.max(told, quarter);
  };
}
