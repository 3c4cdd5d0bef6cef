import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { Scored, ScoreItem } from "../../engine/mod.ts";
import { score } from "../../engine/score.ts";
import { ToyNetwork } from "../../engine/engines/toy.ts";

const VOCABULARY = new ToyNetwork().shape.vocabulary;
const EMPTY = { id: 0, epoch: 0, length: 0, copy() {} };

async function scored(items: readonly ScoreItem[], network = new ToyNetwork()): Promise<Map<string, Scored>> {
  const found = new Map<string, Scored>();
  for await (const one of score(network, items)) found.set(one.id, one);
  return found;
}

/** Log-probabilities after each token of a text, by one forward pass over it alone. */
async function plainly(tokens: readonly number[]): Promise<Float32Array[]> {
  const network = new ToyNetwork();
  const rows = tokens.map((_, i) => i);
  const { logits } = await network.forward({
    tokens: Int32Array.from(tokens),
    positions: Int32Array.from(rows),
    sequence: new Int32Array(tokens.length),
    past: [EMPTY],
    want: Int32Array.from(rows),
  });
  const sums = await network.logSumExp(logits);
  return rows.map((row) =>
    logits.subarray(row * VOCABULARY, (row + 1) * VOCABULARY).map((v) => v - sums[row]!)
  );
}

const token = fc.integer({ min: 0, max: VOCABULARY - 1 });
const items = fc.array(
  fc.record({
    context: fc.array(token, { minLength: 1, maxLength: 30 }),
    continuations: fc.array(fc.array(token, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 5 }),
  }),
  { minLength: 1, maxLength: 80 },
);

Deno.test("choices that share their context's rows score as one plain forward pass a choice", async () => {
  await fc.assert(
    fc.asyncProperty(items, async (all) => {
      const found = await scored(all.map((item, i) => ({ id: `${i}`, ...item })));
      assertEquals(found.size, all.length);
      for (const [i, { context, continuations }] of all.entries()) {
        for (const [c, continuation] of continuations.entries()) {
          const rows = (await plainly([...context, ...continuation])).slice(context.length - 1);
          const { logProbs, tops } = found.get(`${i}`)!;
          assertEquals(logProbs[c], Float32Array.from(continuation, (id, t) => rows[t]![id]!));
          assertEquals(tops[c], Float32Array.from(continuation, (_, t) => Math.max(...rows[t]!)));
        }
      }
    }),
    { seed: 1, numRuns: 25 },
  );
});

Deno.test("a context is computed once, and no row for a continuation's last token", async () => {
  let rows = 0;
  const context = Array.from({ length: 20 }, (_, i) => i);
  const item = { id: "a", context, continuations: [[1], [2, 3], [4, 5, 6]] };
  await scored([item], new ToyNetwork({ onForward: (n) => (rows += n) }));
  assertEquals(rows, 20 + 0 + 1 + 2);
});

Deno.test("a beginning that items or continuations share is computed once", async () => {
  let rows = 0;
  const items = [
    { id: "a", context: [1, 2, 3], continuations: [[4, 5, 6], [4, 5, 7], [4, 8]] },
    { id: "b", context: [1, 2, 9], continuations: [[4, 5]] },
  ];
  await scored(items, new ToyNetwork({ onForward: (n) => (rows += n) }));
  assertEquals(rows, 3 + 2 + 1 + 1);
});

Deno.test("whole distributions sum to one and hold the scored log-probabilities", async () => {
  const continuations = [[5, 6, 7], [8]];
  const item = { id: "a", context: [3, 4], continuations, distributions: true };
  const { logProbs, tops, distributions } = (await scored([item])).get("a")!;
  continuations.forEach((continuation, c) => {
    assertEquals(distributions![c]!.length, continuation.length * VOCABULARY);
    continuation.forEach((id, t) => {
      const row = distributions![c]!.subarray(t * VOCABULARY, (t + 1) * VOCABULARY);
      assertAlmostEquals(row.reduce((sum, v) => sum + Math.exp(v), 0), 1, 1e-5);
      assertEquals([row[id], Math.max(...row)], [logProbs[c]![t], tops[c]![t]]);
    });
  });
});

Deno.test("what was not asked for is not returned", async () => {
  const { distributions } = (await scored([{ id: "a", context: [1], continuations: [[2]] }])).get("a")!;
  assertEquals(distributions, undefined);
});

Deno.test("an item without a context, with an empty continuation or too long for the network is refused by name", async () => {
  const long = Array.from({ length: new ToyNetwork().shape.context }, () => 3);
  for (
    const item of [
      { context: [], continuations: [[1]] },
      { context: [1], continuations: [[1], []] },
      { context: long, continuations: [[1], [1, 2]] },
    ]
  ) {
    await assertRejects(() => scored([{ id: "odd", ...item }]), RangeError, "item odd");
  }
  const most = await scored([{ id: "a", context: long, continuations: [[1]] }]);
  assert(Number.isFinite(most.get("a")!.logProbs[0]![0]));
});
