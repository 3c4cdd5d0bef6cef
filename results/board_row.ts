/** One row of a board in a terminal, over as many lines as it takes: in columns, or stacked where it is narrow. */
import { fit, fold } from "./columns.ts";

/** What stands in a row; the cells that hold several lines have the most important first. */
export interface Cells {
  readonly place: string;
  readonly word: string;
  readonly name: readonly string[];
  readonly quality: readonly string[];
  readonly speed: readonly string[];
}

/** How a text is coloured. */
export type Paint = (text: string) => string;

const WIDTHS = [3, 7, 19, 27, 19] as const;

/** Lines of 80 columns; `paint` colours the word, `dim` what stands below the first line. */
export function inColumns(
  { place, word, name, quality, speed }: Cells,
  paint: Paint,
  dim: Paint,
): readonly string[] {
  const names = name.flatMap((part) => fold(part, WIDTHS[2]));
  const height = Math.max(names.length, quality.length, speed.length);
  return Array.from({ length: height }, (_, i) => {
    const cells = [
      i === 0 ? place : "",
      i === 0 ? word : "",
      names[i] ?? "",
      quality[i] ?? "",
      speed[i] ?? "",
    ];
    const fitted = cells.map((cell, column) => fit(cell, WIDTHS[column]!));
    if (i > 0) return dim(` ${fitted.join(" ").trimEnd()}`);
    return ` ${fitted.map((cell, column) => (column === 1 ? paint(cell) : cell)).join(" ").trimEnd()}`;
  });
}

/** Lines of fewer columns: what it is, then each figure on a line of its own. */
export function stacked(columns: number) {
  return ({ place, word, name, quality, speed }: Cells, paint: Paint, dim: Paint): readonly string[] => {
    const below = (text: string) => `     ${fit(text, columns - 5).trimEnd()}`;
    const [title = "", ...more] = name;
    return [
      ` ${fit(place, 3)} ${paint(fit(word, 7))} ${fit(title, columns - 13).trimEnd()}`,
      ...[quality, speed].flatMap(([first, ...rest]) => [
        ...(first ? [below(first)] : []),
        ...rest.map(below).map(dim),
      ]),
      ...more.map(below).map(dim),
    ];
  };
}
