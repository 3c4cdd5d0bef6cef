import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import { createApp, openStore } from "../../../results/mod.ts";
import { run as exportRun } from "../../../results/verbs/export.ts";
import { run as explainRun } from "../../../results/verbs/explain.ts";
import { run as importRun } from "../../../results/verbs/import.ts";
import { failed, recorded, trial, workload } from "../fixture.ts";
import { printed } from "../verbs/console.ts";
import { edit, imported, inFolder, names, real } from "./exports.ts";

const one = async () => [await real(failed(trial("int4")))];

async function key(folder: string, name = "key"): Promise<readonly [string, string]> {
  const file = `${folder}/${name}.pem`;
  const { out } = await printed(() => exportRun(["--new-key", file]));
  return [file, out[0]!];
}

const originOf = (path: string) => {
  using opened = openStore(path);
  return opened.shelf.list({}, 0, 1).recordings[0]!.origin;
};

Deno.test("a key is a new file that only its owner may read", async () => {
  await inFolder(async ({ folder }) => {
    const [file, name] = await key(folder);
    assertMatch(name, /^ed25519:[A-Za-z0-9_-]{43}$/);
    assertEquals((await Deno.stat(file)).mode! & 0o777, 0o600);
    await assertRejects(
      () => exportRun(["--new-key", file]),
      UserError,
      "must be a new file: there is one already",
    );
  });
});

Deno.test("a signature that holds names its key, trusted only where that is said, then or later", async () => {
  await inFolder(async ({ folder, store, exported }) => {
    const [file, name] = await key(folder);
    const [signed, into] = [await exported(await one(), "--sign", file), store("into")];
    const { out } = await imported(signed, "--store", into);
    assertStringIncludes(out[0]!, `signed with ${name}.`);
    assertEquals([originOf(into)?.key, originOf(into)?.trusted], [name, false]);
    await imported("--trust", name, "--store", into);
    assertEquals(originOf(into)?.trusted, true);
  });
});

Deno.test("pages that are open say of a key that is trusted meanwhile that it is", async () => {
  await inFolder(async ({ folder, store, exported }) => {
    const [file, name] = await key(folder);
    const [into, row] = [store("into"), await real(recorded(trial("int8"), [workload(1.5)]))];
    await imported(await exported([row], "--sign", file), "--store", into);
    using opened = openStore(into);
    const app = createApp(opened);
    const text = async (page: string) => await (await app.request(page)).text();
    const [board, page] = ["/index.html", `/trial/${row.id}.html`];
    assertStringIncludes(await text(board), "signed by an unknown key");
    assertStringIncludes(await text(page), "which nobody here named as one to trust");
    await imported("--trust", name, "--store", into);
    assertStringIncludes(await text(board), "signed by a trusted key");
    assertStringIncludes(await text(page), ", named as one to trust");
  });
});

Deno.test("a signature of other lines, by another key, or of no sense counts as none", async () => {
  await inFolder(async ({ folder, store, exported }) => {
    const [[file], [other, otherName]] = [await key(folder), await key(folder, "other")];
    const recordings = await one();
    const sealOf = async (path: string) =>
      JSON.parse((await Deno.readTextFile(path)).trimEnd().split("\n").at(-1)!).seal;
    const second = await sealOf(await exported(recordings, "--sign", other, "--by", "other"));
    const changes = [
      { signature: second.signature },
      { key: otherName },
      { key: "ed25519:nonsense" },
      { key: 7 },
      { signature: "no base64 !" },
    ];
    for (const [i, change] of changes.entries()) {
      const signed = await exported(recordings, "--sign", file);
      const seal = await sealOf(signed);
      await edit(signed, (lines) => lines.with(-1, JSON.stringify({ seal: { ...seal, ...change } })));
      const into = store(`into${i}`);
      const { value, out } = await imported(signed, "--store", into);
      assertEquals(value, 1);
      assertStringIncludes(out[0]!, "its signature does not fit what it holds.");
      assertEquals([names(into), originOf(into)?.key], [["int4"], undefined]);
    }
  });
});

Deno.test("who exported cannot be changed under a signature", async () => {
  await inFolder(async ({ folder, store, exported }) => {
    const [file] = await key(folder);
    const [signed, into] = [await exported(await one(), "--sign", file, "--by", "Ada"), store("into")];
    await edit(signed, (lines) => lines.with(0, lines[0]!.replace("Ada", "Eve")));
    const { value, out, err } = await imported(signed, "--store", into);
    assertEquals(value, 1);
    assertStringIncludes(out[0]!, "exported by Eve, its signature does not fit what it holds.");
    assertStringIncludes(err.join("\n"), "its seal is broken");
    assertEquals(originOf(into)?.key, undefined);
  });
});

Deno.test("explain says where a recording came from, and nothing in a name steers the terminal", async () => {
  await inFolder(async ({ store, exported }) => {
    const into = store("into");
    await imported(await exported(await one(), "--by", "A\u202eda\u001b[31m"), "--store", into);
    const text = (await printed(() => explainRun(["int4", "--store", into]))).out.join("\n");
    assertStringIncludes(
      text.replaceAll(/\n +/g, " "),
      'exported by somebody who gave the name "A\\u{202e}da\\u{1b}[31m"',
    );
    assertEquals(["\u001b", "\u202e"].filter((one) => text.includes(one)), []);
  });
});

for (
  const [what, args, said] of [
    ["a key that is none", ["--trust", "nonsense"], 'Cannot use "nonsense" as a key'],
  ] as const
) {
  Deno.test(`${what} is refused`, async () => {
    await inFolder(async ({ store }) => {
      await assertRejects(() => importRun([...args, "--store", store("into")]), UserError, said);
    });
  });
}

Deno.test("a file that holds no key signs nothing", async () => {
  await inFolder(async ({ folder, store }) => {
    await Deno.writeTextFile(`${folder}/k`, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    for (const file of [`${folder}/k`, `${folder}/none`, folder]) {
      await assertRejects(
        () => exportRun(["--store", store("from"), "--sign", file]),
        UserError,
        `Cannot sign with ${file} as it must hold an Ed25519 private key in PEM`,
      );
    }
  });
});
