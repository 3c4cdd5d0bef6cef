/** A check for a terminal: rows, and the verdict last. */
import { createColors } from "picocolors";
import { visible, wrap } from "../columns.ts";
import { percent } from "../figures.ts";
import {
  type CheckReport,
  headline,
  saidOutputs,
  saidPace,
  saidSides,
  verdictOf,
  worstFirst,
} from "./report.ts";

const COLOURS = { regressed: "red", improved: "green", same: "dim", unsure: "yellow" } as const;

/** Lines of less than `width` columns. */
export function checkText(
  report: CheckReport,
  { colour, width }: { colour: boolean; width: number },
): string {
  const paint = createColors(colour);
  const { margin, suite, model, machine } = report;
  const said = (text: string) => wrap(visible(text), width);
  const lines = [
    ...said(`${machine} / ${model} / ${suite}`).map(paint.bold),
    ...said(`${saidSides(report, (id) => id)}, a slowdown of ${percent(margin)} matters`),
    "",
  ];
  for (const row of worstFirst(report.rows)) {
    const tint = Object.hasOwn(COLOURS, row.kind)
      ? paint[COLOURS[row.kind as keyof typeof COLOURS]]
      : (text: string) => text;
    lines.push(` ${tint(row.kind.toUpperCase().padEnd(10))} ${visible(row.name)}`);
    const more = [
      ...(row.why === undefined ? [] : [row.why]),
      ...(row.outputs === undefined ? [] : [`answers: ${saidOutputs(row)}`]),
      ...row.workloads.map((one) => `${one.workload}: ${saidPace(one)}`),
    ];
    lines.push(
      ...more.flatMap((text) => wrap(visible(text), width - 10)).map((line) => " ".repeat(11) + line),
    );
  }
  for (const note of report.notes) lines.push(...said(note).map(paint.dim));
  const verdict = { regressed: paint.red, unsure: paint.yellow, clear: paint.green }[verdictOf(report)];
  lines.push("", ...said(headline(report)).map((line) => paint.bold(verdict(line))));
  return lines.map((line) => line.trimEnd()).join("\n");
}
