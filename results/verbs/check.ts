/** `deno task check`: base and head of a change beside each other on this machine, answers before speeds. */
import { fileURLToPath } from "node:url";
import {
  check,
  type CheckedRow,
  type Checking,
  isNamedSuite,
  loadSuite,
  planCheck,
} from "../../evals/mod.ts";
import { systemClock, UserError } from "../../engine/mod.ts";
import { escapedJson, visible } from "../columns.ts";
import { plural } from "../figures.ts";
import { checkText } from "../check/check_text.ts";
import { resolveBase } from "../git.ts";
import { type CheckReport, exitCode, holds } from "../check/report.ts";
import { SideProcess } from "../check/side_process.ts";
import { layOutBase, type Place } from "../check/worktree.ts";
import { tellGitHub, writeFiles } from "../check/write_outputs.ts";
import { terminalWidth, wantsColour } from "../terminal.ts";
import { read, whole } from "./arguments.ts";
import { onInterrupt } from "./interrupt.ts";
import { SETTING } from "./setting.ts";
import { StatusLine } from "./status_line.ts";

const USAGE = {
  command: "deno task check",
  about:
    "races what lies here against a commit of the base, answers first; exit code 2 where anything got worse",
  options: {
    base: {
      value: "REF",
      about: "the commit, branch or tag to check against; the point where this one left it",
    },
    suite: { value: "NAME|FILE", about: "the suite; smoke where absent" },
    only: { value: "NAME", many: true, about: "check this row; all where absent" },
    require: { value: "NAME", many: true, about: "exit with code 2 unless this row is same or improved" },
    margin: { value: "PERCENT", about: "the slowdown that matters; 5% where absent" },
    minutes: { value: "N", about: "how long timing may take in all; 5 where absent" },
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

/** Checks and prints. */
export async function run(args: readonly string[]): Promise<number> {
  const values = read(USAGE, args);
  if (!values) return 0;
  if (values.base === undefined) {
    throw new UserError(
      "Cannot check as --base must name what to check against, e.g. --base origin/main: it is absent.",
    );
  }
  const margin = marginOf(values.margin ?? "5%");
  const minutes = whole(values.minutes ?? "5", "minutes", 1, 600);
  const suite = await loadSuite(values.suite ?? "smoke");
  const status = new StatusLine();
  const cwd = Deno.cwd();
  const started = systemClock.now();
  const { top, base, head, dirty } = await resolveBase(cwd, values.base);
  if (dirty) console.error("The head has changes that are in no commit: it is checked as it lies here.");
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
    progress: ({ row, index, rows, stage, done, total }) =>
      status.show(
        `${index + 1}/${rows} ${row}: ${stage} ${Math.floor(done)}/${total}`,
        (index + done / Math.max(1, total)) / rows,
        `${row}:${stage}`,
      ),
  };
  status.show("starting both sides", 0);
  const plan = await planCheck(checking);
  const rows: CheckedRow[] = [];
  for await (const row of check(checking, plan)) {
    rows.push(row);
    status.clear();
    console.error(`${visible(row.name)}: ${row.kind}`);
  }
  const { model, hardware } = plan.abouts.head;
  const report: CheckReport = {
    check: 1,
    at: systemClock.now(),
    suite: suite.name,
    model: model.name,
    machine: `${hardware.cpu}, ${plural(hardware.cores, "core")}, ${hardware.backend}`,
    margin,
    base,
    head: { ...head, dirty },
    seconds: (systemClock.now() - started) / 1000,
    notes: plan.notes,
    rows,
    missing: values.require.filter((name) => !rows.some((row) => row.name === name && holds(row))),
  };
  console.log(`\n${checkText(report, { colour: wantsColour(), width: Math.min(80, terminalWidth()) })}`);
  await tellGitHub(report);
  if (values.out !== undefined) await writeFiles(report, values.out);
  if (values.json) console.log(escapedJson(report));
  return exitCode(report);
}

function marginOf(text: string): number {
  const number = Number(text.replace(/%$/, ""));
  if (/^\d+(\.\d+)?%?$/.test(text) && number >= 1 && number <= 50) return number / 100;
  throw new UserError(`Cannot use --margin ${text} as it must be from 1% to 50%, e.g. 5%.`);
}
