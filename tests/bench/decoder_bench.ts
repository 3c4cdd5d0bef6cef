/**
 * Speculative decoders beside plain decoding, in turns: acceptance, tokens per verification, and time between tokens by
 * workload, precision and streams, with what verifying rows costs and what that predicts. Timings here are unverified,
 * and no recording is made. Goes on where it was cut off; writes decoder_bench.json and decoder_bench.md beside this file.
 *
 *   deno run -A tests/bench/decoder_bench.ts [--configs prompt_lookup] [--workloads chat,quoted] [--precisions f32]
 *     [--streams 1] [--modes cost,trained,peer,race] [--anew]
 */
import { readCommit } from "../../mod.ts";
import { choices } from "./choices.ts";
import { DRAFTERS, PRECISIONS, WORKLOADS } from "./decoder_configs.ts";
import { files, keyOf, MODES, type Row } from "./decoder_report.ts";
import { inOwnProcess, rowsHere } from "./report_files.ts";

const streamsKnown = [...new Set(Object.values(PRECISIONS).flatMap(({ streams }) => streams))].map(String);
const { chosen, anew } = choices({
  configs: Object.keys(DRAFTERS),
  workloads: Object.keys(WORKLOADS),
  precisions: Object.keys(PRECISIONS),
  streams: streamsKnown,
  modes: MODES,
});

type Key = Pick<Row, "mode" | "precision" | "streams" | "config" | "workload">;

for (const precision of chosen.precisions!) {
  const streams = PRECISIONS[precision]!.streams.map(String).filter((one) => chosen.streams!.includes(one));
  const has = (mode: string) => chosen.modes!.includes(mode);
  if (has("cost")) await measure({ mode: "cost", precision });
  for (const config of chosen.configs!) {
    if (has("trained") && precision === "f32" && DRAFTERS[config]!.train) {
      await measure({ mode: "trained", precision, config });
    }
  }
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
const report = await files.read();
if (report) await files.write(report);

/** Measures one row in a process of its own, unless it is in the report. */
async function measure(one: Key): Promise<void> {
  const rows = (await files.read())?.rows ?? [];
  if (rows.some((row) => keyOf(row) === keyOf(one)) && !anew) return;
  console.error(keyOf(one));
  const [load, { id: commit = "unknown" } = {}] = [Deno.loadavg()[0]!, await readCommit()];
  const found = await inOwnProcess<Row["found"]>("decoder_child.ts", keyOf(one).split(" "));
  if (found === undefined) {
    console.error(`${keyOf(one)} was not measured`);
    return;
  }
  const row = { ...one, at: new Date().toISOString(), commit, load, found } as Row;
  await files.write(await rowsHere([...rows.filter((other) => keyOf(other) !== keyOf(one)), row]));
}
