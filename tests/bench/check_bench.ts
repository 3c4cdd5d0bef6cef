/**
 * How often `check` tells what is so: no-op changes, and a planted slowdown, each run live on this machine, one process
 * tree a run; then whether each planted fault of the answers is found. Resumable: every run is appended to
 * check_bench.jsonl when it ends, and a run that is there is not run again. Recorded pairs are replayed in other
 * orders beside the live runs, and never in their place.
 *
 *   deno run -A tests/bench/check_bench.ts [--live 20] [--suite smoke] [--only int8] [--minutes 5] [--change noop]
 */
import { parseArgs } from "@std/cli";
import { ERROR, paceOf, uniform } from "../../mod.ts";
import type { CheckReport } from "../../results/check/report.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const KEPT = new URL("./check_bench.jsonl", import.meta.url);
const REPORT = new URL("./check_bench.md", import.meta.url);
const MARGIN = 0.05;
const REPLAYS = 200;

const given = parseArgs(Deno.args, {
  string: ["live", "suite", "only", "minutes", "change"],
  default: { live: "20", suite: "smoke", minutes: "5" },
});
const live = Number(given.live);

interface Change {
  readonly file: string;
  /** Text that is there once, and what takes its place. */
  readonly find: string;
  readonly put: string;
}

/** What is planted in the head. */
const CHANGES: Readonly<Record<string, Change>> = {
  noop: { file: "engine/loop.ts", find: "/**", put: "/** A comment more.\n *" },
  // 5 % fewer tokens a second: each step takes 1/0.95 of its time, by a busy wait, as timers are coarser.
  slowdown: {
    file: "engine/loop.ts",
    find: "const emissions = await this.#step();",
    put: `const told = await this.#step();
    const until = start + (this.live.clock.now() - start) / 0.95;
    while (this.live.clock.now() < until);
    const late = this.live.clock.now();
    const emissions = told.map((one) => ({ ...one, at: late }));`,
  },
  "fault: int8 has half the bits": {
    file: "techniques/mod.ts",
    find: "int8: roundToNearest({ bits: 8, block: 64, symmetric: false })",
    put: "int8: roundToNearest({ bits: 4, block: 128, symmetric: false })",
  },
  "fault: a wrong guess is followed": {
    file: "engine/decoder.ts",
    find: "draft.parent[i] === node && guess === token",
    put: "draft.parent[i] === node && (guess === token || margin < 2)",
  },
};
const FAULTS = Object.keys(CHANGES).filter((name) => name.startsWith("fault"));

interface Run {
  readonly change: string;
  readonly run: number;
  readonly code: number;
  readonly seconds: number;
  readonly kinds: Readonly<Record<string, string>>;
  /** Logarithms of ratios, by row and workload. */
  readonly logs: Readonly<Record<string, readonly number[]>>;
  readonly machine: string;
  readonly at: string;
}

async function command(cwd: string, name: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(name, { args: [...args], cwd, stdin: "null" })
    .output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

async function must(cwd: string, ...args: readonly string[]): Promise<void> {
  const { code, err } = await command(cwd, "git", ...args);
  if (code !== 0) throw new Error(`git ${args[0]}: ${err}`);
}

const runs: Run[] = await Deno.readTextFile(KEPT).then(
  (text) => text.trim().split("\n").filter(Boolean).map((line) => JSON.parse(line)),
  () => [],
);

/** A clone of the commit with the change as its own commit, in which the check is run against the one before. */
async function once(change: string, run: number): Promise<Run> {
  const folder = await Deno.makeTempDir({ prefix: "assay_check_bench_" });
  try {
    await must(folder, "clone", "--quiet", "--shared", ROOT, "head");
    const head = `${folder}/head`;
    const { file, find, put } = CHANGES[change]!;
    const text = await Deno.readTextFile(`${head}/${file}`);
    if (!text.includes(find)) {
      throw new Error(`Cannot plant ${change} as ${file} must have ${find}: it has not`);
    }
    await Deno.writeTextFile(`${head}/${file}`, text.replace(find, put));
    await must(head, "-c", "user.name=bench", "-c", "user.email=bench@example.com", "commit", "-qam", change);
    const start = performance.now();
    const args = ["check", "--base=HEAD^", `--suite=${given.suite}`, `--minutes=${given.minutes}`, "--json"];
    const only = given.only === undefined ? [] : [`--only=${given.only}`];
    const { code, out, err } = await command(head, "deno", "task", "--quiet", ...args, ...only);
    if (code === 1) throw new Error(`the check of ${change} did not run: ${err.trim().split("\n").at(-1)}`);
    const report: CheckReport = JSON.parse(out.trim().split("\n").at(-1)!);
    const lanes = report.rows.flatMap((row) =>
      row.workloads.map((lane) => [`${row.name} ${lane.workload}`, lane.logs])
    );
    return {
      change,
      run,
      code,
      seconds: (performance.now() - start) / 1000,
      kinds: Object.fromEntries(report.rows.map(({ name, kind }) => [name, kind])),
      logs: Object.fromEntries(lanes),
      machine: report.machine,
      at: new Date().toISOString().slice(0, 10),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (let run = 1; run <= live; run++) {
  for (const change of ["noop", "slowdown", ...(run === 1 ? FAULTS : [])]) {
    if (given.change !== undefined && given.change !== change) continue;
    if (runs.some((one) => one.change === change && one.run === run)) continue;
    const one = await once(change, run);
    runs.push(one);
    await Deno.writeTextFile(KEPT, `${JSON.stringify(one)}\n`, { append: true });
    console.error(`${change} ${run} of ${live}: code ${one.code}, ${one.seconds.toFixed(0)} s`);
  }
}

/** Whether any lane regresses in pairs of these runs drawn anew, each run's lanes together, as one live run decides. */
function replayed(from: readonly Run[], replay: number): boolean {
  const { logs } = from[Math.floor(uniform(1, replay) * from.length)]!;
  const lanes = Object.values(logs);
  return lanes.some((lane, l) => {
    const drawn = lane.map((_, i) => lane[Math.floor(uniform(replay, i * lanes.length + l) * lane.length)]!);
    for (let pairs = 2; pairs <= drawn.length; pairs += 2) {
      const { kind } = paceOf(drawn.slice(0, pairs), MARGIN, ERROR / lanes.length);
      if (kind !== "unsure") return kind === "regressed";
    }
    return false;
  });
}

const lines = [
  "# How often the check is right",
  "",
  "Made by `deno run -A tests/bench/check_bench.ts`. A run is live: a clone, a commit, `deno task check` against the one before.",
  "Replayed: pairs of the live runs drawn anew; they stand beside the live runs and count for none.",
  "",
  "| change | goal | live runs | flagged | undecided | replayed | flagged | seconds, most | machine | dates |",
  "|-|-|-|-|-|-|-|-|-|-|",
];
const GOALS = [
  ["noop", "at most 1 of 40"],
  ["slowdown", "at least 19 of 20"],
  ...FAULTS.map((name) => [name, "always"] as const),
] as const;
for (const [change, goal] of GOALS) {
  const own = runs.filter((one) => one.change === change);
  if (own.length === 0) continue;
  const flagged = own.filter(({ code }) => code === 2).length;
  const open = own.filter(({ kinds }) => Object.values(kinds).includes("unsure")).length;
  const timed = own.filter(({ logs }) => Object.keys(logs).length > 0);
  const replays = timed.length === 0 ? 0 : REPLAYS;
  const again = Array.from({ length: replays }, (_, i) => replayed(timed, i)).filter(Boolean).length;
  const most = Math.max(...own.map(({ seconds }) => seconds)).toFixed(0);
  const dates = [...new Set(own.map(({ at }) => at))].join(", ");
  const machines = [...new Set(own.map(({ machine }) => machine))].join("; ");
  lines.push(
    `| ${change} | ${goal} | ${own.length} | ${flagged} | ${open} | ${replays} | ${again} | ${most} | ${machines} | ${dates} |`,
  );
}
await Deno.writeTextFile(REPORT, `${lines.join("\n")}\n`);
console.log(lines.join("\n"));
