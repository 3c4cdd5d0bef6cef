/** The report of decoder_bench.ts: JSON for programs and tables for people. */
import { band } from "../../evals/noise.ts";
import { NO_NOISE, percentiles } from "../../mod.ts";
import type { Cost, Peered, Raced, Ratio, TrainedTold } from "./decoder_child.ts";
import { PAIRS, TOKENS } from "./decoder_configs.ts";
import { GOALS, goals } from "./decoder_goals.ts";
import { madeOn, reportFiles, type Rows } from "./report_files.ts";

export const MODES = ["cost", "trained", "peer", "race"] as const;

interface Common {
  readonly precision: string;
  readonly at: string;
  readonly commit: string;
  /** Mean number of runnable processes in the minute before. */
  readonly load: number;
}

export type Row =
  & Common
  & { readonly streams?: string; readonly config?: string; readonly workload?: string }
  & (
    | { readonly mode: "cost"; readonly found: readonly Cost[] }
    | { readonly mode: "trained"; readonly found: TrainedTold }
    | { readonly mode: "peer"; readonly found: Peered }
    | { readonly mode: "race"; readonly found: Raced }
  );

type Report = Rows<Row>;

/** One race with what the others say of it. */
export interface Line extends Raced {
  readonly precision: string;
  readonly streams: string;
  readonly config: string;
  readonly workload: string;
  /** Over the faster of plain decoding and transformers.js; absent where the two were not raced. */
  readonly overFaster?: number;
  /** What E / (c(k + 1) / c(1) + k c_draft) says; absent where costs were not measured, and beyond one stream. */
  readonly predicted?: number;
}

/** A row's name, and the arguments that measure it. */
export const keyOf = (
  { mode, precision, streams, config, workload }: Pick<
    Row,
    "mode" | "precision" | "streams" | "config" | "workload"
  >,
): string => [mode, precision, streams, config, workload].filter((one) => one !== undefined).join(" ");

export const files = reportFiles("decoder_bench", markdown);

/** Verifications, and tokens that each told on average: what was accepted and one more. */
export const stepsOf = ({ steps }: Raced): number => Object.values(steps).reduce((sum, n) => sum + n, 0);
export const perStep = (one: Raced): number => 1 + one.accepted / stepsOf(one);

/** Whether an answer parted where rounding does not explain it, by the gate's own rule. */
export const isBreach = ({ margin, drift }: Raced): boolean => margin > band({ ...NO_NOISE, drift });

/** Milliseconds of proposing for each guess that was offered; 0 where none was. */
const perGuess = ({ proposed: { milliseconds, guesses } }: Raced) =>
  guesses === 0 ? 0 : milliseconds / guesses;

/** The gain that costs predict, over steps as they were. */
export function predictedOf(one: Raced, costs: readonly Cost[]): number {
  const single = costs.find(({ rows }) => rows === 1)!.milliseconds;
  const taken = Object.entries(one.steps).reduce(
    (sum, [k, n]) => sum + n * (costOf(costs, Number(k) + 1) + Number(k) * perGuess(one) / single),
    0,
  );
  return perStep(one) * stepsOf(one) / taken;
}

/** c(m) / c(1), on a line between the measured ones beside it, and on the last one's beyond. */
export function costOf(costs: readonly Cost[], rows: number): number {
  const above = costs.findIndex((one) => one.rows >= rows);
  const at = above < 0 ? costs.length - 1 : above;
  const [to, from] = [costs[at]!, costs[Math.max(0, at - 1)]!];
  if (to.rows === rows || to === from) return to.ratio.estimate;
  const slope = (to.ratio.estimate - from.ratio.estimate) / (to.rows - from.rows);
  return to.ratio.estimate + (rows - to.rows) * slope;
}

/** Every race of a report with what was measured beside it. */
export function linesOf({ rows }: Report): readonly Line[] {
  return rows.flatMap((row) => {
    if (row.mode !== "race") return [];
    const { precision, streams = "1", config = "", workload = "", found } = row;
    const peer = rows.find((one) =>
      one.mode === "peer" && one.precision === precision && one.streams === streams
    );
    const costs = rows.find((one) => one.mode === "cost" && one.precision === precision);
    const behind = peer?.mode === "peer" ? Math.min(1, peer.found.ratio.estimate) : undefined;
    return [{
      ...found,
      precision,
      streams,
      config,
      workload,
      ...(behind === undefined ? {} : { overFaster: found.speedup.estimate * behind }),
      ...(costs?.mode === "cost" && streams === "1" ? { predicted: predictedOf(found, costs.found) } : {}),
    }];
  });
}

function markdown(report: Report): string {
  const { rows } = report;
  const lines = linesOf(report);
  const groups = [...new Set(lines.map(({ precision, streams }) => `${precision} ${streams}`))];
  return [
    "# Speculative decoders beside plain decoding",
    "",
    `${
      madeOn(report)
    }. SmolLM2-135M-Instruct. Made by \`deno run -A tests/bench/decoder_bench.ts\`, each row in a process of its own; ` +
    `dates, commits and the load before each row are in decoder_bench.json (median load ${
      percentiles(rows.map(({ load }) => load)).p50.toFixed(1)
    }).`,
    "",
    `Speedup: time between tokens, plain over drafted, in ${PAIRS} pairs of turns of ${TOKENS} tokens with a 95 % interval. ` +
    "Figures count tokens before an answer first repeats 16 tokens of its own (counted, of those written), and before it " +
    `parts from the plain one (differ: answers that do, the largest margin in logits where one did and how far rounding moved margins before; a margin beyond twice that, or beyond one logit, is marked). Copied: tokens of the plain answers that lie in a run of ` +
    "8 that the prompt has. Predicted: E / (c(k + 1) / c(1) + k c_draft) over the steps as they were, E tokens a step. " +
    "Timings are unverified: no gate was asked.",
    ...costSection(rows),
    ...peerSection(rows),
    ...groups.flatMap((group) =>
      section(group, lines.filter(({ precision, streams }) => `${precision} ${streams}` === group))
    ),
    ...boundSection(rows, lines),
    ...goals(lines),
    "",
  ].join("\n");
}

const shown = ({ estimate, interval: { low, high } }: Ratio) =>
  `${estimate.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;

function costSection(rows: readonly Row[]): readonly string[] {
  const costs = rows.filter((row) => row.mode === "cost");
  if (costs.length === 0) return [];
  const sizes = costs[0]!.found.map(({ rows }) => rows);
  return [
    "",
    "## What a step of m rows of one sequence takes, over one row",
    "",
    `| precision | c(1), ms | ${sizes.slice(1).map((rows) => `c(${rows})`).join(" | ")} |`,
    `|---|---|${sizes.slice(1).map(() => "---|").join("")}`,
    ...costs.map(({ precision, found }) =>
      `| ${precision} | ${found[0]!.milliseconds.toFixed(1)} | ${
        found.slice(1).map(({ ratio }) => shown(ratio)).join(" | ")
      } |`
    ),
  ];
}

/** What trained drafters could gain on chat at most, by their acceptance on answers held out and what guesses cost. */
function boundSection(rows: readonly Row[], lines: readonly Line[]): readonly string[] {
  const costs = rows.find((row) => row.mode === "cost" && row.precision === "f32");
  const told = new Set<string>();
  const bounds = rows.flatMap((row) => {
    const { mode, precision, config = "", found } = row;
    const race = lines.find((one) =>
      one.config === config && one.precision === precision && one.streams === "1" && one.workload === "chat"
    );
    if (mode !== "trained" || race === undefined || costs?.mode !== "cost") return [];
    // Drafters of the same heads are told of once.
    if (told.has(found.lines.join())) return [];
    told.add(found.lines.join());
    const single = costs.found.find(({ rows }) => rows === 1)!.milliseconds;
    const verified = stepsOf(race) - (race.steps[0] ?? 0);
    const drafting = perGuess(race) * race.offered / verified / single;
    return [
      "",
      ...found.lines.map((line, i) => i === 0 ? `${config}: ${line}` : `- ${line}`),
      "",
      "| guesses | accepted | verifying, c(m) | drafting | bound | accepted where 1.3 is reached |",
      "|---|---|---|---|---|---|",
      ...found.accepted.map(([guesses, accepted]) => {
        const taken = costOf(costs.found, guesses + 1) + drafting;
        const cells = [accepted, taken - drafting, drafting, (1 + accepted) / taken, GOALS.chat * taken - 1];
        return `| ${[guesses, ...cells.map((value) => value.toFixed(2))].join(" | ")} |`;
      }),
    ];
  });
  return bounds.length === 0 ? [] : [
    "",
    "## What bounds trained drafters on chat",
    "",
    "Trees of a fixed size in every step, at the acceptance that training told on answers held out: bound = (1 + accepted) / " +
    "(c(m) + drafting), drafting being what the chat race spent for each tree that was verified, over c(1). A tree that is " +
    "left out where it does not pay, or made larger where the drafter is sure, may gain more. More lessons would lift it, " +
    "and guesses from elsewhere that join the tree, as in medusa_lookup.",
    ...bounds,
  ];
}

function peerSection(rows: readonly Row[]): readonly string[] {
  const peers = rows.filter((row) => row.mode === "peer");
  if (peers.length === 0) return [];
  return [
    "",
    "## Plain decoding beside transformers.js",
    "",
    "| precision | streams | time between tokens, theirs over ours | the faster |",
    "|---|---|---|---|",
    ...peers.map(({ precision, streams, found: { ratio } }) =>
      `| ${precision} | ${streams} | ${shown(ratio)} | ${ratio.estimate < 1 ? "transformers.js" : "plain"} |`
    ),
  ];
}

function section(group: string, lines: readonly Line[]): readonly string[] {
  const [precision, streams] = group.split(" ");
  return [
    "",
    `## ${precision}, ${streams} stream${streams === "1" ? "" : "s"}`,
    "",
    "| drafter | workload | copied | counted | differ | acceptance | accepted a step | tokens a step | ms a guess | speedup | over the faster | predicted |",
    "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ...lines.map((line) => {
      const { config, workload, copied, counted, written, differing, margin, drift, offered, accepted } =
        line;
      const guessed = stepsOf(line) - (line.steps[0] ?? 0);
      return `| ${
        [
          config,
          workload,
          `${(copied * 100).toFixed(0)} %`,
          `${counted} of ${written}`,
          differing === 0
            ? "0"
            : `${differing} (${margin.toPrecision(2)}, ${drift.toPrecision(2)})${
              isBreach(line) ? " **beyond rounding**" : ""
            }`,
          offered === 0 ? "" : `${(accepted / offered * 100).toFixed(0)} %`,
          guessed === 0 ? "" : (accepted / guessed).toFixed(2),
          perStep(line).toFixed(2),
          perGuess(line).toFixed(2),
          line.speedup.interval.high < 1 ? `**${shown(line.speedup)}** slower` : shown(line.speedup),
          line.overFaster?.toFixed(2) ?? "",
          line.predicted?.toFixed(2) ?? "",
        ].join(" | ")
      } |`;
    }),
  ];
}
