/** A check as GitHub shows it in a run: an annotation for each row that is not the same, through workflow commands. */
import { inCommand, inProperty } from "./escape.ts";
import { type CheckReport, saidRow, worstFirst } from "./report.ts";

const LEVEL = {
  regressed: "error",
  unsure: "warning",
  gone: "warning",
  refused: "notice",
  new: "notice",
} as const;

/** Lines for standard output. */
export function annotations({ rows, missing }: CheckReport): readonly string[] {
  const found = worstFirst(rows).flatMap((row) => {
    const level = LEVEL[row.kind as keyof typeof LEVEL];
    if (level === undefined) return [];
    return [
      `::${level} title=${inProperty(`${row.name} ${row.kind}`)}::${inCommand(saidRow(row) || row.kind)}`,
    ];
  });
  return [
    ...found,
    ...missing.map((name) => `::error title=${inProperty(`${name} required`)}::it does not hold`),
  ];
}
