/** Runs llama-perplexity, keeping its logits and what it printed; each pass once. */
import { UserError } from "../../../engine/mod.ts";
import { once, run } from "../environment.ts";
import type { Tools } from "./tools.ts";

/** Tokens of a chunk. */
const CONTEXT = 512;

/** What a pass left. */
export interface Pass {
  /** The 32-bit logits of the scored positions, chunk after chunk. */
  readonly logits: string;
  /** The file of 16-bit log-probabilities: the base's, own or given. */
  readonly stored: string;
  readonly printed: string;
}

export interface Asked {
  readonly model: string;
  readonly text: string;
  /** What the model is compared with; absent: it is the base. */
  readonly base?: Pass;
  readonly vocabulary: number;
  readonly chunks: number;
}

/** Scores the text with the model; what it left is kept in `folder`. */
export async function score(
  { bin, tap }: Tools,
  folder: string,
  { model, text, base, vocabulary, chunks }: Asked,
): Promise<Pass> {
  await once(folder, async (path) => {
    await Deno.mkdir(path);
    const size = ["-c", `${CONTEXT}`, "-b", `${CONTEXT}`, "--chunks", `${chunks}`, "-t", "2"];
    const against = base
      ? ["--kl-divergence-base", base.stored, "--kl-divergence"]
      : ["--kl-divergence-base", `${path}/stored`];
    const env = {
      LD_PRELOAD: tap,
      TAP_FILE: `${path}/logits`,
      TAP_FLOATS: `${(CONTEXT - 1 - (CONTEXT >> 1)) * vocabulary}`,
    };
    const printed = await run(`${bin}/llama-perplexity`, ["-m", model, "-f", text, ...against, ...size], env);
    await Deno.writeTextFile(`${path}/printed`, printed);
  });
  return {
    logits: `${folder}/logits`,
    stored: base?.stored ?? `${folder}/stored`,
    printed: await Deno.readTextFile(`${folder}/printed`),
  };
}

/** The perplexity that the base pass printed. */
export function basePerplexity(printed: string): number {
  return figure(printed, "Final estimate: PPL =");
}

/** The figures that `--kl-divergence` printed; the share as a fraction. */
export function figures(printed: string) {
  return {
    pplBase: figure(printed, "Mean PPL(base)"),
    pplCandidate: figure(printed, "Mean PPL(Q)"),
    klMean: figure(printed, "Mean    KLD:"),
    klP99: figure(printed, "99.0%   KLD:"),
    klP999: figure(printed, "99.9%   KLD:"),
    klMax: figure(printed, "Maximum KLD:"),
    klMin: figure(printed, "Minimum KLD:"),
    sameTop: figure(printed, "Same top p:") / 100,
  };
}

/** The first number after the label. */
function figure(printed: string, label: string): number {
  const at = printed.indexOf(label);
  const number = at < 0 ? undefined : /-?\d+(\.\d+)?/.exec(printed.slice(at + label.length))?.[0];
  if (number !== undefined) return Number(number);
  throw new UserError(`Cannot compare as llama-perplexity must print "${label}": it did not.`);
}
