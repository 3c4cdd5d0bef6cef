/** What calibration keeps of each channel's span, and the grids that pages make of it. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { cacheFolder, type KvShape, PAGE_TOKENS, UserError } from "../../engine/mod.ts";
import { Extent, EXTENTS, readExtent } from "../../engine/kv_extent.ts";
import { roundedPages } from "../../engine/rounded_pages.ts";
import { useTestCache } from "./test_cache.ts";

useTestCache();

const SHAPE: KvShape = { layers: 2, kvHeads: 2, headDim: 3 };
const WIDTH = 24;

/** Channel i spans [-i, 2i] over two rows. */
function extent(): Extent {
  const made = new Extent(SHAPE);
  made.widen(Float32Array.from({ length: 2 * WIDTH }, (_, i) => (i < WIDTH ? -i : 2 * (i - WIDTH))));
  return made;
}

function kept(name: string, bytes: Uint8Array<ArrayBuffer>): string {
  Deno.mkdirSync(`${cacheFolder()}/${EXTENTS}`, { recursive: true });
  Deno.writeFileSync(`${cacheFolder()}/${EXTENTS}/${name}`, bytes);
  return name;
}

/** One row as pages of this many bits read it, layer by layer: [layers, 2, kvHeads, headDim]. */
function through(bits: 8 | 4, row: readonly number[]): number[] {
  const name = kept("through", extent().bytes());
  const page = roundedPages({ bits, keys: "channel", values: "channel", extent: name }, SHAPE).make();
  page.write(PAGE_TOKENS - 2, Float32Array.from(row), 0);
  return [0, 1].flatMap((layer) =>
    ([0, 1] as const).flatMap((kind) => {
      const into = new Float32Array(6);
      page.read(layer, kind, PAGE_TOKENS - 2, 1, into, 0, 3);
      return [...into];
    })
  );
}

const within = (i: number, bits: number) => 3 * i * 1.05 / (2 ** bits - 1) / 2 + 1e-5;

for (const bits of [8, 4] as const) {
  Deno.test(`${bits} bits: each channel has a grid of its own, whatever its layer, its head, and K or V`, () => {
    for (const share of [-0.99, -0.3, 0, 0.7, 1.99]) {
      const row = Array.from({ length: WIDTH }, (_, i) => i * share);
      through(bits, row).forEach((value, i) =>
        assert(Math.abs(value - row[i]!) <= within(i, bits), `channel ${i}`)
      );
    }
  });
}

Deno.test("what calibration did not see is clipped a fortieth beyond what it saw", () => {
  const [low, high] = [-1, 1].map((sign) => through(8, new Array(WIDTH).fill(sign * 1e6)));
  for (let i = 1; i < WIDTH; i++) {
    assert(Math.abs(low![i]! - -i - -0.075 * i) < 1e-4);
    assert(Math.abs(high![i]! - 2 * i - 0.075 * i) < 1e-4);
  }
});

Deno.test("a channel that was zero in all of the text is held as zero", () => {
  assertEquals(through(4, new Array(WIDTH).fill(0))[0], 0);
});

Deno.test("what is kept of an extent is read again as it was", () => {
  const name = kept("again", extent().bytes());
  assertEquals(readExtent(name, SHAPE).bytes(), extent().bytes());
});

Deno.test("K or V that are no numbers are named by layer, kind and head", () => {
  for (const value of [NaN, Infinity]) {
    const kv = new Float32Array(WIDTH);
    kv[12 + 6 + 4] = value;
    assertThrows(() => new Extent(SHAPE).widen(kv), UserError, "the values of layer 1 have");
    assertThrows(() => new Extent(SHAPE).widen(kv), UserError, "in head 1");
  }
});

const whole = extent().bytes();
const damaged = whole.slice();
damaged[40]! ^= 1;
for (
  const [what, bytes, found] of [
    ["one flipped bit", damaged, "it is damaged"],
    ["a half", whole.slice(0, 100), "it is damaged"],
    ["nothing", new Uint8Array(0), "it is damaged"],
  ] as const
) {
  Deno.test(`a file of ${what} is refused in one sentence that names it`, () => {
    assertThrows(() => readExtent(kept("damaged", bytes), SHAPE), UserError, found);
    assertThrows(() => readExtent("damaged", SHAPE), UserError, `${EXTENTS}/damaged`);
  });
}

Deno.test("an extent that is not there, or of a model of another shape, is refused", () => {
  assertThrows(() => readExtent("missing", SHAPE), UserError, "it cannot be read");
  const name = kept("other", whole);
  assertThrows(() => readExtent(name, { ...SHAPE, layers: 3 }), UserError, "another shape");
});
