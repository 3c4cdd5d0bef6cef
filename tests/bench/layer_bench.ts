/**
 * Which layers of the default model turn hidden states least, for a draft that does without them: the mean of 1 - cos
 * between what goes into a run of layers and what comes out, over calibration text (Men et al., ShortGPT, 2024). Writes
 * layer_bench.json and layer_bench.md beside this file.
 *
 *   deno run -A tests/bench/layer_bench.ts
 */
import { defaultModel, madeNotes, readCommit } from "../../mod.ts";
import { openMade } from "../../engine/workbench/made.ts";
import { calibrate } from "../../techniques/quantizers/calibration.ts";
import type { LayerParams, Turned } from "./layer_maker.ts";
import { madeOn, reportFiles, type Rows, rowsHere } from "./report_files.ts";

/** The run of so many layers that turns hidden states least. */
interface Row {
  readonly count: number;
  readonly first: number;
  readonly turned: number;
  readonly commit: string;
}

const PIECES = 24;
const TOKENS = 512;
const COUNTS = [5, 10, 15, 20, 25];

const { texts } = await calibrate({ pieces: PIECES, tokens: TOKENS });
const model = await defaultModel();
const params: LayerParams = { texts, pieces: PIECES, tokens: TOKENS };
const measured = {
  ...model,
  params: { ...model.params, made: { name: "turned", params } },
  maker: import.meta.resolve("./layer_maker.ts"),
};
using _weights = await openMade(measured, () => {});
const { turned } = (await madeNotes(measured))!.turned as unknown as { readonly turned: Turned };
const { id: commit = "unknown" } = await readCommit() ?? {};
const rows = COUNTS.filter((count) => count < turned.length).map((count): Row => {
  const runs = turned.flatMap((from, first) =>
    from.length >= count ? [{ first, turned: from[count - 1]! }] : []
  );
  return { count, commit, ...runs.toSorted((a, b) => a.turned - b.turned)[0]! };
});
const files = reportFiles("layer_bench", (report: Rows<Row>) =>
  [
    "# Layers that a draft does without",
    "",
    `${
      madeOn(report)
    }. ${model.name}, ${turned.length} layers, ${PIECES} calibration pieces of ${TOKENS} tokens. Made by \`deno run -A tests/bench/layer_bench.ts\`.`,
    "",
    "| layers left out | the run that turns hidden states least | mean of 1 - cos |",
    "|---|---|---|",
    ...report.rows.map(({ count, first, turned }) =>
      `| ${count} | ${first} to ${first + count - 1} | ${turned.toFixed(3)} |`
    ),
    "",
  ].join("\n"));
await files.write(await rowsHere(rows));
