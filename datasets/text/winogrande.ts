/**
 * WinoGrande (Sakaguchi et al., 2020): whom or what a sentence's blank means. The blank is filled in either way, and
 * what follows it is scored (partial evaluation, Trinh and Le, 2018), as lm-evaluation-harness does.
 */
import type { Choices, Dataset } from "../dataset.ts";
import { FILES, from } from "../packages.ts";
import { arrowRows } from "../source.ts";

interface Row {
  readonly sentence: string;
  readonly option1: string;
  readonly option2: string;
  readonly answer: string;
}

export const winogrande: Dataset<Choices> = {
  name: "winogrande",
  version: "1",
  source: `${from(FILES.winogrande)}; Sakaguchi et al., AAAI 2020`,
  license: "not stated",
  split: "validation",
  digest: FILES.winogrande.sha256,
  size: 1267,
  chance: 0.5,
  samples: () => arrowRows(FILES.winogrande, (row, index) => toChoices(row as unknown as Row, index)),
};

/** One sample of a row. @throws {Error} when there is no blank or the answer is not "1" or "2". */
export function toChoices({ sentence, option1, option2, answer }: Row, index: number): Choices {
  const blank = sentence.indexOf("_");
  if (blank < 0) throw new Error("the sentence must have a blank: found none");
  const gold = ["1", "2"].indexOf(answer);
  if (gold < 0) throw new Error(`the answer must be 1 or 2: found "${answer}"`);
  const rest = ` ${sentence.slice(blank + 1).trim()}`;
  const id = String(index);
  return {
    id,
    // Sentences come in twins that differ after the blank.
    cluster: sentence.slice(0, blank),
    slices: [],
    context: sentence,
    contexts: [option1, option2].map((option) => sentence.slice(0, blank) + option),
    continuations: [rest, rest],
    gold,
  };
}
