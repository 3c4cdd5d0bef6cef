/**
 * What a side and the check say to each other: a line of JSON for each call and each answer. Typed arrays and numbers
 * that JSON has not are written as objects of one key.
 */
import type { Side } from "../../evals/mod.ts";

export type Call = { readonly [K in keyof Side]: Parameters<Side[K]> };

export interface Asked {
  readonly id: number;
  readonly call: keyof Side;
  readonly args: readonly unknown[];
}

export interface Said {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly kind: "user" | "broke"; readonly message: string };
}

export const CALLS = [
  "about",
  "open",
  "block",
  "answers",
  "noise",
  "regrets",
  "gate",
  "close",
] as const satisfies readonly (keyof Side)[];

const ARRAYS = { Float32Array, Float64Array, Int32Array, Uint32Array, Uint8Array } as const;
type Kind = keyof typeof ARRAYS;

/** One line without its end. */
export function written(message: Asked | Said): string {
  return JSON.stringify(message, (_, value) => {
    if (typeof value === "number" && !Number.isFinite(value)) return { $number: String(value) };
    const kind = Object.keys(ARRAYS).find((name) => value instanceof ARRAYS[name as Kind]);
    if (kind === undefined) return value;
    const { buffer, byteOffset, byteLength } = value as Float32Array;
    return { [`$${kind}`]: new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength).toBase64() };
  });
}

/** @throws {SyntaxError} where it is no JSON. */
export function readLine(line: string): unknown {
  return JSON.parse(line, (_, value) => {
    if (value === null || typeof value !== "object") return value;
    const [key, more] = Object.keys(value);
    if (key === undefined || more !== undefined || !key.startsWith("$")) return value;
    if (key === "$number") return Number(value.$number);
    const kind = key.slice(1);
    if (!Object.hasOwn(ARRAYS, kind)) return value;
    return new ARRAYS[kind as Kind](Uint8Array.fromBase64(value[key]).buffer);
  });
}

/** Lines of a stream, as long as it lasts. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncIterable<string> {
  let rest = "";
  for await (
    const chunk of stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
  ) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}
