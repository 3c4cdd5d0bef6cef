/** Places names by the points of a picture where they cover nothing; one without room beside its point stands apart, on a line. */

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Pixels of a letter and of a line, at the size in which labels are written. */
const LETTER = 6.9;
const LINE = 14;
const AWAY = 13;
/** Pixels between two names on one line. */
const GAP = 5;
/** Lines further away than beside the point. */
const STEPS = [1, 2, 3, 4];

export interface Label {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly apart: boolean;
}

export class Labels {
  readonly #room: Box;
  readonly #taken: Box[] = [];

  constructor(room: Box) {
    this.#room = room;
  }

  /** Keeps the mark at this point free. */
  take(x: number, y: number): void {
    this.#taken.push({ left: x - 8, right: x + 8, top: y - 7, bottom: y + 7 });
  }

  /** Where the text starts on its base line and whether it stands apart, or nothing where there is no room. */
  place(text: string, x: number, y: number): Label | undefined {
    const width = text.length * LETTER;
    const middle = Math.max(this.#room.left, Math.min(this.#room.right - width, x - width / 2));
    const spots = [
      [x + AWAY, y - 5],
      [x + AWAY, y + 15],
      [x - AWAY - width, y - 5],
      [x - AWAY - width, y + 15],
      [middle, y - 14],
      [middle, y + 24],
      ...STEPS.flatMap((step) => [[middle, y - 14 - step * LINE], [middle, y + 24 + step * LINE]] as const),
    ] as const;
    for (const [i, [left, base]] of spots.entries()) {
      const box = { left, right: left + width, top: base - LINE + 3, bottom: base + 3 };
      const inside = box.left >= this.#room.left && box.right <= this.#room.right &&
        box.top >= this.#room.top &&
        box.bottom <= this.#room.bottom;
      const wide = { ...box, left: box.left - GAP, right: box.right + GAP };
      if (!inside || this.#taken.some((other) => overlap(wide, other))) continue;
      this.#taken.push(box);
      return { x: Math.round(left), y: Math.round(base), text, apart: i > 5 };
    }
    return undefined;
  }
}

const overlap = (a: Box, b: Box) =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
