/**
 * Tables as CSV that a spreadsheet opens as text and figures, never as formulas.
 * https://www.rfc-editor.org/rfc/rfc4180, https://owasp.org/www-community/attacks/CSV_Injection
 */
import { visible } from "./columns.ts";

export type Cell = string | number | boolean | undefined;

/** One object a row, all with the same keys: the columns' names. */
export type Table = readonly Readonly<Record<string, Cell>>[];

/** The table with a head line; `columns` where there may be no rows. */
export function csv(table: Table, columns: readonly string[] = Object.keys(table[0] ?? {})): string {
  return [columns, ...table.map((row) => columns.map((name) => row[name]))]
    .map((cells) => `${cells.map(cell).join(",")}\r\n`).join("");
}

function cell(value: Cell): string {
  if (value === undefined || value === null || typeof value === "number" && !Number.isFinite(value)) {
    return "";
  }
  if (typeof value !== "string") return String(value);
  // A text that a spreadsheet would run as a formula is marked as text, as spreadsheets themselves do.
  const shown = visible(value);
  const text = /^[=+\-@\t\r＝＋－＠]/.test(value) ? `'${shown}` : shown;
  return /[",\r\n ']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
