import { assert, assertEquals } from "@std/assert";
import { uniform } from "../../../engine/mod.ts";
import { ERROR, paceOf } from "../../../evals/mod.ts";

const TAIL = ERROR / 6;

/** Logarithms of ratios about `shift` that spread by `spread`, one in ten of them ten times as far. */
function noisy(run: number, pairs: number, shift: number, spread: number): readonly number[] {
  return Array.from({ length: pairs }, (_, i) => {
    const [a, b, c] = [0, 1, 2].map((k) => uniform(run, 3 * i + k));
    const normal = Math.sqrt(-2 * Math.log(1 - a!)) * Math.cos(2 * Math.PI * b!);
    return shift + spread * normal * (c! < 0.1 ? 10 : 1);
  });
}

/** What the first look that decides says, looking every other pair. */
function decided(logs: readonly number[]): string {
  for (let pairs = 2; pairs <= logs.length; pairs += 2) {
    const { kind } = paceOf(logs.slice(0, pairs), 0.05, TAIL);
    if (kind !== "unsure") return kind;
  }
  return "unsure";
}

Deno.test("no more than the allowed share of no-op runs is called regressed, whenever one looks", () => {
  const kinds = Array.from({ length: 300 }, (_, run) => decided(noisy(run, 120, 0, 0.04)));
  const wrong = kinds.filter((kind) => kind === "regressed").length;
  assert(wrong <= 300 * ERROR, `${wrong} of 300`);
});

Deno.test("a slowdown of the margin is called regressed in nineteen of twenty runs and more", () => {
  const kinds = Array.from({ length: 200 }, (_, run) => decided(noisy(run, 160, Math.log(0.95), 0.04)));
  const found = kinds.filter((kind) => kind === "regressed").length;
  assert(found >= 190, `${found} of 200`);
});

Deno.test("a difference under half the margin is never called one", () => {
  const logs = Array.from({ length: 60 }, (_, i) => -0.02 + 1e-4 * (i % 3 - 1));
  assertEquals(paceOf(logs, 0.05, TAIL).kind, "same");
  assertEquals(paceOf(logs.map((log) => -log), 0.05, TAIL).kind, "same");
});

Deno.test("nothing is decided on fewer pairs than the sequence takes", () => {
  assertEquals(paceOf([], 0.05, TAIL).kind, "unsure");
  assertEquals(paceOf(Array.from({ length: 30 }, () => -0.5), 0.05, TAIL).kind, "unsure");
});

Deno.test("blocks that something else disturbed pull the estimate no further than others lie", () => {
  const logs = Array.from({ length: 60 }, (_, i) => (i % 2 ? 0.01 : -0.01) + (i === 7 ? 3 : 0));
  const { ratio, kind } = paceOf(logs, 0.05, TAIL);
  assert(Math.abs(ratio.estimate - 1) < 0.005, `${ratio.estimate}`);
  assertEquals(kind, "same");
});
