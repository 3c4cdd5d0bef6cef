/** A check as a comment of a pull request: the verdict first, then the rows that say something; the rest is folded. */
import type { CheckedRow } from "../../evals/mod.ts";
import { duration, percent } from "../figures.ts";
import { inFence, inMarkdown } from "./escape.ts";
import {
  type CheckReport,
  headline,
  saidOutputs,
  saidPace,
  saidSides,
  type Verdict,
  verdictOf,
  worstFirst,
} from "./report.ts";

/** By which the comment is found again; a suite has one of its own. */
export const marker = (suite: string): string => `<!-- assay-check ${suite.replaceAll(/[^\w.]/g, "_")} -->`;

/** GitHub takes no more than 65,536 characters. */
const MOST = 60_000;
/** Rows that a screen holds beside the verdict. */
const SHOWN = 8;
const MOST_FLIPS = 3;

const SIGN: Readonly<Record<Verdict, string>> = {
  regressed: "✕ REGRESSED",
  unsure: "◐ UNSURE",
  clear: "● NO REGRESSION",
};
const MARK: Readonly<Record<CheckedRow["kind"], string>> = {
  regressed: "✕ regressed",
  improved: "▲ improved",
  same: "● same",
  unsure: "◐ unsure",
  new: "new",
  gone: "gone",
  skipped: "skipped",
  refused: "refused before too",
};

/** The comment, with its marker. */
export function markdown(report: CheckReport): string {
  const { base, suite, model, machine, margin, rows, notes, seconds, missing } = report;
  const said = saidSides(report, (id) => `\`${id}\``).replace("->", "→");
  const telling = worstFirst(rows).filter(({ kind }) => kind !== "same");
  const shown = telling.slice(0, SHOWN);
  const folded = [...telling.slice(SHOWN), ...rows.filter(({ kind }) => kind === "same")];
  const lines = [
    marker(suite),
    `### Assay: ${SIGN[verdictOf(report)]}`,
    "",
    inMarkdown(headline(report), 400),
    ...(missing.length > 0
      ? ["", `Required and not held: ${missing.map((one) => inMarkdown(one)).join(", ")}.`]
      : []),
    "",
    `${said.charAt(0).toUpperCase()}${said.slice(1)}, ${
      base === undefined ? "over the baseline of each run" : "one machine, in turns"
    }; a slowdown of ${percent(margin)} matters.`,
    ...(shown.length > 0 ? ["", ...table(shown, base)] : []),
    ...(folded.length > 0 ? fold(`${folded.length} more rows`, table(folded, base)) : []),
    ...flips(rows),
    ...curves(rows, base === undefined ? "run, the latest last" : "pair"),
    ...(notes.length > 0 ? fold("Notes", notes.map((note) => `- ${inMarkdown(note, 400)}`)) : []),
    "",
    `<sub>${
      inMarkdown(`${suite} · ${model} · ${machine} · ${duration(seconds * 1000)}`)
    }. Again: \`deno task check ${
      base === undefined ? "--history" : `--base ${base.id.slice(0, 10)}`
    }\`</sub>`,
  ];
  const text = lines.join("\n");
  if (text.length <= MOST) return text;
  return markdown({ ...report, notes: [], rows: rows.map(bare) });
}

/** A row without answers and curves, for reports that are too long. */
const bare = (row: CheckedRow): CheckedRow => ({
  ...row,
  ...(row.outputs ? { outputs: { ...row.outputs, flips: [] } } : {}),
  workloads: row.workloads.map((one) => ({ ...one, logs: [], flips: [] })),
});

function table(rows: readonly CheckedRow[], base: CheckReport["base"]): readonly string[] {
  return [
    `| | Row | Answers | Speed, head over ${base ? "base" : "recordings"} |`,
    "|-|-|-|-|",
    ...rows.map((row) => {
      const speeds = row.workloads.map((one) => `${inMarkdown(one.workload)} ${saidPace(one)}`);
      const cell = [...(row.why ? [inMarkdown(row.why, 300)] : []), ...speeds].join("<br>") || "not timed";
      return `| ${MARK[row.kind]} | ${inMarkdown(row.name, 60)} | ${saidOutputs(row)} | ${cell} |`;
    }),
  ];
}

const fold = (title: string, lines: readonly string[]): readonly string[] => [
  "",
  `<details><summary>${title}</summary>`,
  "",
  ...lines,
  "",
  "</details>",
];

function flips(rows: readonly CheckedRow[]): readonly string[] {
  const all = rows.flatMap(({ name, outputs, workloads }) =>
    [...outputs?.flips ?? [], ...workloads.flatMap((one) => one.flips)].slice(0, MOST_FLIPS)
      .map((flip) => ({ name, ...flip }))
  );
  if (all.length === 0) return [];
  const lines = all.flatMap(({ name, where, base, head }) => [
    `${inMarkdown(name)}, ${inMarkdown(where)}`,
    "```diff",
    ...inFence(base).split("\n").map((line) => `- ${line}`),
    ...inFence(head).split("\n").map((line) => `+ ${line}`),
    "```",
  ]);
  return fold(`${all.length} answers that differ`, lines);
}

const BARS = "▁▂▃▄▅▆▇█";

/** Each pair's ratio as a bar, or each run's beside the recordings, within a fifth of 1x either way. */
function curves(rows: readonly CheckedRow[], each: string): readonly string[] {
  const lines = rows.flatMap(({ name, workloads }) =>
    workloads.filter(({ logs }) => logs.length > 0).map(({ workload, logs }) => {
      const bars = logs.map((log) => {
        const place = Math.floor((Math.min(0.2, Math.max(-0.2, log)) + 0.2) / 0.4 * BARS.length);
        return BARS[Math.min(BARS.length - 1, place)];
      });
      return `- ${inMarkdown(name)}, ${inMarkdown(workload)}: ${bars.join("")}`;
    })
  );
  return lines.length === 0 ? [] : fold(`Every ${each}, from 0.8x to 1.2x`, lines);
}
