/** Places names beside the points of a picture where they cover nothing; a name without room is left out. */

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Pixels of a letter and of a line, at the size in which labels are written. */
const LETTER = 6.9;
const LINE = 14;
const AWAY = 9;

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

  /** Where the text starts on its base line, or nothing where there is no room. */
  place(
    text: string,
    x: number,
    y: number,
  ): { readonly x: number; readonly y: number; readonly text: string } | undefined {
    const width = text.length * LETTER;
    const spots = [
      [x + AWAY, y - 5],
      [x + AWAY, y + 15],
      [x - AWAY - width, y - 5],
      [x - AWAY - width, y + 15],
      [x - width / 2, y - 14],
      [x - width / 2, y + 24],
    ] as const;
    for (const [left, base] of spots) {
      const box = { left, right: left + width, top: base - LINE + 3, bottom: base + 3 };
      const inside = box.left >= this.#room.left && box.right <= this.#room.right &&
        box.top >= this.#room.top &&
        box.bottom <= this.#room.bottom;
      if (!inside || this.#taken.some((other) => overlap(box, other))) continue;
      this.#taken.push(box);
      return { x: Math.round(left), y: Math.round(base), text };
    }
    return undefined;
  }
}

const overlap = (a: Box, b: Box) =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
