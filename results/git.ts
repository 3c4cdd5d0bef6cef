/** Git as records and checks ask it: arguments go to the program as they are, and never through a shell. */
import { UserError } from "../engine/mod.ts";

export interface Ran {
  readonly success: boolean;
  readonly out: string;
  readonly err: string;
}

/** Runs git in a folder. @throws {UserError} where there is no git, or no leave to run it. */
export async function git(cwd: string, ...args: readonly string[]): Promise<Ran> {
  try {
    const { success, stdout, stderr } = await new Deno.Command("git", {
      args: [...args],
      cwd,
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    return { success, out: text(stdout), err: text(stderr) };
  } catch (error) {
    throw new UserError(`Cannot ask git for commits as it must be there: ${(error as Error).message}.`);
  }
}

/** A commit that a reference names. */
export interface Commit {
  readonly id: string;
  /** The first line of its message. */
  readonly subject: string;
}

/** What a folder lies at: the top of its repository, its commit, and whether it has changes that are in none. */
export interface Checkout {
  readonly top: string;
  readonly head: Commit;
  readonly dirty: boolean;
}

/** Undefined in no repository, or one without a commit. @throws {UserError} where there is no git. */
export async function checkoutAt(cwd: string): Promise<Checkout | undefined> {
  const top = await git(cwd, "rev-parse", "--show-toplevel");
  const head = top.success ? await commitOf(top.out, "HEAD") : undefined;
  if (head === undefined) return undefined;
  const dirty = (await git(top.out, "status", "--porcelain")).out !== "";
  return { top: await Deno.realPath(top.out), head, dirty };
}

/** @throws {UserError} where the folder is in no repository, or the reference names no commit of it. */
export async function resolveBase(cwd: string, ref: string): Promise<Checkout & { readonly base: Commit }> {
  const here = await checkoutAt(cwd);
  if (here === undefined) {
    throw new UserError(
      `Cannot check here as the folder must be in a git repository with a commit: ${cwd} is in none.`,
    );
  }
  const { top, head } = here;
  const given = await commitOf(top, ref);
  if (given === undefined) {
    const shallow = (await git(top, "rev-parse", "--is-shallow-repository")).out === "true";
    throw new UserError(
      `Cannot check against ${ref} as it must name a commit: this repository has none of that name.${
        shallow
          ? " It is a shallow clone: fetch the base first (git fetch --depth=1 origin BRANCH; in actions/checkout, fetch-depth: 0)."
          : ""
      }`,
    );
  }
  // What came to the base's branch since is none of the head's doing.
  const fork = await git(top, "merge-base", given.id, head.id);
  return { ...here, base: fork.success ? (await commitOf(top, fork.out))! : given };
}

async function commitOf(top: string, ref: string): Promise<Commit | undefined> {
  const found = await git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`);
  if (!found.success || found.out === "") return undefined;
  return { id: found.out, subject: (await git(top, "show", "--no-patch", "--format=%s", found.out)).out };
}
