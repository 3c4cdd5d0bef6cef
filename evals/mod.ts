/** The centre: what is asked, how it is judged, and what may then be timed. */
export * from "./eval.ts";
export { allowing } from "./margin.ts";
export * from "./outcome.ts";
export * from "./suite.ts";
export { AGAIN, plan, type Planned, type Step } from "./plan.ts";
export { bench, type Ledger, type Progress } from "./bench.ts";
export { BOARD_MARGIN, compare, type Graded } from "./compare.ts";
export { type Difference, type Estimate, estimate, type Kind, kindOf } from "./interval.ts";
export { clustersNeeded, flipsNeeded } from "./power.ts";
export { decideSoFar, type SoFar } from "./sequential.ts";
export { judge, verifies } from "./verdict.ts";
export { estimateRows, measureRates, type Rates } from "./estimate.ts";
export { isNamedSuite, loadSuite } from "./suites/mod.ts";
export { overPeer, percentiles, quotient, ratioOf, workloadSpeed } from "./speed.ts";
export { objectiveOutcome } from "./objective.ts";
export { underived } from "./rederived.ts";
export { answered, audit } from "./audit.ts";
export { type Machine, machineOf, ticksOf, watch } from "./machine.ts";
export { arrivalTimes, atRate, isOpen } from "./arrival_times.ts";
export { type Answering, drive, type Driven } from "./load.ts";
// What a load is made of, for the room that prints it.
export { type Arrival, type OpenArrival, readTrace, type Workload, workloads } from "../datasets/mod.ts";
export { type EndpointLoad, loadEndpoint, loadWorkload } from "./endpoint_load.ts";
export { type EndpointSweep, sweepEndpoint } from "./endpoint_sweep.ts";
export {
  ATTAINMENT,
  kneeOf,
  type Levels,
  nextLevel,
  type SweepEnd,
  type SweepPoint,
  within,
} from "./sweep.ts";
export {
  type LatencyFigures,
  type LoadedRequest,
  type LoadReport,
  loadReport,
  type WithinReach,
} from "./load_report.ts";
export {
  budgetCurve,
  type BudgetPoint,
  type Budgets,
  largestWithin,
  type Latencies,
  type LatencyObjective,
  p99,
  pointOf,
} from "./token_budget.ts";
export { type Measured, race, type Raced } from "./race.ts";
export { code } from "./quality/code.ts";
export { workedAnswer } from "./quality/worked_answer.ts";
export { cloze } from "./quality/cloze.ts";
export { logitKl } from "./quality/logit_kl.ts";
export { encodePair, multipleChoice } from "./quality/multiple_choice.ts";
export { perplexity } from "./quality/perplexity.ts";
export { drafts } from "./quality/drafts.ts";
export { found } from "./quality/found.ts";
export { generated, loops } from "./quality/generated.ts";
export { sampled } from "./quality/sampled.ts";
export { shortAnswer } from "./quality/short_answer.ts";
export { served } from "./quality/served.ts";
export { divergence, tokenMatch, toRequest, type Transcript } from "./quality/token_match.ts";
export { beforeRepeat, copiedShare } from "./copied.ts";
export { type Continued, continued } from "./continued.ts";
export { LIMITS, type Limits, type Program, type Ran, runPython } from "./sandbox/python.ts";
export { NO_NOISE, type Noise, TIE } from "./noise.ts";
export { lawTest } from "./law.ts";
export { MADE_LIMIT } from "./weighed.ts";
export { misread } from "./self_test.ts";
export * from "./check/mod.ts";
