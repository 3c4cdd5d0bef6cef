import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type Job, UserError } from "../../../engine/mod.ts";
import { continuousBatching, open } from "../../../techniques/batchers/continuous_batching.ts";

const job = (id: string, pending = 1): Job => ({ id, pending });

Deno.test("every decoding request gets a row, and the rest of the budget goes to prompts in chunks", () => {
  const live = open({ sequences: 8, rows: 20 });
  const work = live.step([job("c", 30), job("d", 5)], [job("a"), job("b")]);
  assertEquals(work, [{ id: "a", rows: 1 }, { id: "b", rows: 1 }, { id: "c", rows: 18 }]);
});

Deno.test("what prompts leave of the budget is for guesses", () => {
  const work = open({ sequences: 8, rows: 20 }).step([job("c", 5)], [job("a"), job("b")]);
  assertEquals(work, [{ id: "a", rows: 7 }, { id: "b", rows: 7 }, { id: "c", rows: 5 }]);
});

Deno.test("a step must have a row for each request", () => {
  const error = assertThrows(() => continuousBatching({ sequences: 9, rows: 8 }), UserError);
  assertMatch(error.message, /^Cannot batch requests as .*: found 9 requests and 8 rows\.$/);
});

Deno.test("whatever waits and runs, a step names no request twice, keeps to its numbers and starves nobody", () => {
  const jobs = (kind: string) =>
    fc.array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 90 })), { maxLength: 9 })
      .map((all) => all.map((pending, i) => job(`${kind}${i}`, pending)));
  fc.assert(
    fc.property(
      jobs("waiting"),
      jobs("running"),
      fc.record({ sequences: fc.integer({ min: 1, max: 12 }), rows: fc.integer({ min: 1, max: 64 }) }),
      (waiting, running, params) => {
        fc.pre(waiting.length + running.length > 0);
        const work = open(params).step(waiting, running);
        const known = new Map([...running, ...waiting].map(({ id, pending }) => [id, pending]));
        assert(work.length > 0 && work.length <= params.sequences);
        assertEquals(new Set(work.map(({ id }) => id)).size, work.length);
        assert(work.every(({ id, rows }) => known.has(id) && rows >= 1));
        assert(work.reduce((sum, { rows }) => sum + rows, 0) <= params.rows);
        // Every running request that decodes gets its row, as long as there are places.
        const first = running.slice(0, Math.min(params.sequences, params.rows)).filter((one) =>
          one.pending === 1
        );
        assert(first.every(({ id }) => work.some((one) => one.id === id)));
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});

Deno.test("the request that came last gives up its place", () => {
  assertEquals(open({ sequences: 4, rows: 64 }).preempt([job("a"), job("b")]), "b");
});
