/** The report of server_bench.ts: JSON for programs and tables for people. */
import { type LatencyFigures, ratioOf } from "../../mod.ts";
import { madeOn, reportFiles, type Rows } from "./report_files.ts";
import type { Contest, Mode, Ratio } from "./server_child.ts";
import type { Generators, Told } from "./server_generators.ts";

/** Pairs of blocks of a row, and requests of a block. */
export const PAIRS = 4;
export const GENERATOR_PAIRS = 2;
export const REQUESTS = 16;

export interface Config {
  readonly mode: Mode;
  /** The weights of our server. */
  readonly ours: string;
  readonly theirs: string;
}

export interface Row extends Config {
  readonly at: string;
  readonly commit: string;
  /** Mean number of runnable processes in the minute before. */
  readonly load: number;
  readonly found: Contest | Generators;
}

/** What ours over theirs should reach. */
const GOALS: Readonly<Record<string, number>> = {
  "endpoint f32": 0.95,
  "endpoint int8": 0.95,
  "llama f32": 1.2,
  "vllm f32": 1.2,
  "llama int8": 1.3,
  "vllm int8": 1.3,
};
/** How far the figures of two generators may be apart. */
const APART = 0.05;

export const files = reportFiles("server_bench", markdown);

const times = ({ estimate, interval: { low, high } }: Ratio) =>
  `${estimate.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
const ms = (value: number | undefined) => value === undefined ? "" : value.toFixed(value < 10 ? 1 : 0);
const pair = ({ p50, p99, p90 }: LatencyFigures) => `${ms(p50)} / ${ms(p99 ?? p90)}`;
const list = (of: Readonly<Record<string, string>>) =>
  Object.entries(of).map(([name, value]) => `${name} ${value}`).join(", ");
const NAMES: Readonly<Partial<Record<Mode, string>>> = { llama: "llama-server", vllm: "vLLM" };

const beside = ({ mode, theirs }: Pick<Config, "mode" | "theirs">) =>
  mode === "endpoint" ? "our session, called directly" : `${NAMES[mode]}, ${theirs}`;

function markdown(report: Rows<Row>): string {
  const contests = report.rows.filter(({ mode }) => mode !== "generators") as (Row & { found: Contest })[];
  const both = report.rows.filter(({ mode }) => mode === "generators") as (Row & { found: Generators })[];
  return [
    "# Our server beside the session and beside other servers",
    "",
    `${
      madeOn(report)
    }. Made by \`deno run -A tests/bench/server_bench.ts\`, each row in a process of its own and each ` +
    `server in another, two arms in turns over ${PAIRS} pairs of blocks. A block is ${REQUESTS} of MT-Bench's first turns ` +
    "behind a short system prompt of the block's own, asked by eight clients in a closed loop through OpenAI's chat " +
    "interface with our load generator, greedy, to their natural end or 128 tokens; both arms and the generator share " +
    "the cores. Tokens are those that each server counts in its own usage; ratios are geometric means over pairs with " +
    "95 % intervals; a goal that lies within the interval is unsure.",
    "",
    "| ours | beside | our tok/s | its tok/s | ours over it | goal | | load before | made |",
    "|---|---|---|---|---|---|---|---|---|",
    ...contests.map(({ mode, ours, theirs, load, at, commit, found }) => {
      const goal = GOALS[`${mode} ${ours}`]!;
      const { estimate, interval: { low } } = found.ratio;
      const met = low >= goal ? "met" : estimate >= goal ? "met, unsure" : "**missed**";
      const rates = [found.ours, found.theirs].map((arm) => arm.tokensPerSecond.toFixed(1)).join(" | ");
      return `| ${ours} | ${beside({ mode, theirs })} | ${rates} | ${
        times(found.ratio)
      } | ${goal} | ${met} | ${load.toFixed(1)} | ${at.slice(0, 10)}, ${commit.slice(0, 8)} |`;
    }),
    "",
    "Milliseconds to the first token and between events, p50 / p99 (p90 below 100 values); answers whose text is the same",
    "in both arms, and after how many characters the others part (median).",
    "",
    "| ours | beside | our TTFT | its TTFT | our ITL | its ITL | same answers | part after | our tokens | its tokens | same prompts |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
    ...contests.map(({ mode, ours, theirs, found }) => {
      const { agreement: { answers, same, partAt, samePrompts } } = found;
      const prompts = samePrompts === undefined ? "" : samePrompts ? "yes" : "**no**";
      return `| ${ours} | ${beside({ mode, theirs })} | ${pair(found.ours.ttft)} | ${
        pair(found.theirs.ttft)
      } | ${pair(found.ours.itl)} | ${pair(found.theirs.itl)} | ${same} of ${answers} | ${
        partAt ?? ""
      } | ${found.ours.tokens} | ${found.theirs.tokens} | ${prompts} |`;
    }),
    "",
    ...contests.map(({ mode, ours, theirs, found: { flags, build } }) =>
      `- ${ours} beside ${beside({ mode, theirs })}: ours ${flags.ours}; theirs ${flags.theirs}${
        Object.keys(build).length > 0 ? ` (${list(build)})` : ""
      }.`
    ),
    ...both.flatMap(generatorLines),
    "",
  ].join("\n");
}

function generatorLines({ found: { ours, theirs, flags, versions }, load, at }: Row & { found: Generators }) {
  const figures: Readonly<Record<keyof Told, string>> = {
    tokensPerSecond: "tokens a second",
    ttftP50: "TTFT p50, ms",
    itlP50: "ITL p50, ms",
    itlP99: "ITL p99, ms",
  };
  const mean = (all: readonly Told[], name: keyof Told) =>
    (all.reduce((sum, one) => sum + one[name], 0) / all.length).toFixed(1);
  return [
    "",
    "## Our load generator beside vLLM's",
    "",
    `${at.slice(0, 10)}, load ${load.toFixed(1)} before; ${
      list(versions)
    }. One server of ours (f32, ${flags}), the same ` +
    `prompts in the same order, 128 tokens each, ${ours.length} pairs of blocks in turns; means over blocks, and ours over ` +
    `theirs. They agree where the ratio is within ${100 * APART} % of 1.`,
    "",
    "| | ours | vllm bench serve | ratio | |",
    "|---|---|---|---|---|",
    ...(Object.keys(figures) as (keyof Told)[]).map((name) => {
      const ratio = ratioOf(ours.map((one, i) => Math.log(one[name] / theirs[i]![name])), 1);
      const agree = Math.abs(ratio.estimate - 1) <= APART ? "agree" : "**apart**";
      return `| ${figures[name]} | ${mean(ours, name)} | ${mean(theirs, name)} | ${
        times(ratio)
      } | ${agree} |`;
    }),
  ];
}
