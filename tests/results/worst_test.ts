import { assertEquals } from "@std/assert";
import { isWideCheck, marginUsed, saidMargins, worstCheck } from "../../results/worst.ts";
import { breaches, check, failed, guard, law, recorded, trial, workload } from "./fixture.ts";

for (
  const [what, one, used] of [
    ["by margin the worst plausible loss counts", check(0.003, -0.003, 0.01), 0.5],
    ["a guard counts what is shown", guard(0.08, 0.05, 0.5), 0.5],
    ["a guard that shows nothing uses nothing up", guard(0.08, -0.05, 0.5), -0.5],
    [
      "a guard of both directions counts the one it failed in",
      guard(-0.4, -0.5, -0.2, { decision: "fail" }),
      2,
    ],
    ["a law counts how far its probability has fallen", law(0.01, 0.1), 0.1],
    ["a breach where none is allowed is over", breaches(1), Infinity],
    ["no breach uses nothing up", breaches(0), 0],
  ] as const
) {
  Deno.test(
    what,
    () => assertEquals(Math.abs(marginUsed(one) - used) < 1e-12 || marginUsed(one) === used, true),
  );
}

Deno.test("only a margin can be wider than a board allows", () => {
  assertEquals([
    isWideCheck(check(0, 0, 0, { allowed: 0.05 })),
    isWideCheck(check(0, 0, 0)),
    isWideCheck(guard(0, 0, 0)),
    isWideCheck(law(1, 0)),
    isWideCheck(breaches(0)),
  ], [true, false, false, false, false]);
});

Deno.test("the worst check failed before it was nearest to a margin, and is none where nothing was judged", () => {
  const [near, over] = [check(0.004, 0.001, 0.019), guard(0.3, 0.2, 0.4)];
  assertEquals(worstCheck(failed(trial("a"), [near, over])), over);
  assertEquals(worstCheck(recorded(trial("a"), [workload(1.5)], [law(0.5, 0.1), near])), near);
  assertEquals(worstCheck({ kind: "void", trial: trial("a"), reason: "slept" }), undefined);
});

Deno.test("what passed shows what its pass rests on, and not a law that uses up more", () => {
  const [met, close] = [breaches(0), law(0.002, 0.1)];
  assertEquals(worstCheck(recorded(trial("a"), [workload(1.5)], [close, met])), met);
});

Deno.test("of many wide margins the first are named and the rest counted", () => {
  const wide = ["a", "b", "c", "d", "e"].map((name) => check(0, 0, 0, { eval: name, allowed: 0.05 }));
  assertEquals(saidMargins(wide.slice(0, 1)), "acc of a, 5.0 pp");
  assertEquals(saidMargins(wide), "acc of a, 5.0 pp; acc of b, 5.0 pp; acc of c, 5.0 pp; and 2 more");
});
