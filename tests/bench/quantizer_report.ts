/** The report of quantizer_bench.ts: JSON for programs and tables for people. */
import { percentiles } from "../../mod.ts";
import type { Kind, Making, Quality, Speeds } from "./quantizer_child.ts";
import { CONFIGS } from "./quantizer_configs.ts";
import { madeOn, reportFiles, type Rows } from "./report_files.ts";

export const MODES = ["make", "quality", "speed", "wasm"] as const;
export type Mode = (typeof MODES)[number];

export interface Row {
  readonly mode: Mode;
  readonly model: string;
  readonly config: string;
  readonly streams: number;
  readonly at: string;
  readonly commit: string;
  /** Mean number of runnable processes in the minute before. */
  readonly load: number;
  readonly found: Making | Quality | Speeds;
}

type Report = Rows<Row>;

export const keyOf = ({ mode, model, config, streams }: Pick<Row, "mode" | "model" | "config" | "streams">) =>
  `${model} ${config} ${mode}${mode === "speed" ? ` ${streams}` : ""}`;

const KINDS = ["wiki", "code"] as const;
/** Of round-to-nearest's loss at 4 bits in groups of 64 on the layers alone. */
const PLAIN = "int4_body";
const SHARES = { better: 0.65, other: 0.85 };
const LEARNT = ["gptq4", "awq4"] as const;
/** Nats a token that 8-bit weights may lose; seconds and bytes that making may take; gigabytes of 4 bits. */
const EIGHT_BITS = 0.008;
/** The margin of the standard gate, nats a token, and the bits a weight that are aimed for within it. */
const MARGIN = 0.02;
const AIMS: Readonly<Record<string, number>> = { "smollm2-135m": 6.5, "qwen2.5-coder-0.5b": 5 };
/** Rows with integers on both sides of the layers' products. */
const BOTH_SIDES = ["w8a8", "smoothquant"];
const MAKING: Readonly<Record<string, Readonly<Record<string, { seconds: number; bytes?: number }>>>> = {
  "smollm2-135m": { gptq4: { seconds: 360, bytes: 2e9 }, awq4: { seconds: 240 } },
  "qwen2.5-coder-0.5b": { gptq4: { seconds: 2400 } },
};

export const files = reportFiles("quantizer_bench", markdown);

function markdown(report: Report): string {
  const order = (row: Row) => Object.keys(CONFIGS).indexOf(row.config);
  const rows = report.rows.toSorted((a, b) =>
    a.model < b.model ? 1 : a.model > b.model ? -1 : order(a) - order(b)
  );
  const models = [...new Set(rows.map(({ model }) => model))];
  return [
    "# Quantizers beside each other",
    "",
    `${
      madeOn(report)
    }. Made by \`deno run -A tests/bench/quantizer_bench.ts\`, each row in a process of its own; dates, commits and the ` +
    "load before each row are in quantizer_bench.json.",
    "",
    "The models' files themselves hold 4 to 8 bits a weight in blocks of 32 (SmolLM2: Q4_1); f32 here is what those stand for. " +
    "What a token streams is counted: the table that embeddings are looked up in comes on top, as the file stores it. Loss: nats a " +
    "token over f32 on the first 512 tokens of 40 held-out texts, with the half-width of a 95 % interval over texts. KL from f32 in nats, " +
    "over 8 texts of 128 tokens of each kind. Timings are unverified: no gate was asked.",
    ...models.flatMap((model) => sectionOf(model, rows.filter((row) => row.model === model))),
    "",
  ].join("\n");
}

function sectionOf(model: string, rows: readonly Row[]): readonly string[] {
  const found = <T>(mode: Mode) =>
    new Map(rows.filter((row) => row.mode === mode).map((row) => [row.config, row.found as T]));
  const [qualities, makings] = [found<Quality>("quality"), found<Making>("make")];
  const base = qualities.get("f32");
  const lines = ["", `## ${model}`];
  if (base) {
    lines.push("", ...qualityTable(qualities, makings, base), "", ...goals(model, qualities, makings, base));
  }
  const speeds = rows.filter(({ mode }) => mode === "speed");
  if (speeds.length > 0) lines.push("", ...speedTable(speeds, "512"));
  const wasm = rows.filter(({ mode }) => mode === "wasm");
  if (wasm.length > 0) lines.push("", "In WebAssembly:", "", ...speedTable(wasm, "64"));
  return lines;
}

function qualityTable(
  qualities: ReadonlyMap<string, Quality>,
  makings: ReadonlyMap<string, Making>,
  base: Quality,
): readonly string[] {
  const best = frontier(qualities, base);
  return [
    `| weights | bits | MB | made in, s | peak, GB | opens in, s | resident, GB | loss wiki | loss code | KL mean | p99 | same top | frontier | within ${MARGIN} |`,
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ...[...qualities].map(([config, one]) => {
      const made = makings.get(config);
      const [wiki, code] = KINDS.map((kind) => lossOf(one[kind], base[kind]));
      const shown = (
        { mean, half }: Loss,
      ) => (config === "f32" ? "0" : `${signed(mean)} ± ${half.toFixed(3)}`);
      const both = (of: (kind: Kind) => number) =>
        KINDS.map((kind) => of(one[kind])).map((v) => v.toFixed(3)).join(", ");
      return `| ${
        [
          config,
          bitsOf(one, base).toFixed(2),
          (one.weightBytes / 1e6).toFixed(0),
          made?.seconds?.toFixed(0) ?? "",
          made ? (made.peakBytes / 1e9).toFixed(2) : "",
          one.openSeconds.toFixed(2),
          (one.residentBytes / 1e9).toFixed(2),
          shown(wiki!),
          shown(code!),
          both(({ kl }) => kl.mean),
          both(({ kl }) => kl.p99),
          both(({ kl }) => kl.sameTop),
          best.has(config) ? "yes" : "",
          within(one, base) ? "yes" : "",
        ].join(" | ")
      } |`;
    }),
  ];
}

interface Loss {
  readonly mean: number;
  readonly half: number;
}

/** Paired by text, nats a token. */
function lossOf(own: Kind, base: Kind): Loss {
  const differences = own.nll.map((value, i) => value - base.nll[i]!);
  const n = differences.length;
  const mean = differences.reduce((sum, v) => sum + v, 0) / n;
  const variance = differences.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (n - 1);
  return { mean, half: 1.96 * Math.sqrt(variance / n) };
}

const worst = (one: Quality, base: Quality) =>
  Math.max(...KINDS.map((kind) => lossOf(one[kind], base[kind]).mean));

/** Bits of a weight that a token streams; those of f32 are 32. */
const bitsOf = (one: Quality, base: Quality) => 32 * one.weightBytes / base.weightBytes;

/** Whether both losses are within the margin with their intervals, on these texts: what the gate would ask of them. */
const within = (one: Quality, base: Quality) =>
  KINDS.every((kind) => {
    const { mean, half } = lossOf(one[kind], base[kind]);
    return mean + half < MARGIN;
  });

/** Rows that no other one beats in both bits and the worse of the two losses. */
function frontier(qualities: ReadonlyMap<string, Quality>, base: Quality): ReadonlySet<string> {
  const all = [...qualities].map(([config, one]) => ({
    config,
    bits: bitsOf(one, base),
    loss: worst(one, base),
  }));
  return new Set(
    all.filter((one) => !all.some((other) => other.bits < one.bits && other.loss <= one.loss)).map((
      { config },
    ) => config),
  );
}

function goals(
  model: string,
  qualities: ReadonlyMap<string, Quality>,
  makings: ReadonlyMap<string, Making>,
  base: Quality,
): readonly string[] {
  const lines: string[] = [];
  const add = (what: string, value: string, goal: string, met: boolean) =>
    lines.push(`| ${what} | ${value} | ${goal} | ${met ? "met" : "**missed**"} |`);
  const plain = qualities.get(PLAIN);
  const learnt = LEARNT.flatMap((config) => {
    const one = qualities.get(config);
    if (!one || !plain) return [];
    const shares = KINDS.map((kind) =>
      lossOf(one[kind], base[kind]).mean / lossOf(plain[kind], base[kind]).mean
    );
    return [{ config, shares }];
  }).sort((a, b) => Math.max(...a.shares) - Math.max(...b.shares));
  for (const [i, { config, shares }] of learnt.entries()) {
    const goal = i === 0 ? SHARES.better : SHARES.other;
    const text = KINDS.map((kind, k) => `${kind} ${shares[k]!.toFixed(2)}`).join(", ");
    add(`loss of ${config} over that of ${PLAIN}`, text, `${goal}`, shares.every((share) => share <= goal));
  }
  const eight = qualities.get("int8");
  if (eight) {
    add("loss of 8 bits", worst(eight, base).toFixed(4), `${EIGHT_BITS}`, worst(eight, base) <= EIGHT_BITS);
  }
  for (const [config, goal] of Object.entries(MAKING[model] ?? {})) {
    const made = makings.get(config);
    if (made?.seconds === undefined) continue;
    add(
      `seconds to make ${config}`,
      made.seconds.toFixed(0),
      `${goal.seconds}`,
      made.seconds <= goal.seconds,
    );
    if (goal.bytes === undefined) continue;
    add(
      `peak memory of making ${config}, GB`,
      (made.peakBytes / 1e9).toFixed(2),
      (goal.bytes / 1e9).toFixed(2),
      made.peakBytes <= goal.bytes,
    );
  }
  const opened = LEARNT.flatMap((config) => qualities.get(config)?.openSeconds ?? []);
  if (opened.length > 0) {
    const most = Math.max(...opened);
    add("seconds to open what was made", most.toFixed(2), "2", most < 2);
  }
  const kept = [...qualities].filter(([config, one]) => config !== "f32" && within(one, base))
    .sort(([, a], [, b]) => a.weightBytes - b.weightBytes);
  const [smallest] = kept;
  const both = kept.find(([config]) => BOTH_SIDES.includes(config));
  const said = (one: typeof smallest) => (one ? `${bitsOf(one[1], base).toFixed(2)} (${one[0]})` : "none");
  const aim = AIMS[model];
  if (aim !== undefined && qualities.size > 1) {
    const met = smallest !== undefined && bitsOf(smallest[1], base) <= aim;
    add(
      `fewest bits a weight that lose less than ${MARGIN}, interval included`,
      said(smallest),
      `${aim}`,
      met,
    );
    add("with integers on both sides", said(both), "one", both !== undefined);
  }
  const four = qualities.get("int4");
  if (four && model === "smollm2-135m") {
    const gigabytes = four.residentBytes / 1e9;
    add("resident memory of 4 bits, GB", gigabytes.toFixed(2), "0.45", gigabytes <= 0.45);
  }
  return lines.length === 0 ? [] : ["| figure | found | goal | |", "|---|---|---|---|", ...lines];
}

function speedTable(rows: readonly Row[], prompt: string): readonly string[] {
  const streams = [...new Set(rows.map((row) => row.streams))].sort((a, b) => a - b);
  const configs = [...new Set(rows.map(({ config }) => config))];
  const ratio = ({ estimate, interval }: Speeds["decode"]) =>
    `${estimate.toFixed(2)} [${interval.low.toFixed(2)}, ${interval.high.toFixed(2)}]`;
  const at = (config: string, count: number) =>
    rows.find((row) => row.config === config && row.streams === count)?.found as Speeds | undefined;
  const prefills = (config: string) => at(config, streams[0]!)?.prefill;
  const loads = percentiles(rows.map(({ load }) => load));
  return [
    `Tokens a second over f32's in turns, unverified (median load before a row ${loads.p50.toFixed(1)}):`,
    "",
    `| weights | ${
      streams.map((count) => `decode, ${count} stream${count > 1 ? "s" : ""}`).join(" | ")
    } | prefill of ${prompt} |`,
    `|---|${streams.map(() => "---|").join("")}---|`,
    ...configs.map((config) => {
      const cells = streams.map((count) => at(config, count)).map((one) => (one ? ratio(one.decode) : ""));
      const prefill = prefills(config);
      return `| ${[config, ...cells, prefill ? ratio(prefill) : ""].join(" | ")} |`;
    }),
  ];
}

const signed = (value: number) => `${value >= 0 ? "+" : ""}${value.toFixed(3)}`;
