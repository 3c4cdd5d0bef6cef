/** The report of llama_cpp_bench.ts: JSON for programs and a table for people. */
import type { Hardware } from "../../mod.ts";
import { reportFiles } from "./report_files.ts";

type Ratio = ReturnType<typeof import("../../mod.ts").ratioOf>;

export interface Row {
  readonly ours: string;
  readonly theirs: string;
  /** Bytes of weights as our graph holds them, and of their file. */
  readonly ourBytes: number;
  readonly theirBytes: number;
  /** Decoded tokens a second: of each block, the medians, and as llama-bench has them by itself before the race. */
  readonly rates: { readonly ours: readonly number[]; readonly theirs: readonly number[] };
  readonly ourRate: number;
  readonly theirRate: number;
  readonly llamaBench: number;
  readonly ratio: Ratio;
  /** Share of the pairs of blocks whose greedy tokens were all the same. */
  readonly sameTokens: number;
}

export interface Report {
  readonly at: string;
  readonly hardware: Hardware;
  readonly versions: Readonly<Record<string, string>>;
  readonly build: Readonly<Record<string, string>>;
  readonly model: string;
  readonly pairs: number;
  /** Mean number of runnable processes in the minute before the run. */
  readonly load: number;
  readonly rows: readonly Row[];
}

/** What ours over theirs should reach. */
const GOAL = 1;

export const files = reportFiles("llama_cpp_bench", markdown);

function markdown({ at, hardware, versions, build, model, pairs, load, rows }: Report): string {
  const figure = ({ estimate, interval: { low, high } }: Ratio) =>
    `${estimate.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  const list = (of: Readonly<Record<string, string>>) =>
    Object.entries(of).map(([name, value]) => `${name} ${value}`).join(", ");
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
  const lines = [
    "# The embedded engine beside llama.cpp",
    "",
    `${
      at.slice(0, 10)
    }, ${model}, ${hardware.cpu}, ${hardware.threads} threads of ${hardware.cores} cores on both sides, load ${
      load.toFixed(1)
    } before the run; ${list(versions)}.`,
    `llama.cpp: ${list(build)}.`,
    "",
    `Made by \`deno run -A tests/bench/llama_cpp_bench.ts --llama-bin DIR --pairs ${pairs}\`: one stream, greedy, 64 tokens after a prompt`,
    "of 50, tokens a second from the first token to the last by each side's own clock; both in turns over the same",
    "prompts (llama.cpp through its server), medians, and the ratio with its 95 % interval. llama-bench: its own figure",
    "for the same sizes, by itself before the race. Same tokens: share of the pairs whose answers were equal, where",
    "the weights are the same numbers (f32).",
    "",
    "| ours | llama.cpp | our MB | its MB | its tok/s | llama-bench | our tok/s | ratio | goal | | same tokens |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
    ...rows.map((row) => {
      const { ours, theirs, theirRate, llamaBench, ourRate, ratio, sameTokens } = row;
      const met = ratio.estimate >= GOAL ? "met" : "**missed**";
      const same = ours === "f32" ? `${(100 * sameTokens).toFixed(0)} %` : "";
      const rates = [theirRate, llamaBench, ourRate].map((rate) => rate.toFixed(1)).join(" | ");
      return `| ${ours} | ${theirs} | ${megabytes(row.ourBytes)} | ${
        megabytes(row.theirBytes)
      } | ${rates} | ${figure(ratio)} | ${GOAL} | ${met} | ${same} |`;
    }),
    "",
  ];
  return lines.join("\n");
}
