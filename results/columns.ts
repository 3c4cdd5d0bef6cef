/** Text in the columns of a terminal: cut and padded by width, wrapped by words, unable to steer the terminal. */

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;
const columnsOf = (character: string) => WIDE.test(character) ? 2 : 1;

/** Exactly `width` columns; "~" stands for what was cut. */
export function fit(text: string, width: number): string {
  const clean = plain(text);
  const total = [...clean].reduce((sum, character) => sum + columnsOf(character), 0);
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
  const lines: string[] = [];
  for (const part of plain(text).split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + part.length + 1 <= width - 1) {
      lines[lines.length - 1] = `${last} ${part}`;
      continue;
    }
    for (let i = 0; i < part.length || i === 0; i += width - 4) {
      lines.push((lines.length === 0 ? " " : "   ") + part.slice(i, i + width - 4));
    }
  }
  return lines;
}

/** Control characters and direction overrides. */
const STEERING = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const plain = (text: string) => text.replaceAll("−", "-").replaceAll(STEERING, " ");
