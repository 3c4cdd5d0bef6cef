/** The block formats of GGUF tensors (ggml's ggml-common.h): how many values a block holds, its bytes, its meaning. */
export interface BlockFormat {
  readonly name: string;
  /** Values in a block. */
  readonly values: number;
  /** Bytes of a block. */
  readonly bytes: number;
  /** Writes `count` values from whole blocks at `offset`. */
  decode(bytes: Uint8Array, into: Float32Array, offset: number, count: number): void;
}

/** Every 16-bit float as a 32-bit one. */
const HALF = (() => {
  const table = new Float32Array(65536);
  const view = new DataView(new ArrayBuffer(2));
  for (let bits = 0; bits < 65536; bits++) {
    view.setUint16(0, bits);
    table[bits] = view.getFloat16(0);
  }
  return table;
})();

const half = (bytes: Uint8Array, at: number) => HALF[bytes[at]! | (bytes[at + 1]! << 8)]!;

const f32: BlockFormat = {
  name: "F32",
  values: 1,
  bytes: 4,
  decode(bytes, into, offset, count) {
    new Uint8Array(into.buffer, into.byteOffset + offset * 4, count * 4).set(bytes.subarray(0, count * 4));
  },
};

const f16: BlockFormat = {
  name: "F16",
  values: 1,
  bytes: 2,
  decode(bytes, into, offset, count) {
    for (let i = 0; i < count; i++) into[offset + i] = half(bytes, i * 2);
  },
};

/** w = q d + m: a scale and a minimum, then 32 nibbles, the first half low and the second half high. */
const q41: BlockFormat = {
  name: "Q4_1",
  values: 32,
  bytes: 20,
  decode(bytes, into, offset, count) {
    for (let block = 0, at = 0; block < count; block += 32, at += 20) {
      const [d, m] = [half(bytes, at), half(bytes, at + 2)];
      const target = offset + block;
      for (let i = 0; i < 16; i++) {
        const q = bytes[at + 4 + i]!;
        into[target + i] = (q & 15) * d + m;
        into[target + 16 + i] = (q >> 4) * d + m;
      }
    }
  },
};

/** w = q d: a scale, then 32 signed bytes. */
const q80: BlockFormat = {
  name: "Q8_0",
  values: 32,
  bytes: 34,
  decode(bytes, into, offset, count) {
    for (let block = 0, at = 0; block < count; block += 32, at += 34) {
      const d = half(bytes, at);
      for (let i = 0; i < 32; i++) into[offset + block + i] = ((bytes[at + 2 + i]! << 24) >> 24) * d;
    }
  },
};

/** Formats by GGUF's type number. */
export const BLOCKS: ReadonlyMap<number, BlockFormat> = new Map([[0, f32], [1, f16], [3, q41], [8, q80]]);
