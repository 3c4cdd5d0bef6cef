import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { dequantize, quantize } from "../../../engine/graph/quantize.ts";
import { type Integers, UserError } from "../../../engine/mod.ts";
import { layout, rowBytes } from "../../../engine/weights/mod.ts";

const precision = fc.record({
  bits: fc.constantFrom(8 as const, 4 as const, 3 as const, 2 as const),
  block: fc.constantFrom(
    16 as const,
    32 as const,
    64 as const,
    128 as const,
    256 as const,
    "channel" as const,
  ),
  symmetric: fc.boolean(),
});
const matrix = fc.record({ out: fc.integer({ min: 1, max: 4 }), width: fc.integer({ min: 1, max: 300 }) })
  .chain(
    ({ out, width }) =>
      fc.record({
        out: fc.constant(out),
        width: fc.constant(width),
        w: fc.array(fc.float({ noNaN: true, min: -1000, max: 1000 }), {
          minLength: out * width,
          maxLength: out * width,
        }).map((values) => Float32Array.from(values)),
      }),
  );

/** Each group of a row that shares a scale: where it begins and ends in the matrix, and the number of its first block. */
function* groupsOf(out: number, width: number, p: Integers) {
  const { group, groups, blocks } = layout(p, width);
  for (let row = 0; row < out; row++) {
    for (let g = 0; g < groups; g++) {
      yield {
        from: row * width + g * group,
        to: row * width + Math.min(width, (g + 1) * group),
        at: row * blocks + g,
      };
    }
  }
}

Deno.test("every weight comes back within half a step of its block's scale, or a whole one at a shifted zero", () => {
  fc.assert(
    fc.property(matrix, precision, ({ w, out, width }, p) => {
      const q = quantize(w, out, width, p);
      const back = dequantize(q, out, width, p);
      for (const { from, to, at } of groupsOf(out, width, p)) {
        const scale = q.scales[at]!;
        // A rounded zero point moves the range's ends by up to half a step.
        const bound = scale * (p.symmetric ? 0.5 : 1) * (1 + 1e-5) + 1e-37;
        for (let i = from; i < to; i++) assert(Math.abs(back[i]! - w[i]!) <= bound, `${back[i]} for ${w[i]}`);
      }
    }),
    { numRuns: 300, seed: 5 },
  );
});

Deno.test("scales are the block's range over the number of steps", () => {
  fc.assert(
    fc.property(matrix, precision, ({ w, out, width }, p) => {
      const { scales } = quantize(w, out, width, p);
      for (const { from, to, at } of groupsOf(out, width, p)) {
        const values = [0, ...w.subarray(from, to)];
        const [min, max] = [Math.min(...values), Math.max(...values)];
        const steps = 2 ** p.bits - 1;
        const range = p.symmetric ? Math.max(max, -min) / ((steps - 1) / 2) : (max - min) / steps;
        assertEquals(scales[at], Math.fround(range) || 1);
      }
    }),
    { numRuns: 200, seed: 6 },
  );
});

Deno.test("what symmetric blocks stand for is quantized again to itself", () => {
  fc.assert(
    fc.property(matrix, precision, ({ w, out, width }, form) => {
      const p = { ...form, symmetric: true };
      const once = dequantize(quantize(w, out, width, p), out, width, p);
      const twice = dequantize(quantize(once, out, width, p), out, width, p);
      once.forEach((value, i) => assert(Math.abs(twice[i]! - value) <= 1e-5 * Math.max(1, Math.abs(value))));
    }),
    { numRuns: 100, seed: 7 },
  );
});

Deno.test("zero stays zero in both forms and at every width", () => {
  fc.assert(
    fc.property(matrix, precision, ({ w, out, width }, p) => {
      const holed = w.map((value, i) => (i % 3 === 0 ? 0 : value));
      const back = dequantize(quantize(holed, out, width, p), out, width, p);
      back.forEach((value, i) => i % 3 === 0 && assertEquals(Math.abs(value), 0));
    }),
    { numRuns: 100, seed: 8 },
  );
});

Deno.test("constant rows, of zeros too, come back as they were up to rounding of the scale", () => {
  for (const bits of [8, 4, 3, 2] as const) {
    for (const symmetric of [true, false]) {
      for (const value of [0, 1, -1, 0.3, -1e-3, 1e4]) {
        const p = { bits, block: 32, symmetric } as const;
        const back = dequantize(quantize(new Float32Array(40).fill(value), 1, 40, p), 1, 40, p);
        for (const one of back) {
          assert(Math.abs(one - value) <= Math.abs(value) * 1e-6, `${one} for ${value}`);
        }
      }
    }
  }
});

Deno.test("values are packed low nibble first, blocks padded with the zero point", () => {
  const p = { bits: 4, block: 16, symmetric: false } as const;
  // Range 0..15, so that the scale is 1 and the zero point 0; then -15..0 with the zero point 15.
  const w = Float32Array.from([0, 1, 2, 3, 15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -15, -1]);
  const { values, scales, zeros } = quantize(w, 1, 18, p);
  assertEquals([...values], [0x10, 0x32, 0x0f, 0, 0, 0, 0, 0, 0xe0, ...Array(7).fill(0xff)]);
  assertEquals([...scales], [1, 1]);
  assertEquals([...zeros!], [0xf0]);
  const eight = quantize(Float32Array.of(-127, 0, 127), 1, 3, { bits: 8, block: 16, symmetric: true });
  assertEquals([...eight.values.subarray(0, 4)], [1, 128, 255, 128]);
  assertEquals([[...eight.scales], eight.zeros], [[1], undefined]);
});

Deno.test("two bits are packed four to a byte, lowest first, and three as four are", () => {
  const w = Float32Array.from([0, 1, 2, 3, 3, 2, 1, 0]);
  const two = quantize(w, 1, 8, { bits: 2, block: 16, symmetric: false });
  assertEquals([[...two.values], [...two.scales], [...two.zeros!]], [[0xe4, 0x1b, 0, 0], [1], [0]]);
  const three = quantize(Float32Array.of(-3, 0, 3), 1, 3, { bits: 3, block: 16, symmetric: true });
  assertEquals([...three.values], [0x41, 0x47, ...Array(6).fill(0x44)]);
  assertEquals([[...three.scales], three.zeros], [[1], undefined]);
});

Deno.test("a channel's scale stands at each of its blocks, and no block is wider than the row needs", () => {
  const p = { bits: 4, block: "channel", symmetric: true } as const;
  const w = Float32Array.from({ length: 2 * 192 }, (_, i) => (i < 192 ? 7 : 14));
  const { values, scales } = quantize(w, 2, 192, p);
  assertEquals([...scales], [1, 1, 1, 2, 2, 2]);
  assertEquals(new Set(values), new Set([0xff]));
  assertEquals(values.length, 192);
});

Deno.test("a row takes the bytes that are said", () => {
  fc.assert(
    fc.property(matrix, precision, ({ w, out, width }, p) => {
      const { values, scales, zeros = new Uint8Array() } = quantize(w, out, width, p);
      assertEquals(values.byteLength + scales.byteLength + zeros.byteLength, out * rowBytes(p, width));
    }),
    { numRuns: 200, seed: 9 },
  );
});

Deno.test("a row of six bits takes four and two, a zero point of each, and a scale for both", () => {
  for (const symmetric of [true, false]) {
    assertEquals(rowBytes({ bits: 6, block: 64, symmetric }, 320), 320 * 6 / 8 + 5 * 4 + 3 + 2);
  }
});

for (const wrong of [NaN, Infinity, -Infinity]) {
  Deno.test(`a matrix that holds ${wrong} is refused by the row's name`, () => {
    const w = new Float32Array(64).fill(1);
    w[40] = wrong;
    const p = { bits: 4, block: 16, symmetric: true } as const;
    const error = assertThrows(() => quantize(w, 2, 32, p, (row) => `row ${row} of blk.0.up`), UserError);
    assertEquals(
      error.message,
      `Cannot quantize the weights as all must be finite numbers: row 1 of blk.0.up holds ${wrong}.`,
    );
  });
}
