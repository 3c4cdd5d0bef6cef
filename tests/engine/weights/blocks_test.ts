/** Block formats beside the loops of ggml-quants.c, written here as they stand there. */
import { assertEquals } from "@std/assert";
import { BLOCKS } from "../../../engine/weights/blocks.ts";
import { stream } from "../../results/fixture.ts";

type Decode = (x: Uint8Array) => number[];

const bitsToHalf = (x: Uint8Array, at: number) => new DataView(x.buffer, x.byteOffset).getFloat16(at, true);

function scaleMin(j: number, q: Uint8Array): [number, number] {
  if (j < 4) return [q[j]! & 63, q[j + 4]! & 63];
  return [(q[j + 4]! & 0xf) | ((q[j - 4]! >> 6) << 4), (q[j + 4]! >> 4) | ((q[j]! >> 6) << 4)];
}

function k45(fifth: boolean): Decode {
  return (x) => {
    const [d, min, scales] = [bitsToHalf(x, 0), bitsToHalf(x, 2), x.subarray(4, 16)];
    const high = x.subarray(16, 48);
    let low = x.subarray(fifth ? 48 : 16);
    const y: number[] = [];
    for (let j = 0, is = 0, u1 = 1, u2 = 2; j < 256; j += 64, is += 2, u1 <<= 2, u2 <<= 2) {
      for (const [shift, u, group] of [[0, u1, is], [4, u2, is + 1]] as const) {
        const [scale, m] = scaleMin(group, scales);
        for (let l = 0; l < 32; l++) {
          const q = ((low[l]! >> shift) & 0xf) + (fifth && high[l]! & u ? 16 : 0);
          y.push(d * scale * q - min * m);
        }
      }
      low = low.subarray(32);
    }
    return y;
  };
}

const q6k: Decode = (x) => {
  const d = bitsToHalf(x, 208);
  const y = new Array<number>(256);
  let [ql, qh, sc] = [x.subarray(0, 128), x.subarray(128, 192), new Int8Array(x.slice(192, 208).buffer)];
  for (let n = 0; n < 256; n += 128) {
    for (let l = 0; l < 32; l++) {
      const is = l >> 4;
      const q1 = ((ql[l]! & 0xf) | (((qh[l]! >> 0) & 3) << 4)) - 32;
      const q2 = ((ql[l + 32]! & 0xf) | (((qh[l]! >> 2) & 3) << 4)) - 32;
      const q3 = ((ql[l]! >> 4) | (((qh[l]! >> 4) & 3) << 4)) - 32;
      const q4 = ((ql[l + 32]! >> 4) | (((qh[l]! >> 6) & 3) << 4)) - 32;
      y[n + l] = d * sc[is]! * q1;
      y[n + l + 32] = d * sc[is + 2]! * q2;
      y[n + l + 64] = d * sc[is + 4]! * q3;
      y[n + l + 96] = d * sc[is + 6]! * q4;
    }
    [ql, qh, sc] = [ql.subarray(64), qh.subarray(32), sc.subarray(8)];
  }
  return y;
};

function halves(quants: number, plane: number, of: (x: Uint8Array, q: number) => number): Decode {
  return (x) => {
    const high = (j: number) =>
      plane < 0 ? 0 : ((new DataView(x.buffer, x.byteOffset).getUint32(plane, true) >>> j) & 1) << 4;
    const low = (j: number, shift: number) => (x[quants + j]! >> shift) & 0xf;
    const first = Array.from({ length: 16 }, (_, j) => of(x, low(j, 0) | high(j)));
    return [...first, ...Array.from({ length: 16 }, (_, j) => of(x, low(j, 4) | high(j + 16)))];
  };
}

const FORMATS: Readonly<Record<string, readonly [type: number, decode: Decode, halves: readonly number[]]>> =
  {
    Q4_0: [2, halves(2, -1, (x, q) => (q - 8) * bitsToHalf(x, 0)), [0]],
    Q4_1: [3, halves(4, -1, (x, q) => q * bitsToHalf(x, 0) + bitsToHalf(x, 2)), [0, 2]],
    Q5_0: [6, halves(6, 2, (x, q) => (q - 16) * bitsToHalf(x, 0)), [0]],
    Q5_1: [7, halves(8, 4, (x, q) => q * bitsToHalf(x, 0) + bitsToHalf(x, 2)), [0, 2]],
    Q4_K: [12, k45(false), [0, 2]],
    Q5_K: [13, k45(true), [0, 2]],
    Q6_K: [14, q6k, [208]],
  };

for (const [name, [type, decode, scales]] of Object.entries(FORMATS)) {
  Deno.test(`${name} blocks of any bytes are read as ggml reads them`, () => {
    const format = BLOCKS.get(type)!;
    assertEquals(format.name, name);
    const next = stream(type);
    const blocks = Array.from({ length: 20 }, () => {
      const block = Uint8Array.from({ length: format.bytes }, () => Math.floor(next() * 256));
      for (const at of scales) new DataView(block.buffer).setFloat16(at, (next() - 0.5) * 4, true);
      return block;
    });
    const found = new Float32Array(3 + 20 * format.values);
    format.decode(Uint8Array.from(blocks.flatMap((block) => [...block])), found, 3, 20 * format.values);
    assertEquals([...found.subarray(3)], [...Float32Array.from(blocks.flatMap(decode))]);
    assertEquals([...found.subarray(0, 3)], [0, 0, 0]);
  });
}

Deno.test("BF16 values are the upper halves of 32-bit floats", () => {
  const values = Float32Array.from([0, -1, 1.5, 2 ** 100, -0.0078125, Infinity]);
  const bytes = new Uint8Array(values.buffer);
  const upper = Uint8Array.from([...bytes].filter((_, i) => i % 4 > 1));
  const found = new Float32Array(values.length);
  BLOCKS.get(30)!.decode(upper, found, 0, values.length);
  assertEquals(found, values);
});
