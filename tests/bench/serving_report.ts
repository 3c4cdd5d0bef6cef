/** The report of serving_bench.ts: JSON for programs and tables for people. */
import { type BudgetPoint, largestWithin, p99 } from "../../mod.ts";
import { madeOn, reportFiles, type Rows } from "./report_files.ts";
import type { Ratio } from "./serving_arms.ts";
import type { Chunked, Mode, Offloaded, Prefixed } from "./serving_child.ts";
import type { Batched, Stacked } from "./serving_throughput.ts";
import { offlineChat, SEQUENCES } from "./serving_workloads.ts";

export interface Row {
  readonly mode: Mode;
  readonly at: string;
  readonly commit: string;
  /** Mean number of runnable processes in the minute before. */
  readonly load: number;
  readonly found: unknown;
}

/** Ratios that are aimed for. */
const GOALS = { alone: 4.5, static: 1.3, stack: 7, hit: 8, unique: 0.98, itl: 2, chunked: 0.95, offload: 5 };
/** Milliseconds between tokens at most at the 99th percentile: MLPerf Inference's for a chat server. */
const ITL = 200;

export const files = reportFiles("serving_bench", markdown);

const times = ({ estimate, interval: { low, high } }: Ratio) =>
  `${estimate.toFixed(2)}x [${low.toFixed(2)}, ${high.toFixed(2)}]`;
const against = (ratio: Ratio, goal: number) =>
  `${times(ratio)}, goal ${goal}x${ratio.estimate >= goal ? "" : ": missed"}`;
const ms = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;

function markdown(report: Rows<Row>): string {
  const sections = report.rows.flatMap((row) => ["", ...SECTIONS[row.mode](row.found as never)]);
  return [
    "# Batchers and caches",
    "",
    `${
      madeOn(report)
    }. Made by \`deno run -A tests/bench/serving_bench.ts\`, each part in a process of its own, arms in ` +
    "turns; 32-bit floats where nothing else is said. Ratios are geometric means over rounds with 95 % intervals; dates, commits and the load " +
    "before each part are in serving_bench.json.",
    ...sections,
    "",
  ].join("\n");
}

const SECTIONS: { readonly [M in Mode]: (found: never) => readonly string[] } = {
  batching: ({ tokensPerSecond, over, answers, differing, margin }: Batched) => [
    `## Continuous batching, ${SEQUENCES} in flight`,
    "",
    "ShareGPT questions, answers of their own lengths up to 128 tokens, all at once; prompts are part of the time. A " +
    "static batch here computes nothing for answers that have ended.",
    "",
    "| arm | tokens/s | continuous batching over it |",
    "| --- | --- | --- |",
    ...Object.entries(tokensPerSecond).map(([name, rate]) =>
      `| ${name} | ${rate.toFixed(1)} | ${over[name] ? times(over[name]) : ""} |`
    ),
    "",
    `- Over one at a time: ${against(faster(over), GOALS.alone)} (the faster of ours and transformers.js's).`,
    `- Over static batches: ${against(over.static_batch!, GOALS.static)}.`,
    `- ${differing} of ${answers} batched answers differ from those of one at a time${
      differing === 0 ? "" : `, where the two likeliest logits were at most ${margin.toExponential(1)} apart`
    }.`,
  ],
  stack: ({ tokensPerSecond, overAlone, overPeer }: Stacked) => {
    const names = Object.keys(tokensPerSecond);
    const [best] = names.toSorted((a, b) => tokensPerSecond[b]! - tokensPerSecond[a]!);
    const over = (name: string) =>
      [overAlone, overPeer].map((all) => all[name]!).toSorted((a, b) => a.estimate - b.estimate)[0]!;
    return [
      `## A stack on ${offlineChat.requests} chats offline`,
      "",
      "MT-Bench first turns, answered to their own ends or 128 tokens, all at once and all in flight; prompts are part " +
      "of the time. The stacks are of techniques that quantizer_bench.md finds within the margin of 0.02 nats.",
      "",
      "| arm | tokens/s | over one at a time | over transformers.js |",
      "| --- | --- | --- | --- |",
      ...names.map((name) =>
        `| ${name} | ${tokensPerSecond[name]!.toFixed(1)} | ${
          [overAlone, overPeer].map((all) => all[name] ? times(all[name]) : "").join(" | ")
        } |`
      ),
      "",
      `- The best, ${best}, over the faster of both: ${against(over(best!), GOALS.stack)}.`,
    ];
  },
  prefix: ({ hit, unique, milliseconds }: Prefixed) => [
    "## Prefix caching",
    "",
    `- 1,000 shared tokens and 50 of its own: first token after ${ms(milliseconds.hit)} instead of ${
      ms(milliseconds.dense)
    }: ${against(hit, GOALS.hit)}.`,
    `- Unique prompts of 1,050 tokens, 32 more answered: ${against(unique, GOALS.unique)}.`,
  ],
  chunked: ({ rows, itl, tokensPerSecond, points }: Chunked) => [
    "## Chunked prefill, long prompts mixed in",
    "",
    `Eight clients; every eighth request has about 1,200 tokens. Steps of ${rows} rows at most, beside prompts whole and first.`,
    "",
    ...curve(Object.entries(points)),
    "",
    `- p99 of the time between tokens, prefill_first over chunked_prefill: ${against(itl, GOALS.itl)}.`,
    `- Tokens a second, chunked_prefill over prefill_first: ${against(tokensPerSecond, GOALS.chunked)}.`,
  ],
  budget: (points: readonly BudgetPoint[]) => {
    const chosen = largestWithin(points, { itl: ITL });
    return [
      "## The token budget",
      "",
      "The same mix over articles for calibration, whole curve.",
      "",
      ...curve(points.map((point) => [`${point.rows} rows`, point])),
      "",
      chosen
        ? `- The largest budget with a p99 between tokens of at most ${ITL} ms: ${chosen.rows} rows.`
        : `- No budget keeps the p99 between tokens to ${ITL} ms.`,
    ];
  },
  offload: ({ ttft, milliseconds, bytesRead }: Offloaded) => [
    "## Offloading",
    "",
    `- A conversation of 1,500 tokens returns after memory for 2,048 was used by others: first token after ${
      ms(milliseconds.restored)
    } instead of ${ms(milliseconds.recomputed)}: ${against(ttft, GOALS.offload)}.`,
    `- ${(bytesRead / 1e6).toFixed(0)} MB are read back for it; the system's page cache was not emptied.`,
  ],
};

function faster({ one_at_a_time, transformers_js }: Batched["over"]): Ratio {
  return one_at_a_time!.estimate < transformers_js!.estimate ? one_at_a_time! : transformers_js!;
}

function curve(points: readonly (readonly [string, BudgetPoint])[]): readonly string[] {
  return [
    "| | tokens/s | ITL p50 | p99 | largest | TTFT p50 | p99 |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...points.map(([name, { tokensPerSecond, itl, ttft }]) =>
      `| ${name} | ${tokensPerSecond.toFixed(1)} | ${ms(itl.p50)} | ${ms(p99(itl))} | ${ms(itl.most)} | ${
        ms(ttft.p50)
      } | ${ms(p99(ttft))} |`
    ),
  ];
}
