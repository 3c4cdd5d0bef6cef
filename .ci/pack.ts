/**
 * Packs this checkout as an npm package: `deno task pack [FILE.tgz|FOLDER]`. Deno runs no TypeScript inside node_modules, so each
 * module is there as JavaScript, in the same tree, because slots and workers are named by the URLs of their modules.
 * The sources lie beside, and are its types.
 */
import config from "../deno.json" with { type: "json" };

const ROOT = new URL("../", import.meta.url);
/** Read as text by `deno task new`, so that they stay as they are. */
const TEMPLATES = "results/templates/";
const FOLDERS = [".std", "engine", "datasets", "techniques", "evals", "results"];
const FILES = ["mod.ts", "deno.json", "README.md", "CHANGELOG.md", "LICENSE", "tests/bench/calibration.json"];

async function* within(folder: string): AsyncIterable<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(`${folder}/`, ROOT))) {
    if (isDirectory) yield* within(`${folder}/${name}`);
    else if (!name.startsWith("_")) yield `${folder}/${name}`;
  }
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args: [...args], cwd: ROOT }).output();
  if (!success) throw new Error(`${command} ${args[0]} failed: ${new TextDecoder().decode(stderr)}`);
}

const files = [...FILES];
for (const folder of FOLDERS) for await (const file of within(folder)) files.push(file);
const sources = files.filter((file) => /\.tsx?$/.test(file) && !file.startsWith(TEMPLATES));
const imports = Object.entries(config.imports);
const own = imports.filter(([, to]) => to.startsWith("./"));
const used = new Set<string>();

/** The JavaScript of a module, with its neighbours and stand-ins named as they are in the package. */
function packed(text: string, file: string): string {
  const up = file.split("/").slice(1).map(() => "../").join("") || "./";
  for (const [name, to] of own) text = text.replaceAll(`"${name}"`, `"${up}${to.slice(2)}"`);
  return text.replaceAll(/(["'`])(\.{1,2}\/[^"'`\n]*)\.tsx?\1/g, "$1$2.js$1");
}

const { name, version, license } = config;
const target = Deno.args[0] ?? `${name.replace("@", "").replace("/", "-")}-${version}.tgz`;
const stage = await Deno.makeTempDir();
try {
  const root = target.endsWith(".tgz") ? `${stage}/package` : target;
  for (const file of files) {
    await Deno.mkdir(`${root}/${file}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.copyFile(new URL(file, ROOT), `${root}/${file}`);
  }
  await run("deno", ["transpile", "--outdir", root, ...sources]);
  for (const source of sources) {
    const file = `${root}/${source.replace(/\.tsx?$/, ".js")}`;
    const text = await Deno.readTextFile(file) + await Deno.readTextFile(`${root}/${source}`);
    for (const [name] of imports) {
      if (text.includes(`"${name}"`) || text.includes(`"${name}/`)) used.add(name);
    }
    await Deno.writeTextFile(file, packed(await Deno.readTextFile(file), source));
  }
  const dependencies = Object.fromEntries(
    imports.filter(([name, to]) => used.has(name) && to.startsWith("npm:") && !name.endsWith("/"))
      .map(([name, to]) => [name, to.slice(to.lastIndexOf("@") + 1)]),
  );
  const exports = { ".": { types: "./mod.ts", default: "./mod.js" } };
  const about = { name, version, license, type: "module", exports, bin: { assay: "./mod.js" }, dependencies };
  await Deno.writeTextFile(`${root}/package.json`, JSON.stringify(about, null, 2));
  if (root !== target) await run("tar", ["-czf", target, "-C", stage, "package"]);
  console.log(
    `Wrote ${target}: ${sources.length} modules, ${Object.keys(dependencies).length} dependencies.`,
  );
} finally {
  await Deno.remove(stage, { recursive: true });
}
