/** What speculative decoders are to reach, and whether decoder_bench.ts found that they do. */
import { WORKLOADS } from "./decoder_configs.ts";
import { isBreach, type Line } from "./decoder_report.ts";

/** Drafters that guess from texts alone; the others are made or trained. */
const LOOKUPS = ["prompt_lookup", "answer_lookup"];
const QUOTING = ["quoted", "code_edit"];
export const GOALS = { quotingF32: 2.8, quotingInt8: 1.6, chat: 1.3, mixed: 1.4, least: 0.97 } as const;

/** Speed over the faster denominator; plain decoding's where it was not raced. */
const gain = ({ overFaster, speedup }: Line) => overFaster ?? speedup.estimate;

/** A table of figures beside goals; empty where nothing was raced that has one. */
export function goals(lines: readonly Line[]): readonly string[] {
  const table: string[] = [];
  const add = (what: string, value: string, goal: string, met: boolean) =>
    table.push(`| ${what} | ${value} | ${goal} | ${met ? "met" : "**missed**"} |`);
  const at = (precision: string) =>
    lines.filter((line) => line.precision === precision && line.streams === "1");
  for (const [precision, goal] of [["f32", GOALS.quotingF32], ["int8", GOALS.quotingInt8]] as const) {
    for (const workload of QUOTING) {
      const one = at(precision).find((line) => line.config === LOOKUPS[0] && line.workload === workload);
      if (one) {
        add(`${one.config} on ${workload}, ${precision}`, gain(one).toFixed(2), `${goal}`, gain(one) >= goal);
      }
    }
  }
  const trained = at("f32").filter(({ config, workload }) => workload === "chat" && !LOOKUPS.includes(config))
    .toSorted((a, b) => gain(b) - gain(a))[0];
  if (trained) {
    const value = `${gain(trained).toFixed(2)} (${trained.config})`;
    add("the best made or trained drafter on chat, f32", value, `${GOALS.chat}`, gain(trained) >= GOALS.chat);
  }
  for (const config of new Set(at("f32").map((line) => line.config))) {
    const all = at("f32").filter((line) => line.config === config);
    if (all.length < Object.keys(WORKLOADS).length) continue;
    // As many tokens of each workload.
    const total = (of: (line: Line) => number) => all.reduce((sum, line) => sum + of(line), 0);
    const mixed = total(({ plainTpot }) => plainTpot) / total((line) => line.plainTpot / gain(line));
    const worst = all.toSorted((a, b) => gain(a) - gain(b))[0]!;
    add(`${config} over all workloads, f32`, mixed.toFixed(2), `${GOALS.mixed}`, mixed >= GOALS.mixed);
    const least = `${gain(worst).toFixed(2)} (${worst.workload})`;
    add(`its least gain on a workload`, least, `${GOALS.least}`, gain(worst) >= GOALS.least);
  }
  if (lines.length > 0) {
    const apart = lines.filter(isBreach).length;
    add("rows with an answer that parts where rounding does not explain it", `${apart}`, "0", apart === 0);
  }
  return table.length === 0 ? [] : [
    "",
    "## Goals",
    "",
    "One stream, over the faster denominator.",
    "",
    "| figure | found | goal | |",
    "|---|---|---|---|",
    ...table,
  ];
}
