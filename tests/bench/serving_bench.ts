/**
 * Batchers and caches beside what they are to beat, in turns on the real model: continuous batching, a whole
 * stack, prefix caching, chunked prefill, the token budget, offloading. Timings here are unverified, and no recording is made.
 * Goes on where it was cut off; writes serving_bench.json and serving_bench.md beside this file.
 *
 *   deno run -A tests/bench/serving_bench.ts [--modes batching,stack,prefix,chunked,budget,offload] [--anew]
 */
import { readCommit } from "../../mod.ts";
import { choices } from "./choices.ts";
import { inOwnProcess, rowsHere } from "./report_files.ts";
import type { Mode } from "./serving_child.ts";
import { files, type Row } from "./serving_report.ts";

/** Rounds of each part, in which every arm has its turn. */
const ROUNDS: Readonly<Record<Mode, number>> = {
  batching: 4,
  stack: 3,
  prefix: 10,
  chunked: 4,
  budget: 2,
  offload: 8,
};

const { chosen, anew } = choices({ modes: Object.keys(ROUNDS) });

for (const mode of chosen.modes as readonly Mode[]) {
  const rows = (await files.read())?.rows ?? [];
  if (rows.some((row) => row.mode === mode) && !anew) continue;
  console.error(mode);
  const [load, { id: commit = "unknown" } = {}] = [Deno.loadavg()[0]!, await readCommit()];
  const found = await inOwnProcess("serving_child.ts", [mode, `${ROUNDS[mode]}`]);
  if (found === undefined) {
    console.error(`${mode} was not measured`);
    continue;
  }
  const row: Row = { mode, at: new Date().toISOString(), commit, load, found };
  const all = [...rows.filter((other) => other.mode !== mode), row];
  const order = Object.keys(ROUNDS);
  await files.write(
    await rowsHere(all.toSorted((a, b) => order.indexOf(a.mode) - order.indexOf(b.mode))),
  );
}

// The tables follow their code, also where nothing was left to measure.
const report = await files.read();
if (report) await files.write(report);
