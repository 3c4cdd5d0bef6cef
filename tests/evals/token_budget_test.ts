import { assertEquals } from "@std/assert";
import { ManualClock } from "../../engine/mod.ts";
import { toyEngine } from "../../engine/engines/toy.ts";
import type { Prompt, Workload } from "../../datasets/mod.ts";
import { budgetCurve, type BudgetPoint, largestWithin, p99, pointOf } from "../../evals/mod.ts";
import { chunkedPrefill, compose } from "../../techniques/mod.ts";
import { baseline, inMemory } from "./toy_bench.ts";

const [STEP, ROW] = [10, 1];

/** Short prompts and, every fourth, one of 300 tokens. */
const mixed: Workload = {
  name: "mixed",
  summary: "short prompts, and long ones among them",
  prompts: inMemory<Prompt>(
    "mixed_prompts",
    Array.from({ length: 40 }, (_, i) => {
      const id = `p${i}`;
      return { id, cluster: id, slices: [], turns: ["ab".repeat(i % 4 === 3 ? 150 : 4)] };
    }),
  ),
  arrival: { kind: "closed", clients: 4 },
  requests: 12,
  maxTokens: 20,
  seed: 1,
};

/** Steps on the toy engine that take so long at all, and so long for each row. */
async function curve(budgets: readonly number[]): Promise<readonly BudgetPoint[]> {
  const clock = new ManualClock(1000);
  const engine = toyEngine({ clock, onForward: (rows) => clock.advance(STEP + ROW * rows) });
  const open = async (rows: number) => engine.open((await compose(baseline, [chunkedPrefill(rows)])).at(-1)!);
  return await budgetCurve({ open, workload: mixed, budgets, rounds: 2, clock });
}

Deno.test("no token waits longer than a step of its budget, and a large budget's longest wait is a prompt", async () => {
  const points = await curve([16, 64, 512]);
  assertEquals(points.map(({ itl: { most } }) => most <= STEP + 64), [true, true, false]);
  assertEquals(points[0]!.itl.most, STEP + 16);
  assertEquals(points[2]!.itl.most > 300, true);
  assertEquals(points.map(({ itl }) => itl.n), Array(3).fill(2 * 12 * 19));
});

Deno.test("the largest budget within the objective is found, and nothing where there is none", async () => {
  const points = await curve([16, 32, 64, 512]);
  assertEquals(largestWithin(points, { itl: STEP + 32 })?.rows, 32);
  assertEquals(largestWithin(points, {})?.rows, 512);
  assertEquals(largestWithin(points, { itl: STEP }), undefined);
  // A prompt takes the longer for its first token, the smaller the budget.
  const [small, larger] = points.map(({ ttft }) => p99(ttft));
  assertEquals(small! > larger!, true);
  assertEquals(largestWithin(points, { itl: STEP + 16, ttft: larger! }), undefined);
});

Deno.test("of fewer than a hundred values the 99th percentile is the largest", () => {
  const timings = [{ id: "a", sent: 5, tokens: [10, 20, 50] }, { id: "b", sent: 0, tokens: [7, 8] }];
  const { ttft, itl, tokensPerSecond } = pointOf(8, [{ timings, duration: 50 }]);
  assertEquals([p99(ttft), p99(itl), itl.n, tokensPerSecond], [7, 30, 3, 100]);
  assertEquals(itl.p99, undefined);
});
