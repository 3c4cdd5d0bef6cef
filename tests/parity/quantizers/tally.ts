/** Counts what two sides have alike and how far the rest is apart, by what was compared. */
import type { Differences } from "./ties.ts";

interface Compared {
  matrices: number;
  values: number;
  /** Values that are not the same number. */
  different: number;
  /** As a share of the largest value on our side. */
  largestDifference: number;
}

export class Tally {
  readonly #found = new Map<string, Compared>();
  readonly #rounded = new Map<string, Differences & { matrices: number; values: number }>();
  readonly #unequal = new Set<string>();

  get equal(): boolean {
    return this.#unequal.size === 0;
  }

  /** Values that are to be the same numbers. */
  same(what: string, ours: Float32Array, theirs: Float32Array): void {
    if (this.#add(what, ours, theirs) > 0) this.#unequal.add(what);
  }

  /** Two roundings, which may differ at ties. */
  rounded(what: string, count: number, found: Differences): void {
    const before = this.#rounded.get(what) ??
      { matrices: 0, values: 0, scales: 0, zeros: 0, codes: 0, unexplained: 0 };
    this.#rounded.set(what, {
      matrices: before.matrices + 1,
      values: before.values + count,
      scales: before.scales + found.scales,
      zeros: before.zeros + found.zeros,
      codes: before.codes + found.codes,
      unexplained: before.unexplained + found.unexplained,
    });
    if (found.unexplained > 0) this.#unequal.add(what);
  }

  told() {
    return {
      rounded: Object.fromEntries([...this.#rounded].sort(([a], [b]) => a < b ? -1 : 1)),
      compared: Object.fromEntries([...this.#found].sort(([a], [b]) => a < b ? -1 : 1)),
      unequal: [...this.#unequal],
    };
  }

  #add(what: string, ours: Float32Array, theirs: Float32Array): number {
    const into = this.#found.get(what) ??
      this.#found.set(what, { matrices: 0, values: 0, different: 0, largestDifference: 0 }).get(what)!;
    let [different, apart, most] = [Math.abs(ours.length - theirs.length), 0, 0];
    ours.forEach((value, i) => {
      const difference = Math.abs(value - theirs[i]!);
      if (difference !== 0) different++;
      apart = Math.max(apart, Number.isNaN(difference) ? Infinity : difference);
      most = Math.max(most, Math.abs(value));
    });
    into.matrices++;
    into.values += ours.length;
    into.different += different;
    into.largestDifference = Math.max(into.largestDifference, apart / (most || 1));
    return different;
  }
}
