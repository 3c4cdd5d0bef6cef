/** Stand-in for `@std/assert` over `node:assert/strict`, with the std signatures that the tests use. */
import assertStrict from "node:assert/strict";

export class AssertionError extends Error {
  override name = "AssertionError";
}

function run(check: () => void, message?: string): void {
  try {
    check();
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new AssertionError(message === undefined ? detail : `${message}: ${detail}`, { cause });
  }
}

/** Throws unless `value` is truthy. */
export function assert(value: unknown, message = "Expected a truthy value"): asserts value {
  if (!value) throw new AssertionError(message);
}

/** Throws unless both values are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  run(() => assertStrict.deepStrictEqual(actual, expected), message);
}

/** Throws if both values are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  run(() => assertStrict.notDeepStrictEqual(actual, expected), message);
}

/** Throws unless |actual - expected| <= tolerance (default 1e-7). */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance = 1e-7,
  message?: string,
): void {
  if (Object.is(actual, expected) || Math.abs(actual - expected) <= tolerance) return;
  throw new AssertionError(
    `${message ? message + ": " : ""}Expected ${actual} to be within ${tolerance} of ${expected}`,
  );
}

/** Throws unless `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  if (actual.includes(expected)) return;
  throw new AssertionError(
    `${message ? message + ": " : ""}Expected ${JSON.stringify(actual)} to include ${
      JSON.stringify(expected)
    }`,
  );
}

/** Throws unless `actual` matches `expected`. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  run(() => assertStrict.match(actual, expected), message);
}

type ErrorClass<E extends Error> = abstract new (...args: never[]) => E;

function checked<E extends Error>(error: unknown, kind?: ErrorClass<E>, includes?: string): E {
  if (!(error instanceof Error)) throw new AssertionError("Expected an Error to be thrown");
  if (kind !== undefined && !(error instanceof kind)) {
    throw new AssertionError(`Expected ${kind.name}: found ${error.name}: ${error.message}`, {
      cause: error,
    });
  }
  if (includes !== undefined) assertStringIncludes(error.message, includes);
  return error as E;
}

/** Throws unless `fn` throws; returns the error. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  kind?: ErrorClass<E>,
  includes?: string,
): E {
  try {
    fn();
  } catch (error) {
    return checked(error, kind, includes);
  }
  throw new AssertionError("Expected the function to throw");
}

/** Rejects unless the promise of `fn` rejects; resolves to the error. */
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  kind?: ErrorClass<E>,
  includes?: string,
): Promise<E> {
  try {
    await fn();
  } catch (error) {
    return checked(error, kind, includes);
  }
  throw new AssertionError("Expected the promise to be rejected");
}
