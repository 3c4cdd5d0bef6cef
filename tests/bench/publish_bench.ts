/**
 * `deno task publish` over many recordings, as a user runs it: a first site, the same again with nothing new, and again
 * with one more recording. Writes publish_bench.md beside this file.
 *
 *   deno run -A tests/bench/publish_bench.ts [--recordings 10000]
 */
import { cpuUsage } from "node:process";
import { parseArgs } from "@std/cli";
import { openStore, readHardware, versions } from "../../mod.ts";
import { run as takeIn } from "../../results/verbs/import.ts";
import { run } from "../../results/verbs/publish.ts";
import { failed, recording, trial } from "../results/fixture.ts";
import { printed } from "../results/verbs/console.ts";
import { SCOPES, writeMany } from "./many_recordings.ts";

const GOAL_SECONDS = 60;
const GOAL_PAGE_KB = 400;

const count = Number(parseArgs(Deno.args, { string: ["recordings"] }).recordings ?? 10_000);
const load = Deno.loadavg()[0]!;
const folder = await Deno.makeTempDir();
const [path, site] = [`${folder}/store.sqlite`, `${folder}/site`];

interface Run {
  readonly seconds: number;
  /** Of the processor, all threads: what other work on the machine adds nothing to. */
  readonly busy: number;
  readonly said: string;
}

async function publish(): Promise<Run> {
  const busy = () => Object.values(cpuUsage()).reduce((sum, microseconds) => sum + microseconds, 0) / 1e6;
  const [before, started] = [busy(), performance.now()];
  const { out } = await printed(() => run([site, "--store", path]));
  return {
    seconds: (performance.now() - started) / 1000,
    busy: busy() - before,
    said: out[0]!.replace(site, "DIR"),
  };
}

interface Sizes {
  readonly files: number;
  readonly bytes: number;
  readonly largest: number;
}

/** Files under a folder whose path ends so. */
function sizes(under: string, ending: string): Sizes {
  return [...Deno.readDirSync(under)].map(({ name, isDirectory }): Sizes => {
    const inner = `${under}/${name}`;
    if (isDirectory) return sizes(inner, ending);
    const { size } = Deno.statSync(inner);
    return name.endsWith(ending)
      ? { files: 1, bytes: size, largest: size }
      : { files: 0, bytes: 0, largest: 0 };
  }).reduce((a, b) => ({
    files: a.files + b.files,
    bytes: a.bytes + b.bytes,
    largest: Math.max(a.largest, b.largest),
  }), { files: 0, bytes: 0, largest: 0 });
}

try {
  const text = await writeMany(`${folder}/export.jsonl`, count);
  await printed(() => takeIn([`${folder}/export.jsonl`, "--store", path]));
  await Deno.remove(`${folder}/export.jsonl`);
  const first = await publish();
  const again = await publish();
  const [html, json, all] = [".html", ".json", ""].map((ending) => sizes(site, ending));
  {
    using store = openStore(path);
    store.append(await recording(failed(trial("one_more")), { at: Date.UTC(2027, 0, 1) }));
  }
  const more = await publish();
  const { cpu, cores } = await readHardware("none", 1);
  const made = Object.entries(await versions()).filter(([name]) => ["assay", "deno"].includes(name)).map(
    ([name, version]) => `${name} ${version}`,
  );
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const kb = (bytes: number) => `${(bytes / 1e3).toFixed(0)} kB`;
  const met = (isMet: boolean) => isMet ? "met" : "missed";
  const row = (what: string, { seconds, busy }: Run, goal = " | ") =>
    `| ${what} | ${seconds.toFixed(1)} | ${goal} | ${busy.toFixed(1)} |`;
  const report = `# Publishing ${count.toLocaleString("en")} recordings

${new Date().toISOString().slice(0, 10)}, ${cpu}, ${cores} cores, load ${load.toFixed(1)} before the run; ${
    made.join(", ")
  }. Made by
\`deno run -A tests/bench/publish_bench.ts --recordings ${count}\`: seconds of \`publish DIR\`, over recordings of ${
    kb(text / count)
  } of JSON each on average on ${SCOPES} machines with models and suites (many_recordings.ts), in a store of ${
    mb(Deno.statSync(path).size)
  }.

| what | seconds | goal | | of the processor |
| ---- | ------- | ---- | - | --------------- |
${row("the first time", first, `${GOAL_SECONDS} | ${met(first.seconds <= GOAL_SECONDS)}`)}
${row("again, nothing new", again)}
${row("again, one recording more", more)}

| files | how many | in all | the largest | goal | |
| ----- | -------- | ------ | ----------- | ---- | - |
| pages | ${html!.files} | ${mb(html!.bytes)} | ${kb(html!.largest)} | ${GOAL_PAGE_KB} kB | ${
    met(html!.largest <= GOAL_PAGE_KB * 1000)
  } |
| JSON  | ${json!.files} | ${mb(json!.bytes)} | ${kb(json!.largest)} | | |
| all   | ${all!.files} | ${mb(all!.bytes)} | ${kb(all!.largest)} | | |

${[first, again, more].map(({ said }) => `- ${said}`).join("\n")}
`;
  await Deno.writeTextFile(new URL("publish_bench.md", import.meta.url), report);
  console.log(report);
} finally {
  await Deno.remove(folder, { recursive: true });
}
