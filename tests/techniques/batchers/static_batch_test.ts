import { assertEquals } from "@std/assert";
import type { Job } from "../../../engine/mod.ts";
import { open } from "../../../techniques/batchers/static_batch.ts";

const job = (id: string, pending = 1): Job => ({ id, pending });
const named = (work: readonly { readonly id: string }[]) => work.map(({ id }) => id);

Deno.test("a batch is gathered of those that wait, as many as it may hold", () => {
  assertEquals(named(open({ sequences: 2 }).step([job("a", 9), job("b", 4), job("c")], [])), ["a", "b"]);
});

Deno.test("nobody joins a batch before its last answer has ended", () => {
  const live = open({ sequences: 2 });
  assertEquals(named(live.step([job("c", 9)], [job("b")])), ["b"]);
  assertEquals(named(live.step([job("c", 9)], [])), ["c"]);
});
