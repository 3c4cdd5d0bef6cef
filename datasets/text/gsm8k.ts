/**
 * GSM8K's test set (Cobbe et al., 2021): word problems, after the eight worked examples of Wei et al. (2022), in the words
 * of lm-evaluation-harness's gsm8k_cot, with its two ways of reading the answer. An answer also ends at an empty line, as
 * in the package (the examples have none), which ends it sooner and changes nothing where the examples are followed.
 */
import type { Dataset, Worked } from "../dataset.ts";
import { FILES, from } from "../packages.ts";
import { rows } from "../source.ts";

interface Row {
  readonly doc: { readonly id: number; readonly answer: string };
  readonly request: { readonly context: string };
}

export const gsm8k: Dataset<Worked> = {
  name: "gsm8k",
  version: "1",
  source: `${from(FILES.gsm8k)}; Cobbe et al., 2021`,
  license: "MIT",
  split: "test",
  digest: FILES.gsm8k.sha256,
  size: 1319,
  chance: 0,
  samples: () => rows(FILES.gsm8k, (row) => toWorked(row as Row)),
};

/** The question of a row. @throws {Error} when its answer does not end in a number. */
export function toWorked({ doc: { id, answer }, request: { context } }: Row): Worked {
  // The package's own short answers lack the sign of negative numbers.
  const final = /#### (-?[\d,.]+)$/.exec(answer)?.[1];
  if (final === undefined) {
    throw new Error(`the answer must end in "#### " and a number: found "${answer.slice(-20)}"`);
  }
  return {
    id: String(id),
    cluster: String(id),
    slices: [],
    prompt: context
      .replaceAll(/^Question: /gm, "Q: ")
      .replaceAll(/^Answer:/gm, "A:")
      .replaceAll("So the answer is ", "The answer is "),
    answers: [final],
    stop: ["Q:", "</s>", "<|im_end|>", "\n\n"],
    strict: /The answer is (-?[0-9.,]+)[^\n]/g,
    flexible: /(-?[$0-9.,]{2,})|(-?[0-9]+)/g,
  };
}
