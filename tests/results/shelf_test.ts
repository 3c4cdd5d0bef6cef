import { assertEquals } from "@std/assert";
import type { Recording } from "../../results/mod.ts";
import {
  clock,
  DAY,
  failed,
  HARDWARE,
  recorded,
  recording,
  trial,
  unmeasured,
  unsure,
  workload,
} from "./fixture.ts";
import { filled } from "./pages.ts";

const on = (outcome: Recording["outcome"], day: number, over: Partial<Recording["stamp"]> = {}) =>
  recording(outcome, { at: clock.now() + day * DAY, ...over });

const OTHER = { ...HARDWARE, id: "c3".repeat(32), cpu: "Fastium 1" };

/** On two machines, in another order than that of their times. */
const some = async () => [
  await on(recorded(trial("int8"), [workload(1.5)]), 3),
  await on(failed(trial("int8")), 1),
  await on(unmeasured(trial("int8"), "void", "slept"), 4),
  await on(unsure(trial("kv")), 2),
  await on(unmeasured(trial("medusa"), "skipped", "no heads"), 0),
  await on(recorded(trial("int8", { workloads: ["a", "b"] }), [workload(2)]), 9, { hardware: OTHER }),
];

const named = (recordings: readonly Recording[]) =>
  recordings.map(({ stamp, outcome }) => `${outcome.trial.name} ${(stamp.at - clock.now()) / DAY}`);

Deno.test("scopes come the latest first, with their workloads and how many of what they hold", async () => {
  using store = filled(await some());
  assertEquals(
    store.shelf.scopes().map(({ hardware, model, suite, workloads, count, refused, at }) => [
      hardware.cpu,
      model.name,
      suite,
      workloads,
      count,
      refused,
      (at - clock.now()) / DAY,
    ]),
    [
      ["Fastium 1", "Toy-135M", "standard", ["a", "b"], 1, 0, 9],
      ["Testium 9000", "Toy-135M", "standard", ["single_stream"], 5, 4, 4],
    ],
  );
});

Deno.test("a name that holds a NUL is told whole, so that no two names' tries are counted together", async () => {
  const names = ["a\0b", "a\0c", "a"];
  using store = filled(await Promise.all(names.map((name, i) => on(failed(trial(name)), i))));
  const { key } = store.shelf.scopes()[0]!;
  assertEquals(store.shelf.tried(key).map(({ name }) => name), names);
  assertEquals(store.shelf.names(), names.toReversed());
});

Deno.test("the recordings of a scope come oldest first, and of each name that which counts", async () => {
  using store = filled(await some());
  const { key } = store.shelf.scopes()[1]!;
  assertEquals(named(store.shelf.recordings(key)), ["medusa 0", "int8 1", "kv 2", "int8 3", "int8 4"]);
  assertEquals(named(store.shelf.current(key)), ["medusa 0", "kv 2", "int8 3"]);
  assertEquals(store.shelf.tried(key).map(({ name, word, scope }) => [name, word, scope === key]), [
    ["medusa", "SKIPPED", true],
    ["int8", "FAIL", true],
    ["kv", "UNSURE", true],
    ["int8", "PASS", true],
    ["int8", "VOID", true],
  ]);
});

Deno.test("a listing has the latest first, narrowed as asked, a part at a time, with how many there are", async () => {
  using store = filled(await some());
  const { shelf } = store;
  const list = (...args: Parameters<typeof shelf.list>) => {
    const { total, recordings } = shelf.list(...args);
    return [total, named(recordings)];
  };
  assertEquals(list({}, 0, 2), [6, ["int8 9", "int8 4"]]);
  assertEquals(list({}, 4, 9), [6, ["int8 1", "medusa 0"]]);
  assertEquals(list({ words: ["FAIL", "VOID"] }, 0, 9), [2, ["int8 4", "int8 1"]]);
  assertEquals(list({ name: "int8", scope: shelf.scopes()[1]!.key }, 0, 9), [3, [
    "int8 4",
    "int8 3",
    "int8 1",
  ]]);
  assertEquals(list({ imported: true }, 0, 9), [0, []]);
  assertEquals([shelf.counts(), shelf.counts(shelf.scopes()[0]!.key)], [
    { FAIL: 1, HELD: 0, PASS: 2, SKIPPED: 1, UNSURE: 1, VOID: 1 },
    { FAIL: 0, HELD: 0, PASS: 1, SKIPPED: 0, UNSURE: 0, VOID: 0 },
  ]);
  assertEquals(shelf.names(), ["int8", "kv", "medusa"]);
});

Deno.test("what is listed has neither samples nor blocks; what is found is whole", async () => {
  using store = filled(await some());
  const light = store.shelf.list({ words: ["PASS"] }, 0, 1).recordings[0]!;
  if (light.outcome.kind !== "recorded") throw new Error("a pass is recorded");
  assertEquals(light.outcome.verdict.checks.map(({ samples }) => samples.length), [0]);
  assertEquals(light.outcome.speed.workloads.map(({ blocks }) => blocks.length), [0]);
  assertEquals(store.shelf.find(light.id), (await some())[5]);
});

Deno.test("a recording is found by its id, a beginning that is its alone, or its trial", async () => {
  const all = await some();
  using store = filled(all);
  const { shelf } = store;
  assertEquals(shelf.find(all[3]!.id.slice(0, 16)), all[3]);
  assertEquals(shelf.find(trial("kv").id), all[3]);
  assertEquals(
    ["", "g", "' OR 1", "%", "0".repeat(64)].map((text) => shelf.find(text)),
    Array(5).fill(undefined),
  );
  assertEquals([...shelf.known([all[0]!.id, "00"])], [all[0]!.id]);
});

Deno.test("a scope's key is shared by no other machine, model, precision or suite", async () => {
  const at = { model: { name: "Toy", digest: "b2", precision: "f32 from Q4_1" } };
  using store = filled([
    await on(failed(trial("a")), 0, at),
    await on(failed(trial("a")), 0, { model: { ...at.model, precision: "f32-from-Q4_1" } }),
    await on(failed(trial("a")), 0, { model: { ...at.model, digest: "b3" } }),
    await on(failed(trial("a")), 0, { ...at, hardware: OTHER }),
    await on(failed(trial("a", { suite: "standard.single" })), 0, at),
    await on(failed(trial("a", { suite: "standard-single" })), 0, at),
  ]);
  assertEquals(store.shelf.scopes().map(({ count }) => count), [1, 1, 1, 1, 1, 1]);
});

Deno.test("a trial that is called by the beginning of a recording's id is not found in its place", async () => {
  const mine = await on(failed(trial("mine")), 0);
  using store = filled([mine, await on(failed(trial("theirs", { id: mine.id.slice(0, 12) })), 1)]);
  assertEquals(store.shelf.ids(mine.id.slice(0, 12), 2), [mine.id]);
  assertEquals(store.shelf.ids(mine.outcome.trial.id, 2), [mine.id]);
});
