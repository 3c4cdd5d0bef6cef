/** Eight-bit floats beside all their values, written out from the formats' definition. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import * as ort from "onnxruntime-node";
import { GraphBuilder } from "../../../engine/graph/builder.ts";
import { inFloat8, nearestFloat8 } from "../../../engine/graph/float8.ts";
import type { Matrix } from "../../../engine/graph/matrix.ts";
import { UserError } from "../../../engine/mod.ts";

const FORMS = {
  e4m3: { exponent: 4, bias: 7, largest: 448, smallest: 2 ** -9, count: 253 },
  e5m2: { exponent: 5, bias: 15, largest: 57344, smallest: 2 ** -16, count: 247 },
} as const;
type Form = keyof typeof FORMS;
const forms = Object.keys(FORMS) as Form[];

/** What a code of eight bits stands for; NaN for infinities too. */
function valueOf(form: Form, code: number): number {
  const { exponent, bias } = FORMS[form];
  const fraction = 7 - exponent;
  const e = (code >> fraction) & (2 ** exponent - 1);
  const f = code & (2 ** fraction - 1);
  const special = e === 2 ** exponent - 1 && (form === "e5m2" || f === 2 ** fraction - 1);
  if (special) return NaN;
  const size = e === 0 ? f * 2 ** (1 - bias - fraction) : (1 + f / 2 ** fraction) * 2 ** (e - bias);
  return code < 128 ? size : -size;
}

/** The values from 0 up, in the order of their codes. */
const positive = (form: Form) =>
  Array.from({ length: 128 }, (_, code) => valueOf(form, code)).filter((value) => !Number.isNaN(value));

/** The nearest by trying all; of two as near the one with the even code. */
function tried(form: Form, value: number): number {
  const all = positive(form);
  const size = Math.min(Math.abs(value), all.at(-1)!);
  let best = 0;
  all.forEach((one, code) => {
    const [now, before] = [Math.abs(one - size), Math.abs(all[best]! - size)];
    if (now < before || (now === before && code % 2 === 0)) best = code;
  });
  return value < 0 ? -all[best]! : all[best]!;
}

for (const form of forms) {
  const { largest, smallest, count } = FORMS[form];

  Deno.test(`${form} has the values that it should, and each is nearest to itself`, () => {
    const values = Array.from({ length: 256 }, (_, code) => valueOf(form, code)).filter((v) =>
      !Number.isNaN(v)
    );
    assertEquals(new Set(values.map((v) => v + 0)).size, count);
    assertEquals([Math.max(...values), positive(form)[1]], [largest, smallest]);
    for (const value of values) assertEquals(nearestFloat8(value, form) + 0, value + 0);
  });

  Deno.test(`${form}: between two values the nearer one is taken, and the even one at the middle`, () => {
    const all = positive(form);
    for (let i = 0; i + 1 < all.length; i++) {
      const middle = (all[i]! + all[i + 1]!) / 2;
      for (const value of [middle, middle * (1 + 2 ** -23), middle * (1 - 2 ** -23)]) {
        for (const sign of [1, -1]) {
          assertEquals(nearestFloat8(sign * value, form) + 0, tried(form, sign * value) + 0, `${value}`);
        }
      }
    }
  });

  Deno.test(`${form}: any 32-bit float becomes the value that is found by trying all`, () => {
    const float = fc.oneof(
      fc.float({ noNaN: true }),
      fc.float({ noNaN: true, min: -500, max: 500 }),
      fc.float({ noNaN: true, min: -Math.fround(0.05), max: Math.fround(0.05) }),
    );
    fc.assert(
      fc.property(float, (value) => {
        assertEquals(nearestFloat8(value, form) + 0, tried(form, value) + 0);
      }),
      { numRuns: 5000, seed: 11 },
    );
  });
}

/** ONNX's numbers of the types, and of 32-bit floats. */
const TYPES = { e4m3: 17, e5m2: 19, f32: 1 } as const;

for (const form of forms) {
  Deno.test(`${form}: ONNX Runtime's own conversion gives the same values`, async () => {
    const g = new GraphBuilder();
    g.input("x", "f32", ["n"]);
    g.node("Cast", ["x"], ["small"], { to: TYPES[form], saturate: 1 });
    g.node("Cast", ["small"], ["y"], { to: TYPES.f32 });
    g.output("y", "f32", ["n"]);
    const session = await ort.InferenceSession.create(g.encode("cast"), { intraOpNumThreads: 1 });
    const x = Float32Array.from({ length: 200_000 }, (_, i) => Math.sin(i * i + 1) * 2 ** (i % 40 - 22));
    const { y } = await session.run({ x: new ort.Tensor("float32", x, [x.length]) });
    await session.release();
    const theirs = (y!.data as Float32Array).map((value) => value + 0);
    assertEquals(x.map((value) => nearestFloat8(value, form) + 0), theirs);
  });
}

function matrixOf(w: Float32Array, width: number, parts?: Matrix["parts"]): Matrix {
  const rows = () => (row: number, into: Float32Array, offset: number) =>
    into.set(w.subarray(row * width, (row + 1) * width), offset);
  return { name: "w", out: w.length / width, in: width, rows, ...(parts && { parts }) };
}

function read({ out, in: width, rows }: Matrix): Float32Array {
  const [into, write] = [new Float32Array(out * width), rows()];
  for (let row = 0; row < out; row++) write(row, into, row * width);
  return into;
}

const WIDTH = 48;
const noise = Float32Array.from({ length: 4 * WIDTH }, (_, i) => Math.sin(i * i + 1) * 10 ** (i % 5 - 3));

for (const form of forms) {
  Deno.test(`${form} by channel: every weight is a value of the format times the row's own scale`, () => {
    const rounded = read(inFloat8(matrixOf(noise, WIDTH), { bits: 8, float: form, per: "channel" }));
    for (let row = 0; row < 4; row++) {
      const own = noise.subarray(row * WIDTH, (row + 1) * WIDTH);
      const scale = Math.fround(Math.max(...own.map(Math.abs)) / FORMS[form].largest);
      own.forEach((value, i) => {
        const expected = Math.fround(scale * tried(form, Math.fround(value / scale)));
        assertEquals(rounded[row * WIDTH + i]! + 0, expected + 0);
      });
    }
  });
}

Deno.test("by tensor: each tensor of a product's matrix has one scale, and not its neighbour's", () => {
  const parts = [{ called: "q", rows: 3 }, { called: "k", rows: 1 }];
  const rounded = read(inFloat8(matrixOf(noise, WIDTH, parts), { bits: 8, float: "e4m3", per: "tensor" }));
  for (const [from, to] of [[0, 3 * WIDTH], [3 * WIDTH, 4 * WIDTH]]) {
    const own = noise.subarray(from, to);
    const scale = Math.fround(Math.max(...own.map(Math.abs)) / 448);
    own.forEach((value, i) => {
      const expected = Math.fround(scale * tried("e4m3", Math.fround(value / scale)));
      assertEquals(rounded[from! + i]! + 0, expected + 0);
    });
  }
});

Deno.test("a row of zeros stays one, and a row's largest weight comes back", () => {
  for (const float of forms) {
    for (const per of ["channel", "tensor"] as const) {
      const w = Float32Array.from([0, 0, 0, 0.5, -3.7, 1e-9]);
      const rounded = read(inFloat8(matrixOf(w, 3), { bits: 8, float, per }));
      assertEquals([...rounded.subarray(0, 3)], [0, 0, 0]);
      assertAlmostEquals(rounded[4]!, w[4]!, 1e-6);
      assert(Math.abs(rounded[3]! - 0.5) <= 0.5 / 8);
    }
  }
});

Deno.test("a matrix that holds what is no number is refused by the tensor's name and row", () => {
  const w = noise.slice();
  w[3 * WIDTH + 5] = -Infinity;
  const parts = [{ called: "q_proj", rows: 2 }, { called: "k_proj", rows: 2 }];
  for (const per of ["channel", "tensor"] as const) {
    const rounded = inFloat8(matrixOf(w, WIDTH, parts), { bits: 8, float: "e4m3", per });
    assertThrows(() => read(rounded), UserError, "row 1 of k_proj holds Infinity");
  }
});
