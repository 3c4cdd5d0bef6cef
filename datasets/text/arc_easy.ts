/** ARC-Easy (Clark et al., 2018): grade-school science questions with three to five choices. */
import { FILES } from "../packages.ts";
import { harnessChoices } from "./harness_choices.ts";

export const arcEasy = harnessChoices({
  name: "arc_easy",
  version: "1",
  paper: "Clark et al., arXiv 1803.05457",
  license: "CC BY-SA 4.0",
  split: "test",
  size: 2376,
  // Four choices, but for seven rows with three and four with five.
  chance: 0.2502,
}, FILES.arcEasy);
