/** `deno task new`: a commented starting file that runs as it is written; see ../templates/. */
import { isAbsolute, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../../engine/mod.ts";
import { read } from "./arguments.ts";

const USAGE = {
  command: "deno task new",
  about: "writes a commented starting file of your own, which runs as it is",
  operand: { value: "suite|technique|dataset NAME", about: "what to begin, and its name" },
  options: { dir: { value: "DIR", about: "the folder to write it in; the present one where absent" } },
} as const;

const KINDS: Readonly<Record<string, readonly string[]>> = {
  suite: [".ts"],
  technique: [".ts"],
  dataset: [".ts", ".jsonl"],
};
const TEMPLATES = new URL("../templates/", import.meta.url);
const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url));

/** Writes the files and says how to run them. */
export async function run(args: readonly string[]): Promise<number> {
  const values = read(USAGE, args);
  if (!values) return 0;
  const [kind, name] = values._ as readonly [string, string];
  const endings = Object.hasOwn(KINDS, kind) ? KINDS[kind]! : undefined;
  if (endings === undefined) {
    throw new UserError(`Cannot begin a ${kind} as it must be one of ${Object.keys(KINDS).join(", ")}.`);
  }
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(name)) {
    throw new UserError(
      `Cannot begin ${kind} ${
        JSON.stringify(name)
      } as its name must be at most 40 lower-case letters, digits and underscores, a letter first.`,
    );
  }
  const folder = resolve(values.dir ?? ".");
  const files = endings.map((ending) => ({ path: `${folder}/${name}${ending}`, from: `${kind}${ending}` }));
  for (const { path } of files) {
    if (await Deno.lstat(path).then(() => true, () => false)) {
      throw new UserError(
        `Cannot begin ${kind} ${name} as ${path} must not be there yet: it is. Choose another name.`,
      );
    }
  }
  for (const { path, from } of files) {
    const text = (await Deno.readTextFile(new URL(from, TEMPLATES))).replaceAll(`my_${kind}`, name);
    try {
      await Deno.mkdir(folder, { recursive: true });
      await Deno.writeTextFile(path, text, { createNew: true });
    } catch (error) {
      throw new UserError(
        `Cannot write ${path} as its folder must be writable: ${(error as Error).message}.`,
      );
    }
    console.log(`Wrote ${path}`);
  }
  console.log(`\nIt runs as it is:\n  ${benchIn(stoodIn(), files[0]!.path)}`);
  return 0;
}

/** The command that runs a suite's file from a folder: the task where Deno finds it, else the program itself. */
export function benchIn(folder: string, path: string): string {
  const program = isWithin(CHECKOUT, folder)
    ? "deno task bench"
    : `deno run -A ${quoted(resolve(CHECKOUT, "mod.ts"))} bench`;
  return `${program} --suite ${quoted(path)}`;
}

/** Where the command was given: a task is run in the checkout, and Deno says from which folder. */
function stoodIn(): string {
  const folder = Deno.cwd();
  return isWithin(CHECKOUT, folder) ? Deno.env.get("INIT_CWD") ?? folder : folder;
}

function isWithin(outer: string, folder: string): boolean {
  const way = relative(outer, folder);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

const quoted = (path: string) => /^[\w./:\\-]+$/.test(path) ? path : JSON.stringify(path);
