/** Finds what each channel of K and V spans, once for a model and its texts, in a worker; see kv_extent.ts. */
import { isCached } from "../assets/mod.ts";
import { EXTENTS } from "../kv_extent.ts";
import { type Digest, digest, type Model, type Stack } from "../stack.ts";
import { type Backend, fasterBackend } from "./backend.ts";
import { workInWorker } from "./worker_session.ts";

/** The texts of one calibration, and how much is read of each. */
export interface KvCalibration {
  readonly texts: readonly string[];
  /** Tokens read of a text at most. */
  readonly tokens: number;
}

/** What the worker is given. */
export interface Calibrating extends KvCalibration {
  readonly stack: Stack;
  readonly name: Digest;
  readonly backend: Backend;
}

/**
 * The name of the extent, made if it is not in the cache folder. It is the model's as the stack has it, over dense K/V.
 * @throws {UserError} when the texts are too few, or the model's K or V are no numbers.
 */
export async function calibrateKv(
  stack: Stack,
  { texts, tokens }: KvCalibration,
  progress: (done: number) => void,
): Promise<Digest> {
  const { source: _, ...model }: Model["params"] = stack.model.params;
  const name = await digest({ model, texts: [...texts], tokens });
  if (!(await isCached(`${EXTENTS}/${name}`))) {
    const work: Calibrating = { stack, texts, tokens, name, backend: await fasterBackend() };
    await workInWorker(import.meta.resolve("./kv_calibration_worker.ts"), work, progress);
  }
  return name;
}
