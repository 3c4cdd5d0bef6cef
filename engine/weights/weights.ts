/** A model's weights behind one interface, whichever files hold them; tensors are named as GGUF names them. */
import { BLOCKS } from "./blocks.ts";
import type { ModelConfig } from "./config.ts";
import type { Held } from "./packed.ts";

export interface Weights extends Disposable {
  readonly path: string;
  /** As the files state them: not checked against the tensors (see modelConfig). @throws {UserError} when they do not. */
  dimensions(): ModelConfig;
  /** @throws {UserError} when the files hold no tokenizer that is known. */
  tokenizerFiles(): TokenizerFiles;
  names(): readonly string[];
  /** What the file calls the tensor. */
  called(name: string): string;
  /** Row-major, e.g. [out, in]. */
  shape(name: string): readonly number[];
  /** The block format's name, e.g. "Q4_1". */
  stored(name: string): string;
  /** The whole tensor as 32-bit floats, row-major. */
  read(name: string): Float32Array;
  /** Holds a matrix as it is stored; what it returns writes one row at `offset`. @throws {RangeError} without such a row. */
  rows(name: string): (row: number, into: Float32Array, offset: number) => void;
  /** A matrix that was made integers of already; absent: none is. */
  held?(name: string): Held | undefined;
}

/** A token that is matched in the text before it is cut; a `special` one is a control token. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
}

/** A tokenizer in the form of Hugging Face's tokenizer.json, and what stands beside it. */
export interface TokenizerFiles {
  readonly tokenizer: { readonly added_tokens: readonly AddedToken[]; readonly [key: string]: unknown };
  readonly bos: number;
  /** Ids that end an answer, the tokenizer's own first. */
  readonly ends: readonly [number, ...number[]];
  readonly chatTemplate: string | null;
  /** Texts that a template may name, e.g. bos_token. */
  readonly special: Readonly<Record<string, string>>;
}

/** Bytes of a tensor as the files hold it. */
export function storedBytes(weights: Weights, name: string): number {
  const stored = weights.stored(name);
  const { values, bytes } = [...BLOCKS.values()].find((format) => format.name === stored)!;
  return countOf(weights, name) / values * bytes;
}

/** How many values a tensor has. */
export function countOf(weights: Weights, name: string): number {
  return weights.shape(name).reduce((product, n) => product * n, 1);
}
