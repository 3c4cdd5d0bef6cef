import { DatabaseSync } from "node:sqlite";
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { zstdCompressSync } from "node:zlib";
import { canonical, type Json, UserError } from "../../engine/mod.ts";
import type { Outcome } from "../../evals/mod.ts";
import { type Broken, ledger, openStore, type SCHEMA, storePath } from "../../results/mod.ts";
import {
  check,
  failed,
  guard,
  HARDWARE,
  law,
  recorded,
  recording,
  trial,
  unmeasured,
  unsure,
  workload,
} from "./fixture.ts";

async function inFolder(run: (path: string) => unknown): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(`${folder}/results.sqlite`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function smuggled(): Outcome {
  const planted = { extra: { speed: { workloads: [] } } };
  return { ...failed(trial("int4")), ...planted };
}

Deno.test("a store gives back every kind of recording as it went in, oldest first", async () => {
  const outcomes = [
    recorded(trial("int8"), [workload(1.6)]),
    failed(trial("int4")),
    unsure(trial("kv")),
    unmeasured(trial("a"), "void", "slept"),
    unmeasured(trial("b"), "skipped", "no heads"),
  ];
  const all = await Promise.all(outcomes.map((outcome) => recording(outcome)));
  using store = openStore(":memory:");
  for (const one of all) store.append(one);
  assertEquals([...store.read()], all);
  assertEquals([...store.read({ trial: trial("kv").id })], [all[2]]);
  assertEquals([...store.read({ id: all[0]!.id, hardware: HARDWARE.id })], [all[0]]);
  assertEquals([...store.read({ hardware: "none" })], []);
  assertEquals(store.revision(), 5);
});

Deno.test("appending the same recording twice keeps it once", async () => {
  using store = openStore(":memory:");
  const one = await recording(failed(trial("int4")));
  store.append(one);
  store.append(one);
  assertEquals([...store.read()].length, 1);
});

Deno.test("the door refuses a recorded outcome with a figure that does not follow from its timings", async () => {
  using store = openStore(":memory:");
  const told = { candidate: { ...workload(1.6).candidate, tokensPerSecond: 100 } };
  const one = await recording(recorded(trial("int8"), [workload(1.2), workload(1.6, 0.05, told)]));
  assertThrows(
    () => store.append(one),
    Error,
    "Cannot record a speed for int8 as its figures must follow from its timings: found single_stream, candidate: 100 tokens/s",
  );
  assertEquals([...store.read()], []);
});

Deno.test("the door refuses a recorded outcome whose checks do not come to a pass", async () => {
  using store = openStore(":memory:");
  const planted = [
    recorded(trial("none judged"), [workload(2)], []),
    recorded(trial("over the margin"), [workload(2)], [check(0.05, 0.03, 0.07, { decision: "pass" })]),
    recorded(trial("undecided"), [workload(2)], [check(0.001, -0.001, 0.003, { decision: "unsure" })]),
    recorded(trial("only reported"), [workload(2)], [reported()]),
    recorded(trial("decision taken away"), [workload(2)], [check(0, 0, 0), { ...reported(), allowed: 0.02 }]),
    recorded(trial("bound is no number"), [workload(2)], [check(0, 0, NaN, { decision: "pass" })]),
    recorded(trial("guards and laws alone"), [workload(2)], [guard(0.02, -0.06, 0.13), law(0.3, 0.01)]),
    recorded(trial("guard over its limit"), [workload(2)], [
      check(0, -0.004, 0.004),
      guard(0.3, 0.2, 0.4, { decision: "pass" }),
    ]),
    recorded(trial("law that does not hold"), [workload(2)], [
      check(0, -0.004, 0.004),
      law(2e-7, 0.4, { decision: "pass" }),
    ]),
    recorded(trial("failed part"), [workload(2)], [
      check(0, -0.004, 0.004, { slices: [{ name: "long", n: 9, loss: 0.1, low: 0.05, failed: true }] }),
    ]),
    recorded(trial("no pairs"), [workload(2)], [check(0, 0, 0, { n: 0 })]),
    saying("fail", recorded(trial("a fail that says so"), [workload(2)], [check(0.061, 0.034, 0.088)])),
    saying(
      "unsure",
      recorded(trial("an unsure one that says so"), [workload(2)], [check(0.012, -0.004, 0.028)]),
    ),
  ];
  for (const outcome of planted) {
    const one = await recording(outcome);
    assertThrows(() => store.append(one), Error, "must come to a pass");
  }
  assertEquals(store.revision(), 0);
});

/** The outcome with a verdict of another kind than its own. */
function saying(kind: "fail" | "unsure", outcome: Outcome): Outcome {
  if (outcome.kind !== "recorded") throw new Error("only a recorded outcome is forged here");
  return { ...outcome, verdict: { ...outcome.verdict, kind } } as unknown as Outcome;
}

function reported() {
  const { allowed: _allowed, decision: _decision, ...rest } = check(0, 0, 0);
  return rest;
}

Deno.test("the door refuses a speed in any other kind of outcome, however deep", async () => {
  using store = openStore(":memory:");
  const one = await recording(smuggled());
  assertThrows(() => store.append(one), Error, "outcome.extra.speed");
  assertEquals(store.revision(), 0);
});

Deno.test("a stored row can be neither updated nor deleted, by anyone", async () => {
  await inFolder(async (path) => {
    using store = openStore(path);
    store.append(await recording(failed(trial("int4"))));
    using db = new DatabaseSync(path);
    assertThrows(() => db.exec("UPDATE recordings SET kind = 'recorded'"), Error, "append-only");
    assertThrows(() => db.exec("DELETE FROM recordings"), Error, "append-only");
    assertEquals([...store.read()].length, 1);
  });
});

Deno.test("a row edited by other hands is named as broken while the others are read", async () => {
  await inFolder(async (path) => {
    using store = openStore(path);
    const [good, bad] = [await recording(failed(trial("good"))), await recording(failed(trial("bad")))];
    store.append(good);
    store.append(bad);
    using db = new DatabaseSync(path);
    const packed = zstdCompressSync(
      canonical({ outcome: { ...bad.outcome, kind: "void" } } as unknown as Json),
    );
    db.exec("DROP TRIGGER bodies_no_update");
    db.prepare("UPDATE bodies SET packed = ? WHERE seq = 2").run(packed);
    const broken: unknown[] = [];
    assertEquals([...store.read({}, (row) => broken.push(row))].map(({ id }) => id), [good.id]);
    assertEquals(broken, [{ id: bad.id, why: "its contents do not match its digest" }]);
  });
});

Deno.test("a row of an older schema is kept, named as broken, and said to have been judged by other rules", async () => {
  await inFolder(async (path) => {
    using store = openStore(path);
    const old = await recording(failed(trial("old")));
    store.append({ ...old, schema: 1 as typeof SCHEMA });
    const broken: Broken[] = [];
    assertEquals([...store.read({}, (row) => broken.push(row))], []);
    assertEquals(broken.map(({ id }) => id), [old.id]);
    assertStringIncludes(broken[0]!.why, "an older Assay judged by other rules (schema 1, now 2)");
    assertEquals(store.revision(), 1);
  });
});

Deno.test("a store from a newer version is refused in one sentence that says what to do", async () => {
  await inFolder((path) => {
    openStore(path)[Symbol.dispose]();
    using db = new DatabaseSync(path);
    db.exec("PRAGMA user_version = 99");
    const error = assertThrows(() => openStore(path), UserError, "found 99");
    assertStringIncludes(error.message, "Update Assay");
  });
});

Deno.test("a damaged file, a foreign database and a folder that cannot be made are user errors", async () => {
  await inFolder((path) => {
    Deno.writeTextFileSync(path, "this is not a database, but it is long enough to look at".repeat(40));
    assertThrows(() => openStore(path), UserError, "undamaged");
    const foreign = `${path}.foreign`;
    const db = new DatabaseSync(foreign);
    db.exec("CREATE TABLE songs (title TEXT)");
    db.close();
    assertThrows(() => openStore(foreign), UserError, "found another SQLite database");
    assertThrows(() => openStore(`${path}/below/results.sqlite`), UserError, "writable");
  });
});

Deno.test("a store cut short on disk is a user error, not a crash", async () => {
  await inFolder(async (path) => {
    {
      using store = openStore(path);
      for (let i = 0; i < 20; i++) store.append(await recording(failed(trial(`t${i}`))));
    }
    const bytes = Deno.readFileSync(path);
    Deno.writeFileSync(path, bytes.subarray(0, 12_288));
    assertThrows(
      () => {
        using store = openStore(path);
        return [...store.read()];
      },
      UserError,
      "undamaged",
    );
  });
});

Deno.test("a process killed inside a transaction loses that outcome and no other", async () => {
  await inFolder(async (path) => {
    openStore(path)[Symbol.dispose]();
    const script = new URL("./killed_writer.ts", import.meta.url);
    const flags = ["--no-check", "--allow-read", "--allow-write", "--allow-env", "--allow-run"];
    const args = ["run", ...flags, script.href, path];
    const { stdout, success } = await new Deno.Command("deno", { args, stderr: "null" }).output();
    assertEquals([new TextDecoder().decode(stdout).trim(), success], ["inside", false]);
    using store = openStore(path);
    assertEquals([...store.read()].map(({ outcome }) => outcome.trial.name), ["committed"]);
    store.append(await recording(failed(trial("after"))));
    assertEquals([...store.read()].length, 2);
    assertEquals(store.revision(), 2);
  });
});

Deno.test("two writers on one file lose nothing", async () => {
  await inFolder(async (path) => {
    using a = openStore(path);
    using b = openStore(path);
    for (let i = 0; i < 10; i++) (i % 2 ? a : b).append(await recording(failed(trial(`t${i}`))));
    assertEquals([...a.read()].length, 10);
    assertEquals(a.revision(), b.revision());
  });
});

Deno.test("the ledger knows a trial only where it was judged on this machine with this code", async () => {
  using store = openStore(":memory:");
  const t = trial("int4");
  const mine = await recording(failed(t));
  const book = ledger(store, mine.stamp);
  assertEquals([book.done(t), book.tries(t)], [undefined, 0]);
  store.append(await recording(unmeasured(t, "void", "slept")));
  store.append(await recording(failed(t), { versions: { assay: "0.0.9", deno: "2.9.6" } }));
  store.append(await recording(failed(t), { commit: { id: "another", dirty: false } }));
  store.append(await recording(failed(t), { hardware: { ...HARDWARE, id: "elsewhere" } }));
  assertEquals([book.done(t), book.tries(t)], [undefined, 3]);
  store.append(mine);
  assertEquals([book.done(t), book.tries(t)], [mine.outcome, 4]);
});

Deno.test("the store's place is ASSAY_STORE, else a hidden folder of the current one", () => {
  const before = Deno.env.get("ASSAY_STORE");
  try {
    Deno.env.delete("ASSAY_STORE");
    assertEquals(storePath(), ".assay/results.sqlite");
    Deno.env.set("ASSAY_STORE", "elsewhere.sqlite");
    assertEquals(storePath(), "elsewhere.sqlite");
  } finally {
    if (before === undefined) Deno.env.delete("ASSAY_STORE");
    else Deno.env.set("ASSAY_STORE", before);
  }
});

Deno.test("the door refuses a refused outcome whose notes on its weights name a speed", async () => {
  using store = openStore(":memory:");
  const held = { bytes: 1000, bits: 8 };
  const weights = { base: held, candidate: held, made: { "layer-0": { tokensPerSecond: 99 } } };
  const one = await recording({ ...failed(trial("int4")), weights } as Outcome);
  assertThrows(
    () => store.append(one),
    Error,
    "must hold no speed: found outcome.weights.made.layer-0.tokensPerSecond",
  );
});

Deno.test("lists keep what weights take, and leave how they were made to the recording", async () => {
  using store = openStore(":memory:");
  const held = { bytes: 1000, bits: 8 };
  const weights = { base: held, candidate: held };
  const one = await recording(
    { ...failed(trial("int4")), weights: { ...weights, made: { a: 1 } } } as Outcome,
  );
  store.append(one);
  const [listed] = store.shelf.list({}, 0, 1).recordings;
  assertEquals((listed!.outcome as typeof one.outcome & { weights: unknown }).weights, weights);
  assertEquals([...store.read()], [one]);
});
