import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Job } from "../../../engine/mod.ts";
import { open } from "../../../techniques/batchers/continuous_batching.ts";

const job = (id: string, pending = 1): Job => ({ id, pending });

Deno.test("every decoding request gets a row, and the rest of the budget goes to prompts in chunks", () => {
  const live = open({ sequences: 8, rows: 20 });
  const work = live.step([job("c", 30), job("d", 5)], [job("a"), job("b")]);
  assertEquals(work, [{ id: "a", rows: 10 }, { id: "b", rows: 10 }, { id: "c", rows: 18 }]);
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
        const pending = work.map(({ id, rows }) => Math.min(rows, known.get(id)!));
        assert(work.every(({ id, rows }) => known.has(id) && rows >= 1));
        const prompts = work.filter(({ id }) => known.get(id)! > 1);
        const decoding = work.length - prompts.length;
        assert(prompts.reduce((sum, { rows }) => sum + rows, 0) <= Math.max(0, params.rows - decoding));
        assert(pending.every((rows) => rows <= params.rows));
        // Every running request that decodes gets its row, as long as there are places.
        const first = running.slice(0, params.sequences).filter((one) => one.pending === 1);
        assert(first.every(({ id }) => work.some((one) => one.id === id)));
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});

Deno.test("the request that came last gives up its place", () => {
  assertEquals(open({ sequences: 4, rows: 64 }).preempt([job("a"), job("b")]), "b");
});
