import { assertEquals } from "@std/assert";
import { type Recording, saidTries, triesOf, tryOf } from "../../results/mod.ts";
import {
  clock,
  DAY,
  emulated,
  failed,
  held,
  recorded,
  recording,
  trial,
  unmeasured,
  workload,
} from "./fixture.ts";

const t = trial("int8");
const on = (outcome: Recording["outcome"], day: number) =>
  recording(outcome, { at: clock.now() + day * DAY });

Deno.test("refused and void tries before a pass are counted, later ones and skipped ones are not", async () => {
  const all = [
    await on(unmeasured(t, "skipped", "no heads"), 0),
    await on(failed(t), 1),
    await on(unmeasured(t, "void", "slept"), 2),
    await on(recorded(t, [workload(1.5)]), 3),
    await on(failed(trial("another")), 3),
    await on(failed(t), 4),
  ];
  assertEquals(triesOf(all[3]!, all.map(tryOf)), { count: 3, refused: 2 });
  assertEquals(triesOf(all[5]!, all.map(tryOf)), { count: 4, refused: 2 });
});

Deno.test("what held without a speed was not refused", async () => {
  const fp8 = emulated("fp8");
  const all = [await on(held(fp8), 0), await on(failed(fp8), 1), await on(held(fp8), 2)];
  assertEquals(triesOf(all[2]!, all.map(tryOf)), { count: 3, refused: 1 });
});

for (
  const [count, refused, said] of [
    [1, 0, undefined],
    [2, 0, "2nd try, none refused"],
    [3, 2, "3rd try, 2 refused"],
    [11, 1, "11th try, 1 refused"],
    [21, 20, "21st try, 20 refused"],
  ] as const
) {
  Deno.test(`try ${count} with ${refused} refused before is said as ${said}`, () => {
    assertEquals(saidTries({ count, refused }), said);
  });
}
