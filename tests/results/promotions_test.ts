import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { inForce, openStore, type Promotion, saidPromotions } from "../../results/mod.ts";
import { DAY, recorded, recording, trial, workload } from "./fixture.ts";
import { appendLayout1, makeLayout1 } from "./layout_1.ts";

const START = Date.UTC(2026, 10, 25);
const one: Promotion = {
  recording: "aa",
  at: START,
  by: "me",
  why: "release 1.2",
  expires: START + 90 * DAY,
};
const end = (at: number): Promotion => ({ ...one, at, why: "new disks", expires: at });

Deno.test("a promotion holds until it expires or is ended, and the latest word on a recording counts", () => {
  const holds = (all: readonly Promotion[], days: number) => inForce(all, START + days * DAY).has("aa");
  assertEquals([0, 89, 90].map((days) => holds([one], days)), [true, true, false]);
  const ended = [one, end(START + 10 * DAY)];
  assertEquals([11, 89].map((days) => holds(ended, days)), [false, false]);
  assertEquals(holds([...ended, { ...one, at: START + 20 * DAY }], 21), true);
});

Deno.test("a promotion is told with who, when, why and until when, and whether it holds", () => {
  const told = (all: readonly Promotion[], days: number) => saidPromotions(all, START + days * DAY);
  assertEquals(told([one], 1), [
    "Made a reference on 25 Nov 2026 by me, until 23 Feb 2027: `deno task check --history` holds a head against it. Why: release 1.2.",
  ]);
  assertStringIncludes(
    told([one], 100)[0]!,
    "until 23 Feb 2027, which is over: it is held against no longer.",
  );
  assertEquals(told([one, end(START + DAY)], 2), [
    "Made a reference on 25 Nov 2026 by me, until 23 Feb 2027. Why: release 1.2.",
    "Ended as a reference on 26 Nov 2026 by me: new disks.",
  ]);
});

async function inFolder(run: (path: string) => unknown): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(`${folder}/results.sqlite`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const made = (name: string) => recording(recorded(trial(name), [workload(1.5)]));

Deno.test("a store of either older kind takes promotions, keeps every recording, and an older Assay goes on with it", async () => {
  await inFolder(async (path) => {
    const [a, b, c] = await Promise.all(["a", "b", "c"].map(made));
    makeLayout1(path, [a!]);
    openStore(path)[Symbol.dispose]();
    // Layout 2 as it was before there were promotions.
    using db = new DatabaseSync(path);
    db.exec("DROP TABLE promotions");
    {
      using store = openStore(path);
      const before = store.revision();
      store.append(b!);
      store.promote({ ...one, recording: b!.id });
      assertEquals(store.revision(), before + 2);
      assertEquals(store.shelf.promotions(), [{ ...one, recording: b!.id }]);
      assertEquals(store.shelf.promotions(a!.id), []);
    }
    // What an older version asks of the file before it records there.
    assertEquals(db.prepare("PRAGMA user_version").get()!.user_version, 2);
    appendLayout1(db, c!);
    using store = openStore(path);
    assertEquals([...store.read()], [a, b, c]);
    assertEquals(store.shelf.promotions().length, 1);
  });
});

Deno.test("what was said of references can be neither updated nor deleted", async () => {
  await inFolder((path) => {
    using store = openStore(path);
    store.promote(one);
    using db = new DatabaseSync(path);
    assertThrows(() => db.exec("UPDATE promotions SET why = 'other'"), Error, "append-only");
    assertThrows(() => db.exec("DELETE FROM promotions"), Error, "append-only");
    assert(store.shelf.promotions().length === 1);
  });
});
