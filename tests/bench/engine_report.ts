/** The report of engine_bench.ts: JSON for programs and a table for people. */
import type { Hardware } from "../../mod.ts";
import { reportFiles } from "./report_files.ts";

type Ratio = ReturnType<typeof import("../../mod.ts").ratioOf>;

/** Tokens a second of both engines on one workload. `harness`: the share of our blocks outside the engine's steps. */
export interface Duel {
  readonly theirs: number;
  readonly ours: number;
  readonly ratio: Ratio;
  readonly harness: number;
}

/** Milliseconds per output token after a short and a long prompt. */
export interface Context {
  readonly short: number;
  readonly long: number;
  readonly ratio: Ratio;
}

export interface Row {
  readonly precision: string;
  /** Bytes of weights that one token streams. */
  readonly weightBytes: number;
  readonly one: Duel;
  readonly many: Duel;
  /** At eight streams over our own 32-bit floats; absent where the row is those. */
  readonly overF32?: Duel;
  readonly context: Context;
  readonly addedBytes: number;
  readonly peerBytes: number;
}

export interface Report {
  readonly at: string;
  readonly hardware: Hardware;
  readonly versions: Readonly<Record<string, string>>;
  readonly pairs: number;
  /** Mean number of runnable processes in the minute before the run. */
  readonly load: number;
  /** Bytes per second. */
  readonly bandwidth: number;
  /** Bytes of K and V that one token reads after the long prompt. */
  readonly kvBytes: number;
  readonly rows: Row[];
}

/** What each figure should reach, as ratios. */
const GOALS: Readonly<Record<string, Goals>> = {
  f32: { one: 1, many: 1.4, context: 1.25, gigabytes: 1.6 },
  int8: { one: 1.2, many: 1.6, context: 1.6, gigabytes: 0.7 },
  int4: { one: 1.35, many: 1.6, context: 1.6, gigabytes: 0.6 },
  w8a8: { one: 1, many: 1.6, overF32: 1.8, context: 1.6, gigabytes: 0.7 },
};

interface Goals {
  readonly one: number;
  readonly many: number;
  readonly overF32?: number;
  readonly context: number;
  readonly gigabytes: number;
}

export const files = reportFiles("engine_bench", markdown);

function markdown({ at, hardware, versions, pairs, load, bandwidth, kvBytes, rows }: Report): string {
  const figure = ({ estimate, interval: { low, high } }: Ratio) =>
    `${estimate.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  const met = (yes: boolean) => (yes ? "met" : "**missed**");
  const lines = [
    "# The embedded engine beside transformers.js",
    "",
    `${at.slice(0, 10)}, ${hardware.cpu}, ${hardware.threads} threads of ${hardware.cores} cores, load ${
      load.toFixed(1)
    } before the run; ${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ")}.`,
    `Made by \`deno run -A tests/bench/engine_bench.ts --pairs ${pairs}\`: both engines in turns over the same prompts, medians, and the ratio`,
    "with its 95 % interval. transformers.js runs a batch of eight padded on the left; ours batches continuously.",
    "",
    "| precision | streams | transformers.js tok/s | ours tok/s | ratio | goal | |",
    "|---|---|---|---|---|---|---|",
  ];
  for (const { precision, one, many } of rows) {
    for (const [streams, duel, goal] of [[1, one, "one"], [8, many, "many"]] as const) {
      const wanted = GOALS[precision]![goal];
      lines.push(
        `| ${precision} | ${streams} | ${duel.theirs.toFixed(1)} | ${duel.ours.toFixed(1)} | ${
          figure(duel.ratio)
        } | ${wanted} | ${met(duel.ratio.estimate >= wanted)} |`,
      );
    }
  }
  lines.push(
    "",
    "| precision | streams | our f32 tok/s | ours tok/s | ratio | goal | |",
    "|---|---|---|---|---|---|---|",
  );
  for (const { precision, overF32 } of rows) {
    if (!overF32) continue;
    const { overF32: wanted } = GOALS[precision]!;
    lines.push(
      `| ${precision} | 8 | ${overF32.theirs.toFixed(1)} | ${overF32.ours.toFixed(1)} | ${
        figure(overF32.ratio)
      } | ${wanted === undefined ? "| |" : `${wanted} | ${met(overF32.ratio.estimate >= wanted)} |`}`,
    );
  }
  lines.push(
    "",
    "| precision | ms/token at 50 | at 1,500 | ratio | goal | | resident, GB | goal | | transformers.js, GB |",
    "|---|---|---|---|---|---|---|---|---|---|",
  );
  for (const { precision, context, addedBytes, peerBytes } of rows) {
    const goal = GOALS[precision]!;
    lines.push(
      `| ${precision} | ${context.short.toFixed(1)} | ${context.long.toFixed(1)} | ${
        figure(context.ratio)
      } | ${goal.context} | ${met(context.ratio.estimate <= goal.context)} | ${
        (addedBytes / 1e9).toFixed(2)
      } | ${goal.gigabytes} | ${met(addedBytes / 1e9 <= goal.gigabytes)} | ${(peerBytes / 1e9).toFixed(2)} |`,
    );
  }
  lines.push(
    "",
    `Limit: this machine streams ${
      (bandwidth / 1e9).toFixed(1)
    } GB/s, so that one stream can read its weights at most`,
    ...rows.map(({ precision, weightBytes, one }) => {
      const limit = bandwidth / weightBytes;
      return `- ${precision}: ${(weightBytes / 1e6).toFixed(0)} MB a token, ${limit.toFixed(0)} tokens/s; ${
        (100 * one.ours / limit).toFixed(0)
      } % of it reached.`;
    }),
    "",
    `After 1,500 tokens one more reads ${(kvBytes / 1e6).toFixed(0)} MB of K and V, at least ${
      (1000 * kvBytes / bandwidth).toFixed(1)
    } ms: the ratio of the two contexts cannot be below ${
      rows.map(({ precision, context }) =>
        `${(1 + 1000 * kvBytes / bandwidth / context.short).toFixed(2)} at ${precision}`
      ).join(", ")
    }.`,
    "",
    `The harness outside the engine's own steps took ${
      rows.map(({ precision, one, many }) =>
        `${(100 * one.harness).toFixed(1)} % of a ${precision} block at one stream and ${
          (100 * many.harness).toFixed(1)
        } % at eight`
      ).join(", ")
    } (goal: 2 %).`,
    "",
  );
  return lines.join("\n");
}
