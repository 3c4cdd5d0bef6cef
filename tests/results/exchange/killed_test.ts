import { assert, assertEquals } from "@std/assert";
import { openStore } from "../../../results/mod.ts";
import { trial, unmeasured } from "../fixture.ts";
import { imported, inFolder, names, real } from "./exports.ts";

const MANY = 3000;

const rows = (path: string) => {
  using store = openStore(path);
  return store.revision();
};

Deno.test("an import that is killed loses nothing that it took in, and goes on when it is run again", async () => {
  await inFolder(async ({ store, exported }) => {
    const all = await Promise.all(
      Array.from({ length: MANY }, (_, i) => real(unmeasured(trial(`t${i}`), "void", "slept".repeat(100)))),
    );
    const [file, into] = [await exported(all), store("into")];
    const flags = ["--no-check", "--allow-read", "--allow-write", "--allow-env"];
    const main = new URL("../../../mod.ts", import.meta.url).pathname;
    const args = ["run", ...flags, main, "import", file, "--store", into];
    const child = new Deno.Command("deno", { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
    while (rows(into) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill("SIGKILL");
    await child.status;
    const kept = names(into);
    assert(kept.length > 0 && kept.length <= MANY);
    assertEquals(kept, kept.map((_, i) => `t${i}`));
    await imported(file, "--store", into);
    assertEquals(names(into), all.map((_, i) => `t${i}`));
  });
});

Deno.test("two imports into one store at once lose nothing and keep nothing twice", async () => {
  await inFolder(async ({ store, exported }) => {
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, i) => real(unmeasured(trial(`t${i}`), "void", "slept"))),
    );
    const [left, right] = [await exported(all.slice(0, 30)), await exported(all.slice(10))];
    const into = store("into");
    const flags = ["--no-check", "--allow-read", "--allow-write", "--allow-env"];
    const main = new URL("../../../mod.ts", import.meta.url).pathname;
    const codes = await Promise.all([left, right].map(async (file) => {
      const args = ["run", ...flags, main, "import", file, "--store", into];
      return (await new Deno.Command("deno", { args, stdin: "null", stdout: "null", stderr: "null" })
        .output()).code;
    }));
    assertEquals(codes, [0, 0]);
    assertEquals(names(into).toSorted(), all.map((_, i) => `t${i}`).toSorted());
  });
});

Deno.test("an export that is interrupted leaves nothing of its file", async () => {
  await inFolder(async ({ folder, store }) => {
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, i) => real(unmeasured(trial(`t${i}`), "void", "slept".repeat(1000)))),
    );
    const [from, to] = [store("from", all), `${folder}/out.jsonl`];
    // A pipe that nobody empties: the export is surely in the midst of its lines.
    const pipe = `import os; os.mkfifo(${JSON.stringify(`${to}.part`)})`;
    await new Deno.Command("python3", { args: ["-c", pipe] }).output();
    const flags = [
      "--no-check",
      "--allow-read",
      "--allow-write",
      "--allow-env",
      "--allow-sys",
      "--allow-run=git",
    ];
    const main = new URL("../../../mod.ts", import.meta.url).pathname;
    const args = ["run", ...flags, main, "export", "--store", from, "--to", to];
    const child = new Deno.Command("deno", { args, stdin: "null", stdout: "null", stderr: "piped" }).spawn();
    using reader = await Deno.open(`${to}.part`);
    await reader.read(new Uint8Array(1));
    child.kill("SIGINT");
    const { code, stderr } = await child.output();
    assertEquals(code, 130);
    assertEquals(
      new TextDecoder().decode(stderr).trim().split("\n").at(-1),
      "Interrupted. No file was written.",
    );
    assertEquals(
      Array.from(Deno.readDirSync(folder), ({ name }) => name).filter((name) => name.includes("out")),
      [],
    );
  });
});
