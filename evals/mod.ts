/** The centre: what is asked, how it is judged, and what may then be timed. */
export * from "./eval.ts";
export * from "./outcome.ts";
export * from "./suite.ts";
export { AGAIN, plan, type Planned, type Step } from "./plan.ts";
export { bench, type Ledger, type Progress } from "./bench.ts";
export { BOARD_MARGIN, compare } from "./compare.ts";
export { type Difference, type Estimate, estimate } from "./interval.ts";
export { judge, verifies } from "./verdict.ts";
export { estimateRows, measureRates, type Rates } from "./estimate.ts";
export { loadSuite } from "./suites/mod.ts";
export { audit, percentiles, ratioOf, workloadSpeed } from "./speed.ts";
export { drive, type Driven } from "./load.ts";
export { race, type Raced } from "./race.ts";
export { cloze } from "./quality/cloze.ts";
export { logitKl } from "./quality/logit_kl.ts";
export { encodePair, multipleChoice } from "./quality/multiple_choice.ts";
export { perplexity } from "./quality/perplexity.ts";
export { divergence, TIE, tokenMatch, toRequest, type Transcript } from "./quality/token_match.ts";
