/**
 * The embedding table as a session holds it. A lookup needs one row at a time, so the table stays as the file stores
 * it, or is held as integers, and each row becomes floats when it is asked for.
 */
import type { Integers } from "../stack.ts";
import { layout, storedBytes, type Weights } from "../weights/mod.ts";
import { packedBands } from "./linear.ts";
import { matrix } from "./llama.ts";
import { dequantizeRow } from "./quantize.ts";

const TABLE = "token_embd.weight";

export interface Embedding {
  /** Bytes that it takes. */
  readonly bytes: number;
  /** Writes the row of a token at `offset`. */
  readonly row: (token: number, into: Float32Array, offset: number) => void;
}

/** The table of a model's weights. @throws {UserError} when it is to be rounded and holds what is no number. */
export function embedding(weights: Weights, precision?: Integers): Embedding {
  if (precision === undefined) return { bytes: storedBytes(weights, TABLE), row: weights.rows(TABLE) };
  const { held: _, ...table } = matrix(weights, TABLE);
  const { blocks, block, field } = layout(precision, table.in);
  const zeroBytes = precision.symmetric ? 0 : Math.ceil(blocks * field / 8);
  const values = new Uint8Array(table.out * blocks * block * field / 8);
  const scales = new Float32Array(table.out * blocks);
  const zeros = new Uint8Array(table.out * zeroBytes);
  for (const { first, packed } of packedBands(table, precision)) {
    values.set(packed.values, first * values.length / table.out);
    scales.set(packed.scales, first * blocks);
    if (packed.zeros) zeros.set(packed.zeros, first * zeroBytes);
  }
  const held = { values, scales, ...(!precision.symmetric && { zeros }) };
  return {
    bytes: values.byteLength + scales.byteLength + zeros.byteLength,
    row: (token, into, offset) => {
      if (token >= 0 && token < table.out) dequantizeRow(held, token, table.in, precision, into, offset);
      else throw new RangeError(`Cannot look up token ${token} as it must be one of ${table.out}`);
    },
  };
}
