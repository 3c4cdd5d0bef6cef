/** Base and head of a change beside each other. */
export {
  check,
  type CheckedRow,
  type Checking,
  type CheckPlan,
  type CheckProgress,
  planCheck,
  type RowKind,
  summed,
} from "./check.ts";
export { changePoints, FEWEST_RUNS, levels } from "./change_points.ts";
export type { Dueled } from "./duel.ts";
export { LiveSide, saidFirst } from "./live_side.ts";
export { type Flip, MOST_FLIPS, type Outputs, type Sides } from "./outputs.ts";
export { isBroken } from "../unjudged.ts";
export { ERROR, type Pace, paceOf } from "./pace.ts";
export { noiseFloor, paceOfRuns, type Runs } from "./runs.ts";
export {
  type About,
  BASELINE,
  type Block as SideBlock,
  type Gate,
  PROTOCOL,
  type Side,
  type Told,
} from "./side.ts";
