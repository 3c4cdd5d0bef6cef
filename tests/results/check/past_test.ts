import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import type { Recording, Stamp } from "../../../results/mod.ts";
import { textOf } from "../../../results/body.ts";
import { rowOf } from "../../../results/row.ts";
import { pastOf, peerOf } from "../../../results/check/past.ts";
import { clock, DAY, HARDWARE, recording } from "../fixture.ts";
import { filled } from "../pages.ts";
import { commitOf, onDay, raced, runs } from "./runs_over_time.ts";

const ALL = [...await runs("int8", [1.6, 1.6, 1.6]), ...await runs("peer", [0.9, 0.9, 0.9])];
const HERE: Stamp = { ...ALL[0]!.stamp, ...onDay(30) };

Deno.test("the past is what was recorded on this hardware before the head, by row", () => {
  using store = filled(ALL);
  const { rows, head, references, notes } = pastOf(store.shelf, HERE, "standard");
  assertEquals([...rows].map(([name, { length }]) => [name, length]), [["int8", 3], ["peer", 3]]);
  assertEquals([head.size, references.size, notes, peerOf(rows)], [0, 0, [], "peer"]);
});

Deno.test("what the head's own commit recorded is the head's, unless it has uncommitted changes", () => {
  using store = filled(ALL);
  const at2 = { ...HERE, commit: { id: commitOf(2), dirty: false } };
  const past = pastOf(store.shelf, at2, "standard");
  assertEquals([past.rows.get("int8")!.length, past.head.get("int8")!.length], [2, 1]);
  const dirty = pastOf(store.shelf, { ...at2, commit: { id: commitOf(2), dirty: true } }, "standard");
  assertEquals([dirty.rows.get("int8")!.length, dirty.head.size], [3, 0]);
});

Deno.test("where there is nothing to hold against, one sentence says what there is instead", async () => {
  const refused = (recordings: readonly Recording[], found: string, here = HERE) => {
    using store = filled(recordings);
    assertThrows(
      () => pastOf(store.shelf, here, "standard"),
      UserError,
      `on this hardware (Testium 9000, 4 cores, native, 4 threads): found ${found}. Run \`deno task bench\``,
    );
  };
  const moved = (over: Partial<Stamp>) => recording(raced("int8", 1.6), { ...onDay(0), ...over });
  refused([], "none of that suite");
  refused(
    [await moved({ hardware: { ...HARDWARE, id: "b2".repeat(32), cpu: "Other 1", cores: 8 } })],
    "those of other hardware alone, e.g. Other 1, 8 cores, native",
  );
  refused(
    [await moved({ model: { ...HERE.model, digest: "c3".repeat(32) } })],
    "those of other models alone",
  );
  refused([await moved({ versions: { deno: "2.0.0" } })], "those by another Deno than 2.9.6 alone");
  refused([await moved({})], "those of this very commit alone", { ...HERE, ...onDay(0), at: HERE.at });
});

Deno.test("recordings by another Deno and of exports that nobody here trusts are left out", async () => {
  const older = await recording(raced("int8", 1.6), {
    ...onDay(0),
    versions: { ...HERE.versions, deno: "2.0.0" },
  });
  using store = filled([...ALL, older]);
  const [exported] = await runs("int8", [1.6], 7);
  const origin = { digest: "e5", exportedAt: 0, importedAt: 0, whole: true, key: "a key" };
  store.take([rowOf(exported!, textOf(exported!))], origin);
  const past = () => pastOf(store.shelf, HERE, "standard");
  assertEquals(past().rows.get("int8")!.length, 3);
  assertEquals(past().notes, ["1 recording by another Deno than 2.9.6 is left out."]);
  store.trust("a key");
  assertEquals(past().rows.get("int8")!.length, 4);
});

Deno.test("the latest promotion that holds is the reference of its row; one that is over is said", () => {
  using store = filled(ALL);
  const promote = (recording: string, day: number, days: number) =>
    store.promote({
      recording,
      at: clock.now() + day * DAY,
      by: "me",
      why: "release",
      expires: clock.now() + (day + days) * DAY,
    });
  promote(ALL[0]!.id, 5, 90);
  promote(ALL[1]!.id, 6, 90);
  promote(ALL[3]!.id, 6, 10);
  const { references, notes } = pastOf(store.shelf, HERE, "standard");
  assertEquals([...references].map(([name, { recording }]) => [name, recording.id]), [["int8", ALL[1]!.id]]);
  assertEquals(notes.length, 1);
  assertStringIncludes(
    notes[0]!,
    "The reference of peer ended on 21 Jan 2026: it is held against its latest level.",
  );
});
