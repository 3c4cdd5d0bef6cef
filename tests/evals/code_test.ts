import { assertEquals, assertNotEquals } from "@std/assert";
import { fileURLToPath, pathToFileURL } from "node:url";
import { digest } from "../../engine/mod.ts";
import { sourcesDigest } from "../../engine/workbench/sources.ts";
import { codeOf } from "../../evals/code.ts";
import { baseline } from "./toy_bench.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What a decoder in a folder of these files is known by. */
async function known(files: Readonly<Record<string, string>>, dir?: string): Promise<string> {
  const folder = await Deno.makeTempDir(dir === undefined ? {} : { dir, prefix: ".own-" });
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
    const module = pathToFileURL(`${folder}/own.ts`).href;
    return (await codeOf({ ...baseline, decoder: { name: "own", params: {}, module } }))[1]!;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const OWN = 'import { guess } from "./guess.ts";\nexport const open = () => guess;\n';
const GUESS = 'import * as deep from "./deep.ts";\nexport const guess = deep;\n';
const files = { "own.ts": OWN, "guess.ts": GUESS, "deep.ts": "export const a = 1;\n" };

Deno.test("a technique outside is known by its text, wherever it lies", async () => {
  assertEquals(await known(files), await known(files));
  assertEquals(await known({ "own.ts": "export {};" }), await digest("export {};"));
});

Deno.test("a module that is imported by a text in backticks counts too", async () => {
  const own = "export const open = () => import(`./guess.ts`);\n";
  assertNotEquals(
    await known({ "own.ts": own, "guess.ts": GUESS }),
    await known({ "own.ts": own, "guess.ts": OWN }),
  );
});

for (const name of Object.keys(files)) {
  Deno.test(`a technique whose ${name} was edited is another one`, async () => {
    const edited = { ...files, [name]: files[name as keyof typeof files].replace("\n", " // edited\n") };
    assertNotEquals(await known(edited), await known(files));
  });
}

Deno.test("weights are known by the code that makes them, whatever its file is called", async () => {
  const folder = await Deno.makeTempDir();
  const maker = pathToFileURL(`${folder}/mod.ts`).href;
  const known = async (text: string) => {
    await Deno.writeTextFile(`${folder}/mod.ts`, text);
    const model = { ...baseline.model, maker };
    return [...await codeOf({ ...baseline, model }), await sourcesDigest(maker)].slice(3);
  };
  const [before, after] = [await known("export const make = 1;"), await known("export const make = 2;")];
  await Deno.remove(folder, { recursive: true });
  assertEquals(before.length, 2);
  before.forEach((one, i) => assertNotEquals(after[i], one));
});

Deno.test("a technique of one's own in the checkout is known by its modules too", async () => {
  assertEquals(await known(files, ROOT), await known(files));
  const own = { "own.ts": 'import { dense } from "../engine/mod.ts";\nexport const open = dense;\n' };
  assertEquals(await known(own, ROOT), await digest(own["own.ts"]));
});

Deno.test("modules that import each other, and imports that are not there, end well", async () => {
  const own = 'export * from "./guess.ts"; // import "./gone.ts"\n';
  assertNotEquals(
    await known({ "own.ts": own, "guess.ts": 'import "./own.ts";' }),
    await known({ "own.ts": own }),
  );
});
