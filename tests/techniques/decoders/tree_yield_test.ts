import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { TreeYield } from "../../../techniques/decoders/tree_yield.ts";

Deno.test("as long as nothing was counted what is expected is believed", () => {
  assertEquals(new TreeYield(new TreeYield()).ratio, 1);
});

Deno.test("what a request accepts is soon believed of it, and in part of others", () => {
  const all = new TreeYield();
  const [good, other] = [new TreeYield(all), new TreeYield(all)];
  for (let step = 0; step < 40; step++) good.add(1, 2);
  assertAlmostEquals(good.ratio, 2, 0.05);
  assert(other.ratio > 1.5 && other.ratio < good.ratio);
});

Deno.test("a request that accepts nothing any more is found out", () => {
  const own = new TreeYield(new TreeYield());
  for (let step = 0; step < 40; step++) own.add(1, 1);
  for (let step = 0; step < 80; step++) own.add(1, 0);
  assert(own.ratio < 0.2);
});
