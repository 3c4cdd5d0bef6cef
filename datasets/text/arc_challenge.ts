/** ARC-Challenge (Clark et al., 2018): the science questions that word overlap and retrieval got wrong. */
import { FILES } from "../packages.ts";
import { harnessChoices } from "./harness_choices.ts";

export const arcChallenge = harnessChoices({
  name: "arc_challenge",
  version: "1",
  paper: "Clark et al., arXiv 1803.05457",
  license: "CC BY-SA 4.0",
  split: "test",
  size: 1172,
  // Four choices, but for four rows with three and three with five.
  chance: 0.2502,
}, FILES.arcChallenge);
