import { assert, assertEquals, assertRejects } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import { git, resolveBase } from "../../../results/git.ts";
import { layOutBase } from "../../../results/check/worktree.ts";

const OUTSIDE = new URL("../../../mod.ts", import.meta.url).pathname;

/** A repository of two commits, with what is in `files` in the first of them. */
async function repository(files: Readonly<Record<string, string>> = {}) {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const run = async (...args: string[]) => {
    const { success, out, err } = await git(
      folder,
      "-c",
      "user.name=me",
      "-c",
      "user.email=me@example.com",
      ...args,
    );
    assert(success, `${args[0]}: ${err}`);
    return out;
  };
  const commit = async (files: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
    await run("add", "-A");
    await run("commit", "--quiet", "--allow-empty", "-m", "a change");
    return await run("rev-parse", "HEAD");
  };
  await run("init", "--quiet", "-b", "main");
  const first = await commit({ "suite.ts": "// before", ...files });
  const second = await commit({ "suite.ts": "// after" });
  const remove = () => Deno.remove(folder, { recursive: true });
  return { folder, run, first, second, [Symbol.asyncDispose]: remove };
}

const laidOut = (top: string, id: string, cwd = top) =>
  layOutBase({ top, cwd, entry: OUTSIDE, base: { id, subject: "" } }, () => {});

Deno.test("the base is the commit where the head left it, and a changed folder is said", async () => {
  await using repo = await repository();
  const { base, head, dirty } = await resolveBase(repo.folder, "HEAD^");
  assertEquals([base.id, head.id, dirty], [repo.first, repo.second, false]);
  await repo.run("branch", "later");
  await repo.run("checkout", "--quiet", "-b", "change", repo.first);
  await Deno.writeTextFile(`${repo.folder}/new.ts`, "");
  const forked = await resolveBase(repo.folder, "later");
  assertEquals([forked.base.id, forked.dirty], [repo.first, true]);
});

Deno.test("no repository, an unknown reference, one that looks like an option and a shallow clone are one sentence each", async () => {
  await using repo = await repository();
  const refused = (folder: string, ref: string, why: string) =>
    assertRejects(() => resolveBase(folder, ref), UserError, why);
  const bare = await Deno.makeTempDir();
  await refused(bare, "main", "as the folder must be in a git repository");
  for (
    const ref of ["nosuch", "--help", "--upload-pack=touch /tmp/pwned", "$(touch pwned)", "main; rm -rf ."]
  ) {
    await refused(repo.folder, ref, "as it must name a commit: this repository has none of that name.");
  }
  await git(bare, "clone", "--quiet", "--depth=1", `file://${repo.folder}`, "shallow");
  await refused(`${bare}/shallow`, "HEAD^", "It is a shallow clone: fetch the base first");
  await Deno.remove(bare, { recursive: true });
});

Deno.test("the base lies in a folder of its own with its own files, and is gone afterwards", async () => {
  await using repo = await repository();
  const laid = await laidOut(repo.folder, repo.first);
  const path = await laid.place.at("suite.ts");
  assert(path !== `${repo.folder}/suite.ts`);
  assertEquals(await Deno.readTextFile(await laid.place.at(`${repo.folder}/suite.ts`)), "// before");
  assertEquals(laid.place.entry, OUTSIDE);
  laid[Symbol.dispose]();
  assertEquals([...Deno.readDirSync(repo.folder)].map(({ name }) => name).sort(), [".git", "suite.ts"]);
  assertEquals((await repo.run("worktree", "list")).split("\n").length, 1);
  await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
});

Deno.test("a base that does not build is one sentence, and its folder is gone", async () => {
  await using repo = await repository({ "deno.json": "{ this is no JSON" });
  await assertRejects(
    () => laidOut(repo.folder, repo.first),
    UserError,
    `Cannot check against ${repo.first.slice(0, 10)} as the base must build: \`deno install\` failed there: `,
  );
  assertEquals((await repo.run("worktree", "list")).split("\n").length, 1);
});

Deno.test("a base without the head's Assay is one sentence", async () => {
  await using repo = await repository();
  await Deno.writeTextFile(`${repo.folder}/mod.ts`, "");
  const given = { top: repo.folder, cwd: repo.folder, entry: `${repo.folder}/mod.ts` };
  await assertRejects(
    () => layOutBase({ ...given, base: { id: repo.first, subject: "" } }, () => {}),
    UserError,
    "as the base must have mod.ts: it has not.",
  );
});
