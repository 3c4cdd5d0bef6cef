import { DatabaseSync } from "node:sqlite";
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UserError } from "../../engine/mod.ts";
import { lookup, openStore, type Recording } from "../../results/mod.ts";
import { clock, DAY, failed, recorded, recording, trial, workload } from "./fixture.ts";
import { filled } from "./pages.ts";

const on = (name: string, day: number): Promise<Recording> =>
  recording(failed(trial(name)), { at: clock.now() + day * DAY });

/** Recordings of one row, the earliest first; two of their ids begin alike, since there are more of them than digits. */
const many = () => Promise.all(Array.from({ length: 17 }, (_, day) => on("int8", day)));

function alike(all: readonly Recording[]): readonly [string, readonly Recording[]] {
  const [first, group] = [...Map.groupBy(all, ({ id }) => id[0]!)].find(([, some]) => some.length > 1)!;
  return [first, group.toSorted((a, b) => a.id < b.id ? -1 : 1)];
}

Deno.test("an id, a beginning that only one id has, and a name for its latest are found", async () => {
  const all = await many();
  using store = filled(all);
  assertEquals(lookup(store.shelf, all[3]!.id), all[3]);
  assertEquals(lookup(store.shelf, all[3]!.id.slice(0, 20)), all[3]);
  assertEquals(lookup(store.shelf, "int8"), all.at(-1));
  assertEquals(lookup(store.shelf, trial("int8").id), all.at(-1));
});

Deno.test("a name that no keyboard types is found by how it is shown", async () => {
  const odd = await recording(recorded(trial("a\u001bb"), [workload(2)]));
  using store = filled([odd]);
  assertEquals(lookup(store.shelf, "a\\u{1b}b"), odd);
});

Deno.test("a beginning that several ids have is told with each of them", async () => {
  const all = await many();
  const [first, group] = alike(all);
  using store = filled(all);
  assertEquals(
    assertThrows(() => lookup(store.shelf, first), UserError).message,
    `Cannot explain ${first} as it must begin one id: found ${group.length}, ${
      group.map(({ id }) => `${id.slice(0, 12)} (int8)`).join(", ")
    }. Give more of it.`,
  );
});

Deno.test("a record that was edited is told, and not shown", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/r.sqlite`;
    using store = openStore(path);
    const one = await on("int8", 0);
    store.append(one);
    using db = new DatabaseSync(path);
    db.exec("DROP TRIGGER bodies_no_update; UPDATE bodies SET packed = x'00'");
    const { message } = assertThrows(() => lookup(store.shelf, one.id), UserError);
    assertStringIncludes(message, `Cannot explain ${one.id} as its record must be readable: found that `);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a name that no row has is told with those that there are", async () => {
  using store = filled([await on("int8", 0), await on("int8", 1)]);
  assertEquals(
    assertThrows(() => lookup(store.shelf, "nosuch\u001b"), UserError).message,
    "Cannot explain nosuch\\u{1b} as it must be a recording's id, its beginning, or a row's name: found none among 2, whose rows are int8.",
  );
});

Deno.test("in an empty store it says what to run", () => {
  using store = filled([]);
  const { message } = assertThrows(() => lookup(store.shelf, "int8"), UserError);
  assertStringIncludes(message, "found no recordings. Run `deno task bench` first.");
});
