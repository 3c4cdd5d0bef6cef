/**
 * Quantizers beside each other: what they lose on held-out text, what their weights take, and how fast they are,
 * whether the gate would let them pass or not: timings here are unverified, and no recording is made. Goes on where it
 * was cut off; writes quantizer_bench.json and quantizer_bench.md beside this file.
 *
 *   deno run -A tests/bench/quantizer_bench.ts [--models a,b] [--configs f32,int8] [--modes make,quality,speed,wasm] [--anew]
 */
import { parseArgs } from "@std/cli";
import { onnxEngine, readCommit, versions } from "../../mod.ts";
import { CONFIGS, MODELS_MEASURED } from "./quantizer_configs.ts";
import { keyOf, MODES, readReport, type Row, write } from "./quantizer_report.ts";

const {
  models = Object.keys(MODELS_MEASURED).join(),
  configs = Object.keys(CONFIGS).join(),
  modes = MODES.join(),
  anew = false,
} = parseArgs(Deno.args, { string: ["models", "configs", "modes"], boolean: ["anew"] }) as {
  models?: string;
  configs?: string;
  modes?: string;
  anew?: boolean;
};

const known = { models: Object.keys(MODELS_MEASURED), configs: Object.keys(CONFIGS), modes: [...MODES] };
for (const [what, given] of Object.entries({ models, configs, modes })) {
  const names: readonly string[] = known[what as keyof typeof known];
  const wrong = given.split(",").find((name) => !names.includes(name));
  if (wrong === undefined) continue;
  console.error(`Cannot measure ${what} "${wrong}" as they must be among ${names.join(", ")}.`);
  Deno.exit(1);
}

for (const model of models.split(",")) {
  for (const config of configs.split(",")) {
    for (const mode of MODES.filter((one) => modes.split(",").includes(one))) {
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
const report = await readReport();
if (report) await write(report);

/** Measures one row in a process of its own, unless it is in the report. */
async function measure(one: Pick<Row, "mode" | "model" | "config" | "streams">): Promise<void> {
  const rows = (await readReport())?.rows ?? [];
  const known = rows.find((row) => keyOf(row) === keyOf(one));
  if (known && !anew) return;
  console.error(keyOf(one));
  const [load, { id: commit = "unknown" } = {}] = [Deno.loadavg()[0]!, await readCommit()];
  const child = new URL("quantizer_child.ts", import.meta.url).pathname;
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", child, one.mode, one.model, one.config, `${one.streams}`],
    stderr: "inherit",
  }).output();
  if (!success) {
    console.error(`${keyOf(one)} was not measured`);
    return;
  }
  const found = JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
  // Weights that were there tell nothing of what making them took.
  if (one.mode === "make" && found.seconds === undefined && known) return;
  const row: Row = { ...one, at: new Date().toISOString(), commit, load, found };
  await write({
    hardware: await onnxEngine({ backend: "native" }).hardware(),
    versions: versions(),
    rows: [...rows.filter((other) => keyOf(other) !== keyOf(one)), row],
  });
}
