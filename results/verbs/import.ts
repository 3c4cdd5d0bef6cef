/** `deno task import`: takes in exports of other machines, or judges what other tools asked of two arms. */
import { systemClock, UserError } from "../../engine/mod.ts";
import { visible } from "../columns.ts";
import { publicKey } from "../exchange/seal.ts";
import { survey } from "../exchange/survey.ts";
import { take } from "../exchange/take.ts";
import { count, plural } from "../figures.ts";
import type { ResultsStore } from "../recording.ts";
import { openStore, storePath } from "../store.ts";
import { read } from "./arguments.ts";
import { importLogs } from "./import_logs.ts";
import { onInterrupt } from "./interrupt.ts";
import { StatusLine } from "./status_line.ts";

const USAGE = {
  command: "deno task import",
  about: "takes in recordings that `deno task export` wrote elsewhere; or, with --base and --candidate, " +
    "judges logs of lm-evaluation-harness or Inspect in pairs and records the outcome, marked as imported",
  operand: {
    value: "FILE",
    many: true,
    about: "exports, gzipped or not; what is here already is passed over",
  },
  options: {
    strict: { about: "keep nothing of an export in which anything is amiss" },
    trust: {
      value: "KEY",
      many: true,
      about: 'what this key signs, "ed25519:...", counts as trusted from now on',
    },
    base: {
      value: "DIR|FILE",
      about: "the baseline's samples_*.jsonl (lm_eval --log_samples), or Inspect's logs",
    },
    candidate: { value: "DIR|FILE", about: "the candidate's, of the same documents" },
    margin: {
      value: "METRIC=LOSS",
      many: true,
      about: "the largest loss that passes; the board's where absent",
    },
    "speed-base": {
      value: "FILE",
      about: "the baseline's result of vllm bench serve, GuideLLM (JSON) or AIPerf (profile_export.jsonl)",
    },
    "speed-candidate": { value: "FILE", about: "the candidate's, under the same load" },
    name: { value: "NAME", about: "what to call it; the candidate's model where absent" },
    store: { value: "FILE", about: `the store; ${storePath()} where absent` },
  },
} as const;

/** Reasons, and lines of each, that are told one by one. */
const TOLD = 12;

/** Takes in what is given; exit code 1 where anything was amiss in an export. */
export async function run(args: readonly string[]): Promise<number> {
  const values = read(USAGE, args);
  if (!values) return 0;
  const { base, candidate, "speed-base": speedBase, "speed-candidate": speedCandidate, name } = values;
  if (values._.length > 0 || (base === undefined && candidate === undefined && values.trust.length > 0)) {
    if (base !== undefined || candidate !== undefined) {
      throw new UserError("Cannot import exports and logs at once: give files, or --base and --candidate.");
    }
    return await takeAll(values._, values) ? 0 : 1;
  }
  if (base === undefined || candidate === undefined) {
    throw new UserError(
      base === candidate
        ? "Cannot import nothing: give exports as files, or logs of both arms as --base and --candidate."
        : `Cannot import as both arms must be given: --${
          base === undefined ? "base" : "candidate"
        } is missing.`,
    );
  }
  if ((speedBase === undefined) !== (speedCandidate === undefined)) {
    const missing = speedBase === undefined ? "base" : "candidate";
    throw new UserError(`Cannot import a speed as both arms must be timed: --speed-${missing} is missing.`);
  }
  await importLogs({
    base,
    candidate,
    margin: values.margin,
    ...(speedBase === undefined || speedCandidate === undefined
      ? {}
      : { speed: { base: speedBase, candidate: speedCandidate } }),
    ...(name === undefined ? {} : { name }),
    ...(values.store === undefined ? {} : { store: values.store }),
  });
  return 0;
}

/** Whether nothing was amiss in any of the files; what is right is kept either way. */
async function takeAll(
  paths: readonly string[],
  given: { readonly strict: boolean; readonly trust: readonly string[]; readonly store: string | undefined },
): Promise<boolean> {
  const keys = given.trust.map(publicKey);
  const status = new StatusLine();
  using _ = onInterrupt(
    () => status.clear(),
    "Interrupted. What was taken in is kept; run the same command to go on.",
  );
  using store = openStore(
    given.store,
    (done, total) => status.show(`indexing ${done}/${total}`, done / total),
  );
  for (const key of keys) {
    store.trust(key);
    console.log(`What ${key} signs is trusted here from now on.`);
  }
  let sound = true;
  for (const path of paths) sound = await takeOne(path, store, given.strict, status) && sound;
  return sound;
}

/** Whether nothing was amiss. */
async function takeOne(
  path: string,
  store: ResultsStore,
  strict: boolean,
  status: StatusLine,
): Promise<boolean> {
  const now = systemClock.now();
  const shown = visible(path);
  const size = Math.max(1, await Deno.stat(path).then(({ size }) => size, () => 1));
  const bar = (what: string) => (bytes: number) =>
    status.show(`${what} ${Math.round(100 * bytes / size)} % ${shown}`, bytes / size, what);
  const { origin, lines, signature, amiss } = await survey(path, now, bar("checking the seal,"));
  const wrong = new Map<string, number[]>();
  const taking = {
    now,
    workers: lines < 500 ? 0 : 2,
    wrong: (line: number, why: string) => {
      const lines = wrong.get(why) ?? [];
      lines.push(line);
      wrong.set(why, lines);
    },
  };
  if (strict) {
    const tried = await take(path, origin, { ...taking, progress: bar("examining,") });
    status.clear();
    if (tried.wrong > 0 || amiss.length > 0) {
      const found = tried.wrong === 0
        ? ""
        : ` ${plural(tried.wrong, "line")} cannot be kept:\n${told(wrong)}`;
      throw new UserError(
        `Cannot import ${shown} as with --strict nothing may be amiss. ${
          amiss.join(" ")
        }${found}\nNothing was kept of it.`,
      );
    }
  }
  const taken = await take(path, origin, { ...taking, progress: bar("taking in,") }, store);
  status.clear();
  const by = origin.by === undefined ? "" : `, exported by ${visible(origin.by)}`;
  console.log(
    `${shown}: ${plural(taken.added, "recording")} taken in, ${count(taken.known)} here already${by}, ${
      signature === "unfit"
        ? "its signature does not fit what it holds"
        : origin.key === undefined
        ? "unsigned"
        : `signed with ${origin.key}`
    }.`,
  );
  for (const sentence of amiss) console.error(sentence);
  if (taken.wrong > 0) console.error(`${plural(taken.wrong, "line")} left out:\n${told(wrong)}`);
  return amiss.length === 0 && taken.wrong === 0;
}

/** By reason, with the first of its lines. */
function told(wrong: ReadonlyMap<string, readonly number[]>): string {
  const reasons = [...wrong].map(([why, lines]) =>
    `  ${lines.length === 1 ? "line" : "lines"} ${lines.slice(0, TOLD).join(", ")}${
      lines.length > TOLD ? " and others" : ""
    }: ${visible(why)}`
  );
  return [
    ...reasons.slice(0, TOLD),
    ...(reasons.length > TOLD ? [`  and ${count(reasons.length - TOLD)} more reasons`] : []),
  ].join("\n");
}
