/** The fields of a JSON body, each read once and checked; null stands for absent. */
import { ApiError } from "./api_error.ts";

export class Fields {
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #read = new Set<string>();

  /** @throws {ApiError} unless the body is a JSON object. */
  constructor(text: string) {
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch (error) {
      throw new ApiError(400, `Cannot read the body as it must be JSON: ${(error as Error).message}`);
    }
    if (!isObject(body)) {
      throw new ApiError(400, `Cannot read the body as it must be a JSON object: found ${kindOf(body)}`);
    }
    this.#values = new Map(Object.entries(body));
  }

  /** The value of a field, unchecked; undefined where it is absent or null. */
  any(name: string): unknown {
    this.#read.add(name);
    return this.#values.get(name) ?? undefined;
  }

  flag(name: string): boolean {
    const value = this.any(name) ?? false;
    return typeof value === "boolean" ? value : wrong(name, "true or false", value);
  }

  text(name: string): string | undefined {
    const value = this.any(name);
    return value === undefined || typeof value === "string" ? value : wrong(name, "a text", value);
  }

  number(name: string, least: number, most: number): number | undefined {
    const value = this.any(name);
    if (value === undefined) return undefined;
    if (typeof value === "number" && value >= least && value <= most) return value;
    return wrong(name, `a number from ${least} to ${most}`, value);
  }

  whole(name: string, least: number, most: number): number | undefined {
    const value = this.any(name);
    if (value === undefined) return undefined;
    if (Number.isInteger(value) && value as number >= least && value as number <= most) {
      return value as number;
    }
    return wrong(name, `a whole number from ${least} to ${most}`, value);
  }

  /** @throws {ApiError} for a field that this server knows and cannot honour, unless its value asks for nothing. */
  neutral(values: Readonly<Record<string, readonly unknown[]>>): void {
    for (const [name, idle] of Object.entries(values)) {
      const value = this.any(name);
      if (value === undefined || idle.some((one) => JSON.stringify(one) === JSON.stringify(value))) continue;
      throw new ApiError(
        400,
        `Cannot use ${name} as this server does not support it${
          idle.length > 0 ? `: leave it away, or at ${JSON.stringify(idle[0])}` : ""
        }`,
        { param: name, code: "unsupported_parameter" },
      );
    }
  }

  /** @throws {ApiError} for a field that nobody read: a misspelt one must not be passed over. */
  done(ignored: readonly string[]): void {
    const unknown = [...this.#values.keys()].find((name) => !this.#read.has(name) && !ignored.includes(name));
    if (unknown === undefined) return;
    throw new ApiError(400, `Cannot use ${unknown} as a field must be one that this server knows`, {
      param: unknown,
      code: "unknown_parameter",
    });
  }
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Says what a field must be. */
export function wrong(name: string, must: string, found: unknown): never {
  throw new ApiError(400, `Cannot use ${name} as it must be ${must}: found ${kindOf(found)}`, {
    param: name,
  });
}

function kindOf(value: unknown): string {
  if (value === undefined) return "none";
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string") return value.length <= 40 ? JSON.stringify(value) : "a text";
  return Array.isArray(value) ? `a list of ${value.length}` : "an object";
}
