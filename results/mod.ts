/** What is kept and shown. */
export * from "./recording.ts";
export { type Context, readCommit, record, stamp, versions } from "./record.ts";
export { inForce, type Promotion, saidPromotions } from "./promotions.ts";
export { openStore, storePath } from "./store.ts";
export { ledger } from "./ledger.ts";
export { type Composition, compositions, type Gain, type Member } from "./composition.ts";
export { type GateRate, gateRate } from "./gate_rate.ts";
export { exportLines } from "./exchange/export.ts";
export {
  type Board,
  boards,
  type Figures,
  type RankedRow,
  type Row,
  type TimedRow,
  type WideRow,
} from "./leaderboard.ts";
export { type Account, accountOf, type CheckAccount } from "./account.ts";
export { accountText } from "./account_text.ts";
export { lookup } from "./lookup.ts";
export { visible } from "./columns.ts";
export { type Scope, scopeKey, scopeOf } from "./scope.ts";
export { saidTries, type Tries, triesOf, type Try, tryOf } from "./tries.ts";
export { type Listed, type Listing, Shelf, type ShelvedScope } from "./shelf.ts";
export { explain, explainCheck, type Word, word } from "./explain.ts";
export { summarise, type Summary } from "./summary.ts";
export { renderBoard, terminalWidth, wantsColour, why } from "./terminal.ts";
export { feed, type Site } from "./feed.ts";
export { type Published, type Publishing, publishSite } from "./publish.ts";
export { createApp } from "./viewer/app.tsx";
export { view } from "./viewer/view.ts";
