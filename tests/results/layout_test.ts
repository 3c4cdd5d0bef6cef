import { DatabaseSync } from "node:sqlite";
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UserError } from "../../engine/mod.ts";
import { textOf } from "../../results/body.ts";
import { inTransaction } from "../../results/layout.ts";
import { type Broken, openStore, type Recording, type SCHEMA } from "../../results/mod.ts";
import { rowOf } from "../../results/row.ts";
import { insert } from "../../results/shelving.ts";
import { failed, recorded, recording, trial, workload } from "./fixture.ts";
import { appendLayout1, makeLayout1 } from "./layout_1.ts";

async function inFolder(run: (path: string) => unknown): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(`${folder}/results.sqlite`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const several = (count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, i) =>
      recording(i % 2 ? failed(trial(`t${i}`)) : recorded(trial(`t${i}`), [workload(1.5)]))),
  );

const names = (path: string) => {
  using store = openStore(path);
  return store.shelf.list({}, 0, 1000).recordings.map(({ outcome }) => outcome.trial.name).toReversed();
};

Deno.test("a store of layout 1 gives every recording back, and lists it; none of its rows is touched", async () => {
  await inFolder(async (path) => {
    const all = await several(5);
    makeLayout1(path, all);
    using db = new DatabaseSync(path);
    const before = db.prepare("SELECT * FROM recordings").all();
    using store = openStore(path);
    assertEquals([...store.read()], all);
    assertEquals(names(path), all.map(({ outcome }) => outcome.trial.name));
    assertEquals(all.map(({ id }) => store.shelf.find(id)), all);
    assertEquals(db.prepare("SELECT * FROM recordings").all(), before);
  });
});

Deno.test("bringing an old store up to date goes on where it was killed", async () => {
  await inFolder(async (path) => {
    const all = await several(150);
    makeLayout1(path, all);
    const steps: number[] = [];
    const killed = new Error("killed");
    assertThrows(
      () =>
        openStore(path, (done) => {
          steps.push(done);
          if (done > 0) throw killed;
        }),
      Error,
      "killed",
    );
    openStore(path, (done, total) => steps.push(done, total))[Symbol.dispose]();
    assertEquals(steps, [0, 64, 0, 86, 64, 86]);
    assertEquals(names(path), all.map(({ outcome }) => outcome.trial.name));
  });
});

Deno.test("what an older version appends to an open store is listed in its place", async () => {
  await inFolder(async (path) => {
    const [a, b, c] = await several(3);
    makeLayout1(path, [a!]);
    using old = new DatabaseSync(path);
    using store = openStore(path);
    appendLayout1(old, b!);
    store.append(c!);
    assertEquals([...store.read()], [a, b, c]);
    assertEquals(names(path), ["t0", "t1", "t2"]);
    appendLayout1(old, { ...await recording(failed(trial("foreign"))), schema: 1 as typeof SCHEMA });
    assertEquals(store.shelf.broken.map(({ why }) => why.slice(0, 35)), [
      "an older Assay judged by other rule",
    ]);
  });
});

Deno.test("what an older version appends between two steps of an append is listed too", async () => {
  await inFolder(async (path) => {
    const [a, b, c] = await several(3);
    makeLayout1(path, [a!]);
    openStore(path)[Symbol.dispose]();
    using db = new DatabaseSync(path);
    appendLayout1(db, b!);
    inTransaction(db, () => insert(db, [rowOf(c!, textOf(c!))]));
    assertEquals(names(path), ["t0", "t1", "t2"]);
  });
});

Deno.test("a row whose digest fits but whose shape is none is named as broken, and the store opens", async () => {
  await inFolder(async (path) => {
    const [a, b] = await several(2);
    makeLayout1(path, [a!]);
    using db = new DatabaseSync(path);
    const { workloads: _, ...less } = b!.outcome.trial;
    const outcome = { ...b!.outcome, trial: less } as unknown as Recording["outcome"];
    appendLayout1(db, await recording(outcome));
    assertEquals(names(path), ["t0"]);
    using store = openStore(path);
    assertEquals(store.shelf.broken.map(({ why }) => why), [
      "its outcome.trial.workloads is not what it must be",
    ]);
  });
});

Deno.test("a row of an old store that was edited is named as broken, and listed nowhere", async () => {
  await inFolder(async (path) => {
    const [good, bad] = await several(2);
    makeLayout1(path, [good!]);
    {
      using db = new DatabaseSync(path);
      db.prepare("INSERT INTO recordings VALUES (2, ?, 't', 'rejected', 'h', 0, 's', 'bad', ?)")
        .run(bad!.id, JSON.stringify(bad).replace("600", "900"));
    }
    using store = openStore(path);
    const broken: Broken[] = [];
    assertEquals([...store.read({}, (row) => broken.push(row))].map(({ id }) => id), [good!.id]);
    assertEquals(broken, [{ id: bad!.id, why: "its contents do not match its digest" }]);
    assertEquals([store.shelf.broken, names(path)], [broken, ["t0"]]);
  });
});

Deno.test("a row of the shelf that was edited is found out when its recording is opened", async () => {
  await inFolder(async (path) => {
    using store = openStore(path);
    const [one] = await several(1);
    store.append(one!);
    using db = new DatabaseSync(path);
    db.exec("UPDATE shelf SET light = replace(light, '1.5', '9.5')");
    assertEquals(store.shelf.open(one!.id), { why: "what lists say of it was changed since" });
    assertEquals([...store.read()], [one]);
  });
});

Deno.test("a shelf that another version derived is derived anew", async () => {
  await inFolder(async (path) => {
    const all = await several(3);
    {
      using store = openStore(path);
      for (const one of all) store.append(one);
    }
    {
      using db = new DatabaseSync(path);
      db.exec("UPDATE shelved SET rules = 1; UPDATE shelf SET light = '{}', scope = 'elsewhere'");
    }
    using store = openStore(path);
    assertEquals(all.map(({ id }) => store.shelf.find(id)), all);
    assertEquals(store.shelf.scopes().map(({ count, refused }) => [count, refused]), [[3, 1]]);
  });
});

Deno.test("an old store that may not be written is one clear sentence", async () => {
  await inFolder(async (path) => {
    makeLayout1(path, await several(1));
    const main = new URL("../../mod.ts", import.meta.url).href;
    const flags = ["--no-check", "--allow-read", "--allow-env", "--no-prompt"];
    const args = ["run", ...flags, main, "explain", "t0", "--store", path];
    const { stderr, code } = await new Deno.Command("deno", { args, stdin: "null" }).output();
    const said = new TextDecoder().decode(stderr).trim();
    assertEquals([code, said.split("\n").length], [1, 1]);
    assertStringIncludes(said, `Cannot use the results store ${path} as its folder must be writable`);
  });
});

Deno.test("recordings, bodies, and where they came from can be neither updated nor deleted", async () => {
  await inFolder(async (path) => {
    using store = openStore(path);
    store.append((await several(1))[0]!);
    using db = new DatabaseSync(path);
    db.exec("INSERT INTO origins VALUES (1, 'd', NULL, '{}'); INSERT INTO arrivals VALUES (1, 1)");
    for (
      const [table, column] of [["recordings", "kind"], ["bodies", "schema"], ["origins", "about"], [
        "arrivals",
        "origin",
      ]]
    ) {
      assertThrows(() => db.exec(`UPDATE ${table} SET ${column} = ${column}`), Error, "append-only");
      assertThrows(() => db.exec(`DELETE FROM ${table}`), Error, "append-only");
    }
    assertThrows(
      () => store.append({ ...(store.read()[Symbol.iterator]().next().value!), id: "00" }),
      Error,
      "its id must be its digest",
    );
    assertThrows(() => openStore(`${path}/x`), UserError);
  });
});
