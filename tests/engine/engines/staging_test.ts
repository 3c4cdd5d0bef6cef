import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Staging } from "../../../engine/engines/staging.ts";
import type { KvView } from "../../../engine/mod.ts";

const SHAPE = { layers: 2, kvHeads: 2, headDim: 2 };

/** One number for each place of each row; a new epoch makes every row another. */
const valueAt = (
  id: number,
  epoch: number,
  layer: number,
  kind: number,
  head: number,
  row: number,
  d: number,
) => ((((id * 13 + epoch) * 2 + layer) * 2 + kind) * 2 + head) * 4096 + row * 2 + d;

function viewOf(
  id: number,
  epoch: number,
  length: number,
  copied: (rows: number) => void = () => {},
): KvView {
  return {
    id,
    epoch,
    length,
    copy(layer, kind, from, to, into, offset, headStride) {
      copied(to - from);
      for (let head = 0; head < SHAPE.kvHeads; head++) {
        for (let row = from; row < to; row++) {
          for (let d = 0; d < SHAPE.headDim; d++) {
            into[offset + head * headStride + row * SHAPE.headDim + d] = valueAt(
              id,
              epoch,
              layer,
              kind,
              head,
              row,
              d,
            );
          }
        }
      }
    },
  };
}

function assertStaged(staging: Staging, views: readonly KvView[]): void {
  const { capacity, order, arrays } = staging.stage(views);
  assertEquals([...order].sort((a, b) => a - b), views.map((_, i) => i));
  assert(capacity >= Math.max(...views.map((view) => view.length)));
  assertEquals(arrays.length, SHAPE.layers * 2);
  const { kvHeads, headDim } = SHAPE;
  arrays.forEach((array, i) => {
    assertEquals(array.length, views.length * kvHeads * capacity * headDim);
    order.forEach((index, slot) => {
      const { id, epoch, length } = views[index]!;
      for (let head = 0; head < kvHeads; head++) {
        for (let at = 0; at < length * headDim; at++) {
          const found = array[((slot * kvHeads + head) * capacity) * headDim + at]!;
          const expected = valueAt(id, epoch, i >> 1, i & 1, head, Math.floor(at / headDim), at % headDim);
          if (found !== expected) throw new Error(`slot ${slot}, head ${head}: ${found} for ${expected}`);
        }
      }
    });
  });
}

/** What becomes of one of eight sequences before a step: it grows, is cut and rewritten, or sits the step out. */
const change = fc.record({
  grow: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 0, max: 3 }) }, fc.integer({ min: 0, max: 300 })),
  cut: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, fc.double({ min: 0, max: 1, noNaN: true })),
  runs: fc.boolean(),
});

Deno.test("whatever sequences come, grow, are cut and go, each slot holds its own rows", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(change, { minLength: 8, maxLength: 8 }), {
        minLength: 1,
        maxLength: 12,
        size: "max",
      }),
      (steps) => {
        const staging = new Staging(SHAPE);
        const held = Array.from({ length: 8 }, () => ({ epoch: 0, length: 0 }));
        for (const step of steps) {
          step.forEach(({ grow, cut }, id) => {
            const one = held[id]!;
            if (cut < 1) {
              one.length = Math.floor(one.length * cut);
              one.epoch++;
            }
            one.length = Math.min(1000, one.length + grow);
          });
          const running = step.flatMap((
            { runs },
            id,
          ) => (runs ? [viewOf(id, held[id]!.epoch, held[id]!.length)] : []));
          if (running.length > 0) assertStaged(staging, running);
        }
      },
    ),
    { seed: 1, numRuns: 150 },
  );
});

Deno.test("a sequence that goes on copies only the rows it gained, whoever comes and goes beside it", () => {
  const staging = new Staging(SHAPE);
  staging.stage([viewOf(1, 0, 40), viewOf(2, 0, 30), viewOf(3, 0, 20)]);
  const copied: number[] = [];
  staging.stage([viewOf(3, 0, 22, (rows) => copied.push(rows))]);
  staging.stage([viewOf(4, 0, 50), viewOf(3, 0, 23, (rows) => copied.push(rows))]);
  assertEquals(copied, [2, 2, 2, 2, 1, 1, 1, 1]);
});

Deno.test("sequences that come together are staged in their order, so that no answer has to be put back in place", () => {
  const staging = new Staging(SHAPE);
  assertEquals(staging.stage([5, 6, 7, 8].map((id) => viewOf(id, 0, 20 + id))).order, [0, 1, 2, 3]);
  // One leaves and another comes: it takes the place that is free.
  assertEquals(staging.stage([5, 7, 8, 9].map((id) => viewOf(id, 0, 30 + id))).order, [0, 3, 1, 2]);
});
