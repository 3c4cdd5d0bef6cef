import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import { chunkedPrefill } from "../../../techniques/batchers/chunked_prefill.ts";
import { continuousBatching } from "../../../techniques/batchers/continuous_batching.ts";
import { baseline } from "../../contracts/baseline.ts";

Deno.test("the budget is its own, and the requests in flight are those of the batcher beneath", async () => {
  const beneath = await continuousBatching({ sequences: 5, rows: 512 }).transform(baseline);
  const { scheduler } = await chunkedPrefill(32).transform(beneath);
  assertEquals(scheduler.params, { sequences: 5, rows: 32 });
});

Deno.test("a budget without a row for each request beneath is refused", async () => {
  const beneath = await continuousBatching({ sequences: 40, rows: 512 }).transform(baseline);
  assertThrows(() => chunkedPrefill(32).transform(beneath), UserError, "found 40 requests and 32 rows");
});
