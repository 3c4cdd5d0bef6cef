/** `deno task bench`: says what it will run, judges, races, records after every outcome, and prints the board. */
import {
  type Bench,
  bench,
  estimateRows,
  loadSuite,
  measureRates,
  plan,
  type Planned,
  type Progress,
} from "../../evals/mod.ts";
import { systemClock, UserError } from "../../engine/mod.ts";
import { escapedJson, visible } from "../columns.ts";
import { gateRate } from "../gate_rate.ts";
import { boards } from "../leaderboard.ts";
import { leftOut } from "../left_out.ts";
import { ledger } from "../ledger.ts";
import { record, stamp } from "../record.ts";
import type { Recording } from "../recording.ts";
import { openStore, storePath } from "../store.ts";
import { scopeKey } from "../scope.ts";
import { triesOf } from "../tries.ts";
import { renderBoard, terminalWidth, wantsColour, why } from "../terminal.ts";
import { read } from "./arguments.ts";
import { onInterrupt } from "./interrupt.ts";
import { prepare, SETTING } from "./setting.ts";
import { StatusLine } from "./status_line.ts";

const USAGE = {
  command: "deno task bench",
  about: "judges techniques by their answers, races those that pass, and prints the board",
  options: {
    suite: { value: "NAME|FILE", about: "the suite; standard where absent" },
    only: { value: "NAME", many: true, about: "run this row (and the baseline again)" },
    list: { about: "list the suite's rows and what verifies them, and stop" },
    again: { about: "run rows once more that are recorded already" },
    "until-decided": { about: "ask unsure evals more samples, as long as there are more, until they decide" },
    require: { value: "NAME", many: true, about: "exit with code 2 unless this row passed" },
    json: { about: "end with one JSON document on one line" },
    store: { value: "FILE", about: `the store; ${storePath()} where absent` },
    ...SETTING,
  },
} as const;

/** Runs the suite in a setting: the one that the options name, where no other is given. */
export async function run(args: readonly string[], prepared: typeof prepare = prepare): Promise<number> {
  const values = read(USAGE, args);
  if (!values) return 0;
  const suite = await loadSuite(values.suite ?? "standard");
  using store = openStore(values.store);
  const status = new StatusLine();
  using _ = onInterrupt(
    () => status.clear(),
    "Interrupted. What was recorded is kept; run the same command to go on.",
  );
  const setting = await prepared(values, status);
  const config: Bench = { suite, ...setting, untilDecided: values["until-decided"] };
  const rows = chosen(await plan(config), [...values.only, ...values.require]);
  if (values.list) {
    console.log(rows.flatMap(describeRow).map(visible).join("\n"));
    return 0;
  }
  const context = {
    hardware: await setting.engine.hardware(),
    model: setting.baseline.model,
    clock: systemClock,
  };
  const known = ledger(store, await stamp(context));
  const left = rows.filter((row) => values.again || known.done(row.trial) === undefined);
  const clock = await announce(config, rows, left, status);
  const outcomes = bench(
    config,
    values.again ? { ...known, done: () => undefined } : known,
    clock.progress,
    rows,
  );
  for await (const { outcome, fresh } of outcomes) {
    if (fresh) {
      store.append(await record(outcome, context));
      clock.rowDone(outcome.trial.name);
    }
    status.clear();
    console.error(`${fresh ? "" : "recorded before: "}${visible(outcome.trial.name)}: ${outcome.kind}`);
  }
  const trials = new Set(rows.map((row) => row.trial.id));
  const { shelf } = store;
  const { hardware, model } = await stamp(context);
  const scope = scopeKey({ hardware, model, suite: suite.name, workload: "" });
  const tried = shelf.tried(scope);
  const shown = shelf.recordings(scope).filter((r) => trials.has(r.outcome.trial.id));
  for (const { said } of leftOut(shelf.broken)) console.error(said);
  for (const board of boards(shown, tried)) {
    const rendering = { colour: wantsColour(), reasons: why(shown), width: terminalWidth() };
    console.log(`\n${renderBoard(board, rendering)}`);
  }
  const latest = [...new Map(shown.map((recording) => [recording.outcome.trial.id, recording])).values()];
  if (values.json) {
    const outcomes = latest.map((one) => ({
      ...brief(shelf.find(one.id) ?? one),
      tried: triesOf(one, tried),
    }));
    console.log(escapedJson({ suite: suite.name, gate: gateRate(), outcomes }));
  }
  const missing = values.require.filter((name) =>
    !latest.some(({ outcome: o }) => o.trial.name === name && (o.kind === "recorded" || o.kind === "held"))
  );
  if (missing.length > 0) console.error(`Required but not passed: ${missing.map(visible).join(", ")}.`);
  return missing.length > 0 ? 2 : 0;
}

function chosen(rows: readonly Planned[], names: readonly string[]): readonly Planned[] {
  if (names.length === 0) return rows;
  const known = rows.map((row) => row.trial.name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UserError(`Cannot run ${unknown} as the suite's rows are ${known.join(", ")}.`);
  }
  return rows.filter((row, index) => index === 0 || names.includes(row.trial.name));
}

function describeRow({ trial, steps, techniques, blind }: Planned): readonly string[] {
  const claims = techniques.map(({ name, claim }) => `${name} (${claim})`).join(" + ") ||
    `the baseline on ${trial.engine}`;
  const checks = steps.map(({ against, evals }) =>
    `    beside ${against}: ${evals.map((e) => `${e.name} n=${e.count}`).join(", ") || "nothing"}`
  );
  return [`${trial.name}: ${claims}`, ...checks, ...(blind ? [`    void: ${blind}`] : [])];
}

/** Prints the plan with the time it should take; returns what keeps the status line. */
async function announce(
  config: Bench,
  rows: readonly Planned[],
  left: readonly Planned[],
  status: StatusLine,
) {
  const { suite, engine, baseline } = config;
  if (left.length === 0) return { progress: () => {}, rowDone: () => {} };
  status.show("opening the baseline to see how fast this machine is", 0);
  const session = await engine.open(baseline);
  const rates = await measureRates(session);
  await session[Symbol.asyncDispose]();
  status.show("reading the data sets", 0);
  const costs = await estimateRows(left, suite, rates);
  const total = costs.reduce((sum, cost) => sum + cost, 0);
  status.clear();
  console.error(visible(`Suite ${suite.name}: ${suite.summary}.`));
  console.error(
    `${left.length} of ${rows.length} rows to run: ${left.map((row) => visible(row.trial.name)).join(", ")}.`,
  );
  console.error(
    `On ${suite.evals.length} evals and ${suite.workloads.length} workloads it should take at most ${
      minutes(total)
    }.`,
  );
  const seconds = () => systemClock.now() / 1000;
  const started = seconds();
  let [finished, rowStarted] = [0, started];
  return {
    progress: ({ row, stage, done, total: of }: Progress) => {
      const index = left.findIndex(({ trial }) => trial.name === row);
      const pace = finished > 0 ? (rowStarted - started) / finished : 1;
      const remaining = Math.max(0, (total - finished) * pace - (seconds() - rowStarted));
      const text = `${index + 1}/${left.length} ${row}: ${stage} ${done}/${of}, at most ${
        minutes(remaining)
      } left`;
      status.show(text, finished / total, `${row}:${stage}`);
    },
    rowDone: (name: string) => {
      finished += costs[left.findIndex(({ trial }) => trial.name === name)] ?? 0;
      rowStarted = seconds();
    },
  };
}

function minutes(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}

/** A recording without its samples and raw timings, for --json. */
function brief({ id, outcome }: Recording) {
  const { kind, trial } = outcome;
  const base = { id, kind, name: trial.name, trial: trial.id, engine: trial.engine };
  if (kind === "void" || kind === "skipped") return { ...base, reason: outcome.reason };
  const checks = outcome.verdict.checks.map(({ samples: _, ...check }) => check);
  const judged = { ...base, ...(outcome.weights ? { weights: outcome.weights } : {}) };
  if (kind === "held") return { ...judged, verdict: "pass", checks, reason: outcome.reason };
  if (kind === "rejected") return { ...judged, verdict: outcome.verdict.kind, checks };
  return {
    ...judged,
    verdict: "pass",
    checks,
    speed: outcome.speed.workloads.map(({ blocks: _, ...speed }) => speed),
  };
}
