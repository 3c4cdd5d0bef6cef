/**
 * `deno task check`: base and head of a change beside each other on this machine, or the head beside what was recorded
 * before it; answers before speeds.
 */
import { fileURLToPath } from "node:url";
import {
  check,
  type CheckedRow,
  type Checking,
  type CheckProgress,
  isNamedSuite,
  loadSuite,
  planCheck,
  type Suite,
} from "../../evals/mod.ts";
import { systemClock, UserError } from "../../engine/mod.ts";
import { escapedJson, visible } from "../columns.ts";
import { plural } from "../figures.ts";
import { checkoutAt, resolveBase } from "../git.ts";
import type { Stamp } from "../recording.ts";
import { keptAt, openStore, storePath } from "../store.ts";
import { againstHistory } from "../check/against_history.ts";
import { checkText } from "../check/check_text.ts";
import { type CheckReport, exitCode, holds } from "../check/report.ts";
import { SideProcess } from "../check/side_process.ts";
import { layOutBase, type Place } from "../check/worktree.ts";
import { tellGitHub, writeFiles } from "../check/write_outputs.ts";
import { terminalWidth, wantsColour } from "../terminal.ts";
import { read, whole } from "./arguments.ts";
import { onInterrupt } from "./interrupt.ts";
import { prepare, SETTING } from "./setting.ts";
import { StatusLine } from "./status_line.ts";

const USAGE = {
  command: "deno task check",
  about:
    "holds what lies here against a base, raced beside it, or against recordings; exit code 2 where anything got worse",
  options: {
    base: {
      value: "REF",
      about: "the commit, branch or tag to check against; the point where this one left it",
    },
    history: { about: "check against recordings of the suite on this hardware instead; records nothing" },
    suite: { value: "NAME|FILE", about: "the suite; smoke where absent" },
    only: { value: "NAME", many: true, about: "check this row; all where absent" },
    require: { value: "NAME", many: true, about: "exit with code 2 unless this row is same or improved" },
    margin: { value: "PERCENT", about: "the slowdown that matters; 5% where absent" },
    minutes: { value: "N", about: "with --base: how long timing may take in all; 5 where absent" },
    store: { value: "FILE", about: `with --history: the store; ${storePath()} where absent` },
    out: { value: "DIR", about: "also write check.json, check.md, check.xml (JUnit) and check.svg there" },
    json: { about: "end with one JSON document on one line" },
    ...SETTING,
  },
} as const;

/** What a process may do on either side: what `deno task bench` may. */
const LEAVE = [
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-sys",
  "--allow-ffi",
  "--allow-run=git,python3,pip3,pip,deno",
  "--allow-net=huggingface.co,*.huggingface.co,*.hf.co",
  "--no-prompt",
];

type Asked = NonNullable<ReturnType<typeof read<typeof USAGE["options"]>>>;
type Found = Omit<CheckReport, "check" | "at" | "suite" | "margin" | "seconds" | "missing">;

/** Checks and prints; `prepared` is what `--history` runs in. */
export async function run(args: readonly string[], prepared: typeof prepare = prepare): Promise<number> {
  const values = read(USAGE, args);
  if (!values) return 0;
  if ((values.base === undefined) === !values.history) {
    throw new UserError(
      `Cannot check as --base REF or --history must say what to check against, e.g. --base origin/main: ${
        values.history ? "both are there" : "neither is there"
      }.`,
    );
  }
  if (values.history && values.minutes !== undefined) {
    throw new UserError("Cannot check with --minutes as that is of --base: --history races as `bench` does.");
  }
  const margin = marginOf(values.margin ?? "5%");
  const suite = await loadSuite(values.suite ?? "smoke");
  const started = systemClock.now();
  const found = values.history
    ? await fromHistory(values, suite, margin, prepared)
    : await fromBase(values, suite, margin);
  const report: CheckReport = {
    check: 1,
    at: systemClock.now(),
    suite: suite.name,
    margin,
    seconds: (systemClock.now() - started) / 1000,
    missing: values.require.filter((name) => !found.rows.some((row) => row.name === name && holds(row))),
    ...found,
  };
  console.log(`\n${checkText(report, { colour: wantsColour(), width: Math.min(80, terminalWidth()) })}`);
  await tellGitHub(report);
  if (values.out !== undefined) await writeFiles(report, values.out);
  if (values.json) console.log(escapedJson(report));
  return exitCode(report);
}

async function fromHistory(
  values: Asked,
  suite: Suite,
  margin: number,
  prepared: typeof prepare,
): Promise<Found> {
  const status = new StatusLine();
  using _ = onInterrupt(() => status.clear(), "Interrupted. Nothing was recorded.");
  using store = openStore(keptAt(values.store ?? storePath(), "check against"));
  const config = { suite, ...await prepared(values, status) };
  const checkout = await checkoutAt(Deno.cwd());
  if (checkout?.dirty) console.error(DIRTY);
  const { here, past, rows, notes } = await againstHistory({
    config,
    store,
    margin,
    only: [...values.only, ...values.require],
    progress: told(status),
  });
  status.clear();
  const head = checkout && { ...checkout.head, dirty: checkout.dirty };
  return { ...about(here), history: past, ...(head ? { head } : {}), notes, rows };
}

const DIRTY = "The head has changes that are in no commit: it is checked as it lies here.";

const about = (
  { model, hardware }: Pick<Stamp, "hardware"> & { readonly model: { readonly name: string } },
) => ({
  model: model.name,
  machine: `${hardware.cpu}, ${plural(hardware.cores, "core")}, ${hardware.backend}`,
});

const told = (status: StatusLine) => ({ row, index, rows, stage, done, total }: CheckProgress) =>
  status.show(
    `${index + 1}/${rows} ${row}: ${stage} ${Math.floor(done)}/${total}`,
    (index + done / Math.max(1, total)) / rows,
    `${row}:${stage}`,
  );

async function fromBase(values: Asked, suite: Suite, margin: number): Promise<Found> {
  const minutes = whole(values.minutes ?? "5", "minutes", 1, 600);
  const status = new StatusLine();
  const cwd = Deno.cwd();
  const { top, base, head, dirty } = await resolveBase(cwd, values.base!);
  if (dirty) console.error(DIRTY);
  const entry = await Deno.realPath(
    fileURLToPath(new URL(`../../mod${import.meta.url.match(/\.[jt]s$/)![0]}`, import.meta.url)),
  );
  using laid = await layOutBase({ top, cwd, entry, base }, (stage) => status.show(stage, 0));
  using _ = onInterrupt(() => {
    status.clear();
    laid[Symbol.dispose]();
  }, "Interrupted. The base's folder is removed.");
  const here: Place = { cwd, entry, at: (path) => Promise.resolve(path) };
  const processOf = async (name: "base" | "head", { cwd, entry, at }: Place) => {
    const args = [...LEAVE, entry, "side"];
    if (values.suite !== undefined) {
      args.push("--suite", isNamedSuite(values.suite) ? values.suite : await at(values.suite));
    }
    if (values.model !== undefined) {
      const file = await Deno.lstat(values.model).then(() => true, () => false);
      args.push("--model", file ? await at(values.model) : values.model);
    }
    if (values.backend !== undefined) args.push("--backend", values.backend);
    if (values.threads !== undefined) args.push("--threads", values.threads);
    return new SideProcess({ name, args, cwd, said: (line) => status.show(`${name}: ${line}`, 0) });
  };
  await using baseProcess = await processOf("base", laid.place);
  await using headProcess = await processOf("head", here);
  const checking: Checking = {
    suite,
    sides: { base: baseProcess.side, head: headProcess.side },
    margin,
    only: [...values.only, ...values.require],
    budget: minutes * 60_000,
    progress: told(status),
  };
  status.show("starting both sides", 0);
  const plan = await planCheck(checking);
  const rows: CheckedRow[] = [];
  for await (const row of check(checking, plan)) {
    rows.push(row);
    status.clear();
    console.error(`${visible(row.name)}: ${row.kind}`);
  }
  return { ...about(plan.abouts.head), base, head: { ...head, dirty }, notes: plan.notes, rows };
}

function marginOf(text: string): number {
  const number = Number(text.replace(/%$/, ""));
  if (/^\d+(\.\d+)?%?$/.test(text) && number >= 1 && number <= 50) return number / 100;
  throw new UserError(`Cannot use --margin ${text} as it must be from 1% to 50%, e.g. 5%.`);
}
