/** Turns an outcome into a recording: where, when, with what versions and from which commit it came. */
import { type Clock, digest, type Hardware, type Model } from "../engine/mod.ts";
import type { Outcome } from "../evals/mod.ts";
import config from "../deno.json" with { type: "json" };
import { checkoutAt } from "./git.ts";
import { type Recording, SCHEMA, type Stamp } from "./recording.ts";

/** What a run knows of itself: the machine, the baseline's model and the clock. */
export interface Context {
  readonly hardware: Hardware;
  readonly model: Model;
  readonly clock: Clock;
}

const NOTED = ["onnxruntime-node", "onnxruntime-web", "@huggingface/transformers"] as const;

/** A recording whose id is the digest of its stamp and outcome. */
export async function record(outcome: Outcome, context: Context): Promise<Recording> {
  const stamped = await stamp(context);
  return { schema: SCHEMA, id: await digest({ stamp: stamped, outcome }), stamp: stamped, outcome };
}

/** What every outcome of this run is stamped with at this moment. */
export async function stamp({ hardware, model, clock }: Context): Promise<Stamp> {
  const commit = await readCommit();
  return {
    at: clock.now(),
    hardware,
    versions: versions(),
    ...(commit === undefined ? {} : { commit }),
    model: { name: model.name, digest: model.params.weights, precision: precision(model) },
  };
}

/** Ours, Deno's, and those of the packages that tokens come out of; the imports are exact pins. */
export function versions(): Readonly<Record<string, string>> {
  const imports: Readonly<Record<string, string>> = config.imports;
  const pinned = NOTED.map((name) => [name, imports[name]?.split("@").at(-1) ?? "unknown"] as const);
  return { assay: config.version, deno: Deno.version.deno, ...Object.fromEntries(pinned) };
}

/** e.g. "f32 from Q4_1"; just "F32" where the file stored what is run. */
function precision({ params: { body, stored } }: Model): string {
  const run = body.bits === 32 ? "f32" : `${"float" in body ? "fp" : "int"}${body.bits}`;
  return run === stored.toLowerCase() ? run : `${run} from ${stored}`;
}

/** The commit of our own checkout; absent outside one, without git, or without leave to run it. */
export async function readCommit(root = new URL("..", import.meta.url)): Promise<Stamp["commit"]> {
  try {
    const folder = await Deno.realPath(root);
    const here = await checkoutAt(folder);
    return here?.top === folder ? { id: here.head.id, dirty: here.dirty } : undefined;
  } catch {
    return undefined;
  }
}
