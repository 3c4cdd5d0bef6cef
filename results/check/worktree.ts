/** The base as a folder of its own: a git worktree under the system's temporary folder, with modules of its own. */
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { UserError } from "../../engine/mod.ts";
import { type Commit, git } from "../git.ts";

/** A side's place: where it runs, and which Assay and files it takes there. */
export interface Place {
  readonly cwd: string;
  /** A path, or the specifier of the package. */
  readonly entry: string;
  /** What the head's path is here: the same within the repository where it is there, else the path itself. */
  at(path: string): Promise<string>;
}

export interface Worktree extends Disposable {
  readonly place: Place;
}

/**
 * Lays out the base and installs its modules. `entry`: the head's Assay.
 * @throws {UserError} where it cannot be laid out, or does not build.
 */
export async function layOutBase(
  given: { readonly top: string; readonly cwd: string; readonly entry: string; readonly base: Commit },
  progress: (stage: string) => void,
): Promise<Worktree> {
  const { top, base } = given;
  const cwd = await Deno.realPath(given.cwd);
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "assay_base_" }));
  const root = `${folder}/base`;
  const remove = () => {
    const args = ["worktree", "remove", "--force", "--force", root];
    new Deno.Command("git", { args, cwd: top, stdout: "null", stderr: "null" }).outputSync();
    try {
      Deno.removeSync(folder, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  };
  try {
    progress("laying out the base");
    const made = await git(top, "worktree", "add", "--detach", "--quiet", root, base.id);
    if (!made.success) {
      throw new UserError(
        `Cannot check against ${base.id.slice(0, 10)} as git must be able to lay it out: ${last(made.err)}.`,
      );
    }
    const within = (path: string) => isWithin(top, path) ? join(root, relative(top, path)) : undefined;
    const own = within(given.entry);
    const modules = own?.split(sep).includes("node_modules") ?? false;
    const entry = own === undefined ? given.entry : modules ? "npm:@assay/assay" : own;
    const start = own !== undefined && !modules ? dirname(own) : within(cwd) ?? root;
    if (own !== undefined && !modules && !await exists(own)) {
      throw new UserError(
        `Cannot check against ${base.id.slice(0, 10)} as the base must have ${
          relative(root, own)
        }: it has not.`,
      );
    }
    progress("installing the base's modules");
    await install(start, root, base);
    const place: Place = {
      cwd: await exists(within(cwd) ?? root) ? within(cwd) ?? root : root,
      entry,
      async at(path) {
        const there = within(await Deno.realPath(resolve(cwd, path)));
        return there !== undefined && await exists(there) ? there : resolve(cwd, path);
      },
    };
    return { place, [Symbol.dispose]: remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Installs as the nearest project from `start` up to `root` says. */
async function install(start: string, root: string, base: Commit): Promise<void> {
  for (let folder = start; isWithin(root, folder); folder = dirname(folder)) {
    const has = (name: string) => exists(`${folder}/${name}`);
    const deno = await has("deno.json") || await has("deno.jsonc");
    if (!deno && !await has("package.json")) continue;
    const npm = !deno && await has("package-lock.json");
    const [command, args] = npm ? ["npm", ["ci", "--no-audit", "--no-fund"]] as const : ["deno", ["install"]];
    const { success, stderr } = await new Deno.Command(command, {
      args: [...args],
      cwd: folder,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
    }).output();
    if (success) return;
    throw new UserError(
      `Cannot check against ${base.id.slice(0, 10)} as the base must build: \`${command} ${
        args[0]
      }\` failed there: ${last(new TextDecoder().decode(stderr))}.`,
    );
  }
}

export function isWithin(outer: string, path: string): boolean {
  const way = relative(outer, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

const exists = (path: string) => Deno.lstat(path).then(() => true, () => false);

/** The last line that says something. */
export const last = (text: string): string =>
  text.split("\n").map((line) => line.trim()).filter(Boolean).at(-1)?.replace(/\.$/, "") ?? "it said nothing";
