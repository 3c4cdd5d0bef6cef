import { assertEquals } from "@std/assert";
import type { Job } from "../../../engine/mod.ts";
import { open } from "../../../techniques/batchers/prefill_first.ts";

const job = (id: string, pending = 1): Job => ({ id, pending });

Deno.test("while a prompt waits nobody's next token is computed", () => {
  const live = open({ sequences: 4, rows: 50 });
  assertEquals(live.step([job("c", 30), job("d", 40)], [job("a"), job("b")]), [
    { id: "c", rows: 30 },
    { id: "d", rows: 20 },
  ]);
});

Deno.test("a prompt that has no place stops nobody", () => {
  const live = open({ sequences: 2, rows: 50 });
  assertEquals(live.step([job("c", 30)], [job("a"), job("b")]), [{ id: "a", rows: 25 }, {
    id: "b",
    rows: 25,
  }]);
});
