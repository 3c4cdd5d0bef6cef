/** The embedding table as a session holds it: a lookup needs one row at a time, so the table stays as it is stored. */
import { storedBytes, type Weights } from "../weights/mod.ts";

/** The tensor that holds it. */
export const EMBEDDING = "token_embd.weight";

export interface Embedding {
  /** Bytes that it takes. */
  readonly bytes: number;
  /** Writes the row of a token at `offset`. */
  readonly row: (token: number, into: Float32Array, offset: number) => void;
}

export function embedding(weights: Weights): Embedding {
  return { bytes: storedBytes(weights, EMBEDDING), row: weights.rows(EMBEDDING) };
}
