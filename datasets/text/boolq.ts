/** BoolQ (Clark et al., 2019), in SuperGLUE's form: whether a passage says yes or no to a question that people asked. */
import type { Choices, Dataset } from "../dataset.ts";
import { FILES } from "../packages.ts";
import { harnessChoices } from "./harness_choices.ts";

const asked = harnessChoices(
  {
    name: "boolq",
    version: "1",
    paper: "Clark et al., NAACL 2019",
    license: "CC BY-SA 3.0",
    split: "validation",
    size: 3270,
    // Yes, always.
    chance: 0.6217,
  },
  FILES.boolq,
  // The file has yes first; lm-evaluation-harness has it last.
  ({ query, choices, gold }) => ({
    query,
    choices: choices.toReversed(),
    gold: choices.length - 1 - gold,
  }),
);

/** Questions on one article are one cluster. */
export const boolq: Dataset<Choices> = {
  ...asked,
  async *samples() {
    for await (const sample of asked.samples()) {
      yield { ...sample, cluster: sample.context.split(" -- ", 1)[0]! };
    }
  },
};
