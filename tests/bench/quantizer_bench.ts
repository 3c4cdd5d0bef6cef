/**
 * Quantizers beside each other: what they lose on held-out text, what their weights take, and how fast they are,
 * whether the gate would let them pass or not: timings here are unverified, and no recording is made. Goes on where it
 * was cut off; writes quantizer_bench.json and quantizer_bench.md beside this file.
 *
 *   deno run -A tests/bench/quantizer_bench.ts [--models a,b] [--configs f32,int8] [--modes make,quality,speed,wasm] [--anew]
 */
import { readCommit } from "../../mod.ts";
import type { Making } from "./quantizer_child.ts";
import { choices } from "./choices.ts";
import { CONFIGS, MODELS_MEASURED } from "./quantizer_configs.ts";
import { files, keyOf, MODES, type Row } from "./quantizer_report.ts";
import { inOwnProcess, rowsHere } from "./report_files.ts";

const { chosen, anew } = choices({
  models: Object.keys(MODELS_MEASURED),
  configs: Object.keys(CONFIGS),
  modes: MODES,
});

for (const model of chosen.models!) {
  for (const config of chosen.configs!) {
    for (const mode of MODES.filter((one) => chosen.modes!.includes(one))) {
      const all = mode === "speed" ? MODELS_MEASURED[model]!.streams : [1];
      // Timings of what is emulated would say nothing.
      const untimed = config === "f32" || CONFIGS[config]!.some(({ emulated }) => emulated !== undefined);
      const skipped = mode === "speed"
        ? untimed
        : mode === "wasm" && !MODELS_MEASURED[model]!.wasm.includes(config);
      for (const streams of skipped ? [] : all) {
        await measure({ mode, model, config, streams });
      }
    }
  }
}

// The tables follow their code, also where nothing was left to measure.
const report = await files.read();
if (report) await files.write(report);

/** Measures one row in a process of its own, unless it is in the report. */
async function measure(one: Pick<Row, "mode" | "model" | "config" | "streams">): Promise<void> {
  const rows = (await files.read())?.rows ?? [];
  const known = rows.find((row) => keyOf(row) === keyOf(one));
  if (known && !anew) return;
  console.error(keyOf(one));
  const [load, { id: commit = "unknown" } = {}] = [Deno.loadavg()[0]!, await readCommit()];
  const found = await inOwnProcess<Row["found"]>("quantizer_child.ts", [
    one.mode,
    one.model,
    one.config,
    `${one.streams}`,
  ]);
  if (found === undefined) {
    console.error(`${keyOf(one)} was not measured`);
    return;
  }
  // Weights that were there tell nothing of what making them took.
  if (one.mode === "make" && (found as Making).seconds === undefined && known) return;
  const row: Row = { ...one, at: new Date().toISOString(), commit, load, found };
  await files.write(await rowsHere([...rows.filter((other) => keyOf(other) !== keyOf(one)), row]));
}
