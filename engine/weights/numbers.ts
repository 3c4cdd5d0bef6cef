/** Reads the numbers of a model out of what its file says of itself. */
import { UserError } from "../engine.ts";

/** More of anything than any model has, and little enough to be held. */
const MOST = 2 ** 20;

/**
 * `number` and `size` read a value above 0, `size` a whole one; `said` looks a key up, and `call` names it as the file
 * does. Both throw a UserError where the value is no such number.
 */
export function numbers(path: string, said: (key: string) => unknown, call: (key: string) => string) {
  const number = (key: string, otherwise?: number): number => {
    const value = said(key) ?? otherwise;
    if (typeof value === "number" && value > 0 && value < Infinity) return value;
    throw new UserError(
      `Cannot run ${path} as its metadata must say ${call(key)}, a number above 0: found ${value}.`,
    );
  };
  const size = (key: string, otherwise?: number): number => {
    const value = number(key, otherwise);
    if (Number.isInteger(value) && value <= MOST) return value;
    throw new UserError(
      `Cannot run ${path} as ${call(key)} must be a whole number of at most ${MOST}: found ${value}.`,
    );
  };
  return { number, size };
}
