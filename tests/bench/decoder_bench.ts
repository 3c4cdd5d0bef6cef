/**
 * Speculative decoders beside plain decoding, in turns: acceptance, tokens per verification, and time between tokens by
 * workload, precision and streams, with what verifying rows costs and what that predicts. Timings here are unverified,
 * and no recording is made. Goes on where it was cut off; writes decoder_bench.json and decoder_bench.md beside this file.
 *
 *   deno run -A tests/bench/decoder_bench.ts [--configs prompt_lookup] [--workloads chat,quoted] [--precisions f32]
 *     [--streams 1] [--modes cost,peer,race] [--anew]
 */
import { parseArgs } from "@std/cli";
import { onnxEngine, readCommit, versions } from "../../mod.ts";
import { DRAFTERS, PRECISIONS, WORKLOADS } from "./decoder_configs.ts";
import { keyOf, MODES, readReport, type Row, write } from "./decoder_report.ts";

const streamsKnown = [...new Set(Object.values(PRECISIONS).flatMap(({ streams }) => streams))].map(String);
const known: Readonly<Record<string, readonly string[]>> = {
  configs: Object.keys(DRAFTERS),
  workloads: Object.keys(WORKLOADS),
  precisions: Object.keys(PRECISIONS),
  streams: streamsKnown,
  modes: MODES,
};
const parsed = parseArgs(Deno.args, { string: Object.keys(known), boolean: ["anew"] }) as Readonly<
  Record<string, unknown>
>;
const chosen = Object.fromEntries(
  Object.entries(known).map(([what, names]) => {
    const given = parsed[what] === undefined ? names : String(parsed[what]).split(",");
    const wrong = given.find((name) => !names.includes(name));
    if (wrong !== undefined) {
      console.error(`Cannot measure ${what} "${wrong}" as they must be among ${names.join(", ")}.`);
      Deno.exit(1);
    }
    return [what, names.filter((name) => given.includes(name))];
  }),
) as Readonly<Record<string, readonly string[]>>;

type Key = Pick<Row, "mode" | "precision" | "streams" | "config" | "workload">;

for (const precision of chosen.precisions!) {
  const streams = PRECISIONS[precision]!.streams.map(String).filter((one) => chosen.streams!.includes(one));
  const has = (mode: string) => chosen.modes!.includes(mode);
  if (has("cost")) await measure({ mode: "cost", precision });
  for (const one of streams) if (has("peer")) await measure({ mode: "peer", precision, streams: one });
  for (const one of has("race") ? streams : []) {
    for (const config of chosen.configs!) {
      for (const workload of chosen.workloads!) {
        await measure({ mode: "race", precision, streams: one, config, workload });
      }
    }
  }
}

// The tables follow their code, also where nothing was left to measure.
const report = await readReport();
if (report) await write(report);

/** Measures one row in a process of its own, unless it is in the report. */
async function measure(one: Key): Promise<void> {
  const rows = (await readReport())?.rows ?? [];
  if (rows.some((row) => keyOf(row) === keyOf(one)) && parsed.anew !== true) return;
  console.error(keyOf(one));
  const [load, { id: commit = "unknown" } = {}] = [Deno.loadavg()[0]!, await readCommit()];
  const child = new URL("decoder_child.ts", import.meta.url).pathname;
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", child, ...keyOf(one).split(" ")],
    stderr: "inherit",
  }).output();
  if (!success) {
    console.error(`${keyOf(one)} was not measured`);
    return;
  }
  const found = JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
  const row = { ...one, at: new Date().toISOString(), commit, load, found } as Row;
  await write({
    hardware: await onnxEngine({ backend: "native" }).hardware(),
    versions: versions(),
    rows: [...rows.filter((other) => keyOf(other) !== keyOf(one)), row],
  });
}
