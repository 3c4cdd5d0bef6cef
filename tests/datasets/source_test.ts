import { assertEquals, assertStringIncludes } from "@std/assert";
import { sha256 } from "../../engine/mod.ts";

interface Answer {
  readonly found?: readonly unknown[];
  readonly error?: string;
  readonly message?: string;
}

/** Reads bytes as a pinned file that is in the cache already. */
async function read(
  what: "lines" | "rows" | "documents",
  bytes: Uint8Array<ArrayBuffer>,
  name = "rows.jsonl",
): Promise<Answer> {
  const cache = await Deno.makeTempDir();
  try {
    const hash = await sha256(bytes);
    await Deno.mkdir(`${cache}/files/${hash.slice(0, 16)}`, { recursive: true });
    await Deno.writeFile(`${cache}/files/${hash.slice(0, 16)}/${name}`, bytes);
    const file = {
      package: "p",
      version: "1",
      member: `data/${name}`,
      sha256: hash,
      bytes: bytes.length,
      wheelBytes: 1,
    };
    const { stdout } = await new Deno.Command("deno", {
      args: ["run", "--no-check", "--allow-read", "--allow-write", "--allow-env"]
        .concat([new URL("reader.ts", import.meta.url).pathname, what, JSON.stringify(file)]),
      env: { ASSAY_CACHE: cache },
      stderr: "inherit",
    }).output();
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

const utf8 = (text: string) => new TextEncoder().encode(text);

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"))).bytes();
}

Deno.test("lines are numbered from one, the last one with or without its end", async () => {
  const expected = { found: [{ number: 1, line: "a" }, { number: 2, line: "" }, { number: 3, line: "é🙂" }] };
  assertEquals(await read("lines", utf8("a\n\né🙂\n")), expected);
  assertEquals(await read("lines", utf8("a\n\né🙂")), expected);
});

Deno.test("a gzipped file reads as the plain one, however long its lines", async () => {
  const text = Array.from({ length: 50 }, (_, i) => "é".repeat(i * 997)).join("\n");
  assertEquals(await read("lines", await gzip(utf8(text)), "x.gz"), await read("lines", utf8(text)));
});

const row = (text: string, keep = true) => JSON.stringify({ keep, value: { text } });

Deno.test("rows are mapped in order; blank lines and rows that are not wanted are passed over", async () => {
  const file = [row("one"), "", row("no", false), "  ", row("two")].join("\n");
  assertEquals(await read("rows", utf8(file)), { found: ["one", "two"] });
});

for (
  const [what, bad] of Object.entries({
    "is no JSON": '{"keep": true',
    "lacks a field": '{"keep": true}',
    "is null": "null",
  })
) {
  Deno.test(`a row that ${what} is one sentence with its line`, async () => {
    const { error, message } = await read("rows", utf8([row("one"), row("two"), bad].join("\n")));
    assertEquals(error, "UserError");
    assertStringIncludes(message!, "Cannot read line 3 of data/rows.jsonl as it must be a row of this set:");
  });
}

const list = (...texts: string[]) =>
  JSON.stringify(texts.map((text) => ({ keep: text !== "no", value: { text } })), undefined, 2);

Deno.test("the entries of a list are read one by one, and one that is cut short is left out", async () => {
  const whole = list("one", "no", "two { }");
  assertEquals(await read("documents", utf8(whole)), { found: ["one", "two { }"] });
  assertEquals(await read("documents", utf8(whole.slice(0, -20))), { found: ["one"] });
});

Deno.test("an entry of a list that is no row of the set is one sentence with the line at which it begins", async () => {
  const { error, message } = await read(
    "documents",
    utf8(list("one").replace("]", '  ,\n  {\n    "keep": true\n  }\n]')),
  );
  assertEquals(error, "UserError");
  assertStringIncludes(message!, "Cannot read line 9 of data/rows.jsonl as it must be a row of this set:");
});
