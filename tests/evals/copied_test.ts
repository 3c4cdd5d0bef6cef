import { assertEquals } from "@std/assert";
import { beforeRepeat, copiedShare } from "../../evals/copied.ts";

const upTo = (n: number, from = 0) => Array.from({ length: n }, (_, i) => from + i);

Deno.test("what lies in a run of eight tokens that the prompt has is copied, and each token counts once", () => {
  assertEquals(copiedShare(upTo(20), upTo(10)), 1);
  assertEquals(copiedShare(upTo(20), [...upTo(8), ...upTo(8, 100)]), 0.5);
  assertEquals(copiedShare(upTo(20), [...upTo(8, 3), ...upTo(8, 12)]), 1);
});

Deno.test("a run of seven tokens is not copied, nor is what the prompt has in another order", () => {
  assertEquals(copiedShare(upTo(20), [...upTo(7), 99]), 0);
  assertEquals(copiedShare(upTo(20), upTo(10).reverse()), 0);
});

Deno.test("nothing is copied of a short prompt or by an empty answer", () => {
  assertEquals(copiedShare(upTo(7), upTo(7)), 0);
  assertEquals(copiedShare(upTo(20), []), 0);
});

Deno.test("tokens count up to where the first run of sixteen begins that the answer had already", () => {
  assertEquals(beforeRepeat([...upTo(20), ...upTo(16), 7]), 20);
  assertEquals(beforeRepeat([...upTo(20), ...upTo(15)]), 35);
});

Deno.test("a run may come again over itself, as one token does that is told for ever", () => {
  assertEquals(beforeRepeat([5, ...Array(20).fill(9)]), 2);
});

Deno.test("an answer that does not repeat itself counts whole, however short", () => {
  assertEquals(beforeRepeat(upTo(40)), 40);
  assertEquals(beforeRepeat([]), 0);
});
