/** `deno task perf`: times rows of a suite beside the baseline. Unverified: nothing is judged or recorded. */
import { loadSuite, plan, race, workloadSpeed } from "../../evals/mod.ts";
import { type Engine, type Session, type Stack, Unsupported, UserError } from "../../engine/mod.ts";
import { escapedJson, visible } from "../columns.ts";
import { read, whole } from "./arguments.ts";
import { onInterrupt } from "./interrupt.ts";
import { prepare, SETTING } from "./setting.ts";
import { StatusLine } from "./status_line.ts";

const USAGE = {
  command: "deno task perf",
  about: "times rows of a suite beside the baseline, unverified; judges and records nothing",
  options: {
    suite: { value: "NAME|FILE", about: "the suite; standard where absent" },
    only: { value: "NAME", many: true, about: "time this row; all where absent" },
    workload: { value: "NAME", many: true, about: "on this workload of the suite; all where absent" },
    pairs: { value: "N", about: "pairs of timed blocks; the suite's where absent" },
    json: { about: "end with one JSON document on one line" },
    ...SETTING,
  },
} as const;

/** Races and prints, in a setting: the one that the options name, where no other is given. */
export async function run(args: readonly string[], prepared: typeof prepare = prepare): Promise<number> {
  const values = read(USAGE, args);
  if (!values) return 0;
  const suite = await loadSuite(values.suite ?? "standard");
  const status = new StatusLine();
  using _ = onInterrupt(() => status.clear(), "Interrupted.");
  const setting = await prepared(values, status);
  const rows = select(await plan({ suite, ...setting }), (row) => row.trial.name, values.only, "row");
  const workloads = select(suite.workloads, (workload) => workload.name, values.workload, "workload");
  const pairs = values.pairs === undefined ? suite.pairs : whole(values.pairs, "pairs", 2, 1000);
  await using base = await setting.engine.open(setting.baseline);
  const results: unknown[] = [];
  for (const { trial, engine, candidate: stack, techniques } of rows) {
    const emulated = techniques.find((technique) => technique.emulated !== undefined);
    const opened = await openOr(engine, stack);
    if (typeof opened === "string") {
      status.clear();
      console.log(`skipped     ${trial.name.padEnd(20)} ${opened}`);
      results.push({ kind: "skipped", name: trial.name, reason: opened });
      continue;
    }
    await using candidate = opened;
    for (const workload of workloads) {
      const { blocks } = await race(
        { base, candidate },
        workload,
        pairs,
        (done, total) => status.show(`${trial.name}: ${workload.name} ${done}/${total}`, done / total),
        setting.clock,
      );
      const bytes = {
        base: (await base.stats()).addedBytes,
        candidate: (await candidate.stats()).addedBytes,
      };
      const given = { noise: Infinity, bytes, seed: suite.seed };
      // Nothing was judged, so nothing is claimed.
      const { blocks: _b, claim: _c, noise: _n, ...speed } = workloadSpeed(workload.name, blocks, given);
      const { estimate, interval: { low, high } } = speed.ratio;
      status.clear();
      console.log(
        `unverified  ${visible(trial.name).padEnd(20)} ${visible(workload.name).padEnd(14)} ` +
          `${estimate.toFixed(2)}x [${low.toFixed(2)}, ${high.toFixed(2)}]  ${
            speed.candidate.tokensPerSecond.toFixed(1)
          } tokens/s`,
      );
      if (emulated) {
        console.log(`            not its own: ${emulated.name} is emulated, ${emulated.emulated}`);
      }
      results.push({
        kind: "unverified",
        name: trial.name,
        ...(emulated ? { emulated: emulated.emulated } : {}),
        ...speed,
      });
    }
  }
  if (values.json) console.log(escapedJson({ suite: suite.name, results }));
  return 0;
}

/** A session, or why the engine cannot open it. */
async function openOr(engine: Engine, stack: Stack): Promise<Session | string> {
  try {
    return await engine.open(stack);
  } catch (error) {
    if (error instanceof Unsupported) return error.message;
    throw error;
  }
}

function select<T>(
  all: readonly T[],
  nameOf: (one: T) => string,
  names: readonly string[],
  kind: string,
): readonly T[] {
  const unknown = names.find((name) => !all.some((one) => nameOf(one) === name));
  if (unknown !== undefined) {
    throw new UserError(`Cannot time ${kind} ${unknown} as the suite's are ${all.map(nameOf).join(", ")}.`);
  }
  return names.length === 0 ? all : all.filter((one) => names.includes(nameOf(one)));
}
