/** The npm package as a project has it: packed, in node_modules, with its dependencies beside it. */
import { dirname } from "node:path";
import { assertEquals, assertStringIncludes } from "@std/assert";

const ROOT = new URL("../../", import.meta.url).pathname;

async function deno(cwd: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command("deno", {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

/** A project that has installed the package. */
async function project(): Promise<string> {
  const folder = await Deno.makeTempDir();
  const modules = `${folder}/node_modules`;
  const made = await deno(ROOT, "task", "-q", "pack", `${modules}/@assay/assay`);
  assertEquals(made.code, 0, made.err);
  const { dependencies } = JSON.parse(await Deno.readTextFile(`${modules}/@assay/assay/package.json`));
  for (const name of Object.keys(dependencies)) {
    await Deno.mkdir(dirname(`${modules}/${name}`), { recursive: true });
    await Deno.symlink(await Deno.realPath(`${ROOT}node_modules/${name}`), `${modules}/${name}`);
  }
  await Deno.writeTextFile(
    `${folder}/package.json`,
    JSON.stringify({ type: "module", dependencies: { "@assay/assay": "*" } }),
  );
  return folder;
}

const PROGRAM = `
import { createApp, loadSuite, onnxEngine, openStore, versions } from "@assay/assay";
import { fileURLToPath } from "node:url";
for (const name of ["mine", "rows", "bigram"]) {
  const { candidates, evals } = await loadSuite(fileURLToPath(new URL(name + ".ts", import.meta.url)));
  console.log(Object.keys(candidates).join(), evals.length);
}
using store = openStore(":memory:");
const app = createApp(store);
for (const path of ["/", "/static/style.css", "/static/chart.js", "/static/narrow.js"]) {
  const { status, body } = await app.request(path);
  console.log(path, status);
  await body?.cancel();
}
console.log(versions().assay, onnxEngine({ backend: "native" }).name);
`;

Deno.test("a project with the npm package begins files, has them type-checked, and loads what they name", async () => {
  const folder = await project();
  try {
    for (const [kind, name] of [["suite", "mine"], ["dataset", "rows"], ["technique", "bigram"]] as const) {
      const begun = await deno(folder, "run", "-A", "npm:@assay/assay", "new", kind, name);
      assertEquals(begun.code, 0, begun.err);
    }
    const types = await deno(folder, "check", "mine.ts", "rows.ts", "bigram.ts");
    assertEquals(types.code, 0, types.err);
    const misspelt = (await Deno.readTextFile(`${folder}/mine.ts`)).replace("pairs:", "pears:");
    await Deno.writeTextFile(`${folder}/misspelt.ts`, misspelt);
    assertStringIncludes(
      (await deno(folder, "check", "misspelt.ts")).err,
      "'pears' does not exist in type 'Suite'",
    );

    await Deno.writeTextFile(`${folder}/program.ts`, PROGRAM);
    const { code, out, err } = await deno(folder, "run", "-A", "program.ts");
    assertEquals(code, 0, err);
    assertEquals(out.split("\n").slice(0, 7), [
      "wide 3",
      "prompt_lookup 1",
      "bigram 2",
      "/ 200",
      "/static/style.css 200",
      "/static/chart.js 200",
      "/static/narrow.js 200",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
