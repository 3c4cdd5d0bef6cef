/** Rotary position embedding (Su et al., 2021), with tables of angles to choose from. */
import type { Angle, RopeOptions } from "./tiny_options.ts";
import { SIZE } from "./tiny_weights.ts";

const { headDim, context } = SIZE;
const PAIRS = headDim / 2;
const BASE = 10000;

/** Angle a position: pair p turns by 10000^(-p / pairs). */
export const frequency = (pair: number) => BASE ** (-pair / PAIRS);
export const plainAngle: Angle = (position, pair) => position * frequency(pair);

/** Angles with each frequency divided by a factor, as in LongRoPE (Ding et al., 2024). */
export const scaledAngle = (factors: readonly number[]): Angle => (position, pair) =>
  position * frequency(pair) / factors[pair]!;

/**
 * Scaling for long context done right: a row from position `threshold` on reads all keys by the long table, a row
 * before it by the short one. Keys are kept plain, so that no row meets one that was turned by the other table.
 */
export function longRope(
  threshold: number,
  long: readonly number[],
  short: readonly number[] = [1, 1, 1, 1],
): Required<Pick<RopeOptions, "tables" | "table" | "keys">> {
  return {
    tables: [scaledAngle(short), scaledAngle(long)],
    table: ({ position }) => (position < threshold ? 0 : 1),
    keys: "plain",
  };
}

/** [context x pairs x (cosine, sine)] of an angle at each position, once a process. */
const known = new WeakMap<Angle, Float64Array>();

function tabulate(angle: Angle): Float64Array {
  const values = known.get(angle) ?? new Float64Array(context * PAIRS * 2);
  if (known.has(angle)) return values;
  for (let position = 0; position < context; position++) {
    for (let pair = 0; pair < PAIRS; pair++) {
      const at = angle(position, pair);
      values[(position * PAIRS + pair) * 2] = Math.cos(at);
      values[(position * PAIRS + pair) * 2 + 1] = Math.sin(at);
    }
  }
  known.set(angle, values);
  return values;
}

export class Rotary {
  readonly #angles: readonly Angle[];
  readonly #tables: readonly Float64Array[];
  readonly #step: number;
  readonly #apart: number;

  constructor({ tables = [plainAngle], pairs = "neighbours" }: RopeOptions = {}) {
    this.#angles = tables;
    this.#tables = tables.map(tabulate);
    [this.#step, this.#apart] = pairs === "neighbours" ? [2, 1] : [1, PAIRS];
  }

  /** Turns the heads at [from, from + heads x headDim) of `x` in place. */
  turn(x: Float32Array, from: number, heads: number, position: number, table: number): void {
    const known = Number.isInteger(position) && position >= 0 && position < context;
    const values = this.#tables[table]!;
    for (let pair = 0; pair < PAIRS; pair++) {
      const angle = known ? 0 : this.#angles[table]!(position, pair);
      const cosine = known ? values[(position * PAIRS + pair) * 2]! : Math.cos(angle);
      const sine = known ? values[(position * PAIRS + pair) * 2 + 1]! : Math.sin(angle);
      for (let head = 0; head < heads; head++) {
        const a = from + head * headDim + pair * this.#step;
        const [one, two] = [x[a]!, x[a + this.#apart]!];
        x[a] = one * cosine - two * sine;
        x[a + this.#apart] = two * cosine + one * sine;
      }
    }
  }
}
