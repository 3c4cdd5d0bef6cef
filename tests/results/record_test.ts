import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { digest, ManualClock, type Model } from "../../engine/mod.ts";
import { readCommit, record, versions } from "../../results/mod.ts";
import { failed, HARDWARE, trial } from "./fixture.ts";

const model: Model = {
  name: "Toy",
  params: { weights: "ab".repeat(32), stored: "Q4_1", body: { bits: 32 }, head: { bits: 32 } },
  file: "/nowhere/secret.gguf",
};
const context = { hardware: HARDWARE, model, clock: new ManualClock(1000) };

Deno.test("a recording's id is the digest of its stamp and outcome", async () => {
  const one = await record(failed(trial("int4")), context);
  assertEquals(one.id, await digest({ stamp: one.stamp, outcome: one.outcome }));
  const later = await record(failed(trial("int4")), { ...context, clock: new ManualClock(2000) });
  assertNotEquals(later.id, one.id);
});

Deno.test("a stamp names the model, how it was stored, and the versions, and no file of this machine", async () => {
  const { stamp } = await record(failed(trial("int4")), context);
  assertEquals(stamp.model, { name: "Toy", digest: "ab".repeat(32), precision: "f32 from Q4_1" });
  assertEquals(stamp.at, 1000);
  assertEquals(stamp.versions, versions());
  assert(!JSON.stringify(stamp).includes("secret.gguf"));
});

Deno.test("every stamped version is an exact one", () => {
  const found = versions();
  assertEquals(Object.keys(found), [
    "assay",
    "deno",
    "onnxruntime-node",
    "onnxruntime-web",
    "@huggingface/transformers",
  ]);
  for (const version of Object.values(found)) assertMatch(version, /^\d+\.\d+\.\d+/);
});

Deno.test("there is no commit outside a checkout of our own", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assertEquals(await readCommit(new URL(`file://${folder}/`)), undefined);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a checkout gives its commit, and says when it holds changes of its own", async () => {
  const folder = await Deno.makeTempDir();
  const git = async (...args: string[]) => {
    const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid"];
    const { success } = await new Deno.Command("git", {
      args: [...identity, ...args],
      cwd: folder,
      stdout: "null",
      stderr: "null",
    }).output();
    assert(success, `git ${args.join(" ")}`);
  };
  try {
    const root = new URL(`file://${folder}/`);
    await git("init");
    await git("commit", "--allow-empty", "-m", "first");
    const clean = await readCommit(root);
    assertMatch(clean!.id, /^[0-9a-f]{40}$/);
    assertEquals(clean!.dirty, false);
    await Deno.writeTextFile(`${folder}/new.txt`, "new");
    assertEquals(await readCommit(root), { id: clean!.id, dirty: true });
    await Deno.mkdir(`${folder}/inner`);
    assertEquals(await readCommit(new URL("inner/", root)), undefined);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
