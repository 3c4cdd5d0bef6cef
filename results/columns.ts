/** Text in the columns of a terminal: cut and padded by width, wrapped by words, unable to steer the terminal. */

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{17000}-\u{18cff}\u{1b000}-\u{1b2ff}\u{1f1e6}-\u{1f1ff}\u{20000}-\u{3fffd}]|\p{Extended_Pictographic}/u;
const columnsOf = (character: string) => WIDE.test(character) ? 2 : 1;
const widthOf = (text: string) => [...text].reduce((sum, character) => sum + columnsOf(character), 0);

/** Exactly `width` columns; "~" stands for what was cut. */
export function fit(text: string, width: number): string {
  const clean = plain(text);
  const total = widthOf(clean);
  let kept = "";
  let used = 0;
  for (const character of clean) {
    if (used + columnsOf(character) > (total > width ? width - 1 : width)) break;
    kept += character;
    used += columnsOf(character);
  }
  const tail = total > width ? "~" : "";
  return kept + tail + " ".repeat(width - used - tail.length);
}

/** Lines of less than `width` columns, the first indented by one and the others by three. */
export function wrap(text: string, width: number): readonly string[] {
  return fold(text, width - 4).map((line, i) => (i === 0 ? " " : "   ") + line);
}

/** Lines of at most `width` columns, broken between words, and within one only where it is longer. */
export function fold(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const part of plain(text).split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last) + widthOf(part) + 1 <= width) {
      lines[lines.length - 1] = `${last} ${part}`;
    } else lines.push(...pieces(part, width));
  }
  return lines;
}

function pieces(text: string, width: number): readonly string[] {
  const all = [""];
  for (const character of text) {
    if (widthOf(all.at(-1)!) + columnsOf(character) > width) all.push("");
    all[all.length - 1] += character;
  }
  return all;
}

/** Controls, formatting characters as direction overrides and joiners, line separators, and halves of characters. */
const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const plain = (text: string) => text.replaceAll("−", "-").replaceAll(STEERING, " ");

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** At most so many characters, a cut text ending in "…". */
export const short = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most).replace(/[\ud800-\udbff]$/, "")}…`;

/** The text with what could steer a terminal as visible escapes, e.g. "\u{1b}". */
export const visible = (text: string): string =>
  text.replaceAll(STEERING, (one) => NAMED[one] ?? `\\u{${one.codePointAt(0)!.toString(16)}}`);

/** JSON that steers no terminal: what JSON leaves as it is becomes an escape that JSON reads. */
export const escaped = (json: string): string =>
  json.replaceAll(
    STEERING,
    (one) =>
      Array.from({ length: one.length }, (_, i) => `\\u${one.charCodeAt(i).toString(16).padStart(4, "0")}`)
        .join(""),
  );

/** The same of a value, on one line. */
export const escapedJson = (value: unknown): string => escaped(JSON.stringify(value));
