import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Batch, groupSpans, type KvView, maskOf, spans } from "../../engine/mod.ts";

const view = (id: number, length: number): KvView => ({ id, epoch: 0, length, copy() {} });

/** Sequences with a past and new rows; each row's parent is -1 or an earlier new row of its sequence. */
const sequences = fc.array(
  fc.record({
    past: fc.nat(12),
    parents: fc.array(fc.nat(1000), { minLength: 1, maxLength: 9 }).map((draws) =>
      draws.map((draw, i) => draw % (i + 1) - 1)
    ),
  }),
  { minLength: 1, maxLength: 6 },
);

type Sequences = readonly { readonly past: number; readonly parents: readonly number[] }[];

function batchOf(all: Sequences, tree: boolean): Batch {
  const [sequence, parent]: number[][] = [[], []];
  all.forEach(({ parents }, index) => {
    const first = sequence!.length;
    parents.forEach((p) => {
      sequence!.push(index);
      parent!.push(p < 0 ? -1 : first + p);
    });
  });
  const rows = sequence!.length;
  return {
    tokens: new Int32Array(rows),
    positions: new Int32Array(rows),
    sequence: Int32Array.from(sequence!),
    past: all.map(({ past }, id) => view(id, past)),
    want: new Int32Array(0),
    ...(tree ? { parent: Int32Array.from(parent!) } : {}),
  };
}

Deno.test("spans cover the rows of each sequence in order", () => {
  fc.assert(
    fc.property(sequences, (all) => {
      let row = 0;
      assertEquals(
        spans(batchOf(all, false)),
        all.map(({ parents }, sequence) => ({ sequence, from: row, to: row += parents.length })),
      );
    }),
    { seed: 1 },
  );
});

Deno.test("groups hold each span once, in order, and pad by a quarter at most or to sixteen rows", () => {
  const lengths = fc.array(fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 600 })), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(
    fc.property(lengths, (all) => {
      let row = 0;
      const given = all.map((length, sequence) => ({ sequence, from: row, to: row += length }));
      const groups = groupSpans(given);
      assertEquals(groups.flat().sort((a, b) => a.sequence - b.sequence), given);
      for (const group of groups) {
        assertEquals(group, [...group].sort((a, b) => a.sequence - b.sequence));
        const rows = group.map((span) => span.to - span.from);
        const [padded, used] = [Math.max(...rows) * rows.length, rows.reduce((sum, n) => sum + n, 0)];
        assert(group.length === 1 || padded - used <= padded / 4 || padded <= 16, JSON.stringify(rows));
      }
    }),
    { seed: 2, numRuns: 300 },
  );
});

for (const tree of [false, true]) {
  Deno.test(`a row of a ${tree ? "tree" : "chain"} may look at its past, itself and its ancestors, and at nothing else`, () => {
    fc.assert(
      fc.property(sequences, fc.nat(5), fc.integer({ min: 1, max: 3 }), (all, spare, repeat) => {
        const batch = batchOf(all, tree);
        for (const group of groupSpans(spans(batch))) {
          const s = Math.max(...group.map((span) => span.to - span.from));
          const padded = Math.max(...group.map((span) => all[span.sequence]!.past)) + spare;
          const mask = maskOf(batch, group, s, padded, repeat);
          const width = padded + s;
          assertEquals(mask.length, group.length * repeat * s * width);
          group.forEach((span, b) => {
            const { past, parents } = all[span.sequence]!;
            const follows = (row: number) => (tree ? parents[row]! : row - 1);
            for (let copy = 0; copy < repeat; copy++) {
              for (let i = 0; i < s; i++) {
                const line = mask.subarray(((b * repeat + copy) * s + i) * width).subarray(0, width);
                const seen = [...line.keys()].filter((column) => line[column] === 0);
                // Padding rows are thrown away, but must see something: a row of nothing but -1e9 has no meaning.
                if (i >= parents.length) {
                  assert(seen.length > 0);
                  continue;
                }
                const ancestors: number[] = [];
                for (let row = i; row >= 0; row = follows(row)) ancestors.unshift(padded + row);
                assertEquals(seen, [...Array.from({ length: past }, (_, column) => column), ...ancestors]);
                assert([...line].every((value) => value === 0 || value <= -1e9));
              }
            }
          });
        }
      }),
      { seed: 3, numRuns: 150 },
    );
  });
}
