import { assertEquals, assertRejects } from "@std/assert";
import { pathToFileURL } from "node:url";
import { sha256, UserError } from "../../engine/mod.ts";
import { jsonl, type Shapes } from "../../datasets/mod.ts";

const OWNED = { name: "mine", license: "none", split: "test" } as const;
const utf8 = (text: string) => new TextEncoder().encode(text);
const gzip = (bytes: Uint8Array<ArrayBuffer>) =>
  new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"))).bytes();

/** The data set of a file with these bytes, and its samples. */
async function read<K extends keyof Shapes>(
  shape: K,
  content: string | Uint8Array<ArrayBuffer>,
  name = "rows.jsonl",
) {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/${name}`, typeof content === "string" ? utf8(content) : content);
    const dataset = await jsonl(shape, pathToFileURL(`${folder}/${name}`), OWNED);
    return { dataset, samples: await Array.fromAsync(dataset.samples()) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function refusal(shape: keyof Shapes, content: string | Uint8Array<ArrayBuffer>, name?: string) {
  return (await assertRejects(() => read(shape, content, name), UserError)).message;
}

const own = (id: string) => ({ id, cluster: id, slices: [] });

for (
  const [shape, row, sample] of [
    ["choices", { context: "2+2=", continuations: [" 3", " 4"], gold: 1 }],
    ["cloze", { context: "The sun is", target: " hot" }],
    ["text", { text: "Once\nupon" }],
    ["question", { prompt: "Q: why?\nA:", answers: ["so"] }, {
      prompt: "Q: why?\nA:",
      answers: ["so"],
      stop: ["\n"],
    }],
    ["question", { prompt: "Q: why?\nA:", answers: [], stop: ["Q:"] }],
    ["prompt", { turns: ["Hello"] }],
    ["prompt", { turns: ["Hello", "Again"], system: "Be kind." }],
  ] as readonly (readonly [keyof Shapes, object, object?])[]
) {
  Deno.test(`a row of shape ${shape} is read: ${Object.keys(row).join(", ")}`, async () => {
    const { samples } = await read(shape, JSON.stringify({ ...row, more: "is left alone" }));
    assertEquals<unknown>(samples, [{ ...own("1"), ...(sample ?? row) }]);
  });
}

Deno.test("a slice that a row names twice holds it once", async () => {
  const { samples: [sample] } = await read("text", '{"slices":["s","t","s"],"text":"x"}');
  assertEquals(sample!.slices, ["s", "t"]);
});

for (const key of ["id", "cluster", "slices"]) {
  Deno.test(`a name in ${key} that no recording may be taken with is refused`, async () => {
    const name = "x".repeat(1001);
    const row = { text: "x", [key]: key === "slices" ? [name] : name };
    const message = await refusal("text", JSON.stringify(row));
    assertEquals(message.endsWith(`"${key}" of 1001 characters.`), true, message);
  });
}

Deno.test("ids, clusters and slices are the row's own, and numbers may be ids", async () => {
  const rows = [{ id: "a", cluster: "c", slices: ["s"], text: "x" }, { id: 7, text: "y" }];
  const { samples } = await read("text", rows.map((row) => JSON.stringify(row)).join("\n"));
  assertEquals(samples.map(({ id, cluster, slices }) => [id, cluster, slices]), [["a", "c", ["s"]], [
    "7",
    "7",
    [],
  ]]);
});

Deno.test("a byte-order mark, carriage returns and blank lines are passed over; lines keep their numbers", async () => {
  const { samples } = await read("text", '\uFEFF{"text":"é"}\r\n\r\n  \n{"text":"🙂"}\r\n');
  assertEquals(samples.map(({ id, text }) => [id, text]), [["1", "é"], ["4", "🙂"]]);
});

Deno.test("a set knows its size, its file's digest and its name", async () => {
  const content = utf8('{"text":"a"}\n{"text":"b"}');
  const { dataset } = await read("text", content, "own.jsonl");
  assertEquals([dataset.size, dataset.digest, dataset.source, dataset.version], [
    2,
    await sha256(content),
    "own.jsonl",
    "1",
  ]);
});

Deno.test("a gzipped file reads as the plain one, with a digest of its own", async () => {
  const text = Array.from({ length: 40 }, (_, i) => JSON.stringify({ text: "é".repeat(1 + i * 997) })).join(
    "\n",
  );
  const packed = await gzip(utf8(text));
  const { samples, dataset } = await read("text", packed, "rows.jsonl.gz");
  assertEquals(samples, (await read("text", text)).samples);
  assertEquals(dataset.digest, await sha256(packed));
});

const CHOICES =
  'a row must be {"context": text, "continuations": [" text", " text", ...], "gold": place of the right one, from 0}';

for (
  const [what, shape, row, found] of [
    [
      "lacks a field",
      "choices",
      { context: "a", gold: 0 },
      `${CHOICES}: found "continuations" missing.`,
    ],
    [
      "has a gold answer that is none of them",
      "choices",
      { context: "a ", continuations: ["b", "c"], gold: 2 },
      `${CHOICES}: found "gold" 2 with 2 continuations.`,
    ],
    [
      "has one choice",
      "choices",
      { context: "a ", continuations: ["b"], gold: 0 },
      `${CHOICES}: found "continuations" a list of 1.`,
    ],
    [
      "would have two words run into one",
      "cloze",
      { context: "The sun is", target: "hot" },
      'a row must be {"context": text, "target": text}: found "hot", which needs a space at its start to stand apart from its context.',
    ],
    ["is empty where text is due", "text", { text: "" }, 'a row must be {"text": text}: found "text" "".'],
    [
      "has one answer twice",
      "choices",
      { context: "a", continuations: [" b", " b"], gold: 0 },
      'found " b" twice in "continuations".',
    ],
    ["is a list", "text", ["x"], 'a row must be {"text": text}: found a list of 1.'],
    ["has half a character", "text", { text: "\ud83d" }, 'found "text" with half a character.'],
    ["has a number among texts", "prompt", { turns: ["a", 3] }, 'found place 1 of "turns" 3.'],
    [
      "would steer a terminal",
      "cloze",
      { context: "a", target: "b\u001b[2J\u009b\u202e" },
      'found "b\\u001b[2J\\u{9b}\\u{202e}", which needs a space at its start to stand apart from its context.',
    ],
    ["has an id that is none", "text", { id: null, text: "a" }, 'found "id" null.'],
  ] as readonly (readonly [string, keyof Shapes, unknown, string])[]
) {
  Deno.test(`a row that ${what} is one sentence with its line and the schema`, async () => {
    const good = JSON.stringify({
      context: "a ",
      continuations: ["b", "c"],
      gold: 0,
      target: "b",
      text: "x",
      turns: ["x"],
    });
    const message = await refusal(shape, `${good}\n\n${JSON.stringify(row)}\n${good}`);
    assertEquals(message.startsWith("Cannot read line 3 of rows.jsonl as "), true, message);
    assertEquals(message.endsWith(found), true, message);
  });
}

for (
  const [what, content, message] of [
    [
      "that is no JSON",
      '{"text": "a"}\n{"text": ',
      'Cannot read line 2 of rows.jsonl as a row must be {"text": text}: found no JSON.',
    ],
    [
      "with an id that was there before",
      '{"text": "a"}\n{"id": "1", "text": "b"}',
      'Cannot read line 2 of rows.jsonl as no two rows may have one id: line 1 has "1" too.',
    ],
    [
      "that is no UTF-8",
      Uint8Array.of(...utf8('{"text": "a"}\n{"text": "'), 0xff, ...utf8('"}')),
      "Cannot read line 2 of rows.jsonl as it must be UTF-8: found other bytes.",
    ],
    [
      "beyond all length",
      new Uint8Array((64 << 20) + 1).fill(32),
      "Cannot read line 1 of rows.jsonl as a line must be at most 64 MiB: it is longer.",
    ],
  ] as const
) {
  Deno.test(`a line ${what} is named`, async () => assertEquals(await refusal("text", content), message));
}

for (const content of ["", "\n \n", "\uFEFF"]) {
  Deno.test(`a file without a row is refused: ${JSON.stringify(content)}`, async () => {
    assertEquals(
      await refusal("text", content),
      "Cannot use rows.jsonl as a data set as it must have at least one row: found none.",
    );
  });
}

Deno.test("a gzipped file that is cut short is refused", async () => {
  const packed = await gzip(utf8('{"text":"a"}\n'.repeat(999)));
  const message = await refusal("text", packed.slice(0, -9), "rows.jsonl.gz");
  assertEquals(
    message.startsWith("Cannot read rows.jsonl.gz as it must be a readable file at "),
    true,
    message,
  );
});

Deno.test("a file that is not there is refused with where it was looked for", async () => {
  const load = () => jsonl("text", new URL("file:///nowhere/rows.jsonl"), OWNED);
  const { message } = await assertRejects(load, UserError);
  assertEquals(
    message,
    "Cannot read rows.jsonl as it must be a readable file at /nowhere/rows.jsonl: there is none.",
  );
});

Deno.test("a path that could mean several places is refused", async () => {
  const load = () => jsonl("text", "rows.jsonl" as unknown as URL, OWNED);
  const { message } = await assertRejects(load, UserError);
  assertEquals(
    message,
    'Cannot read data set rows.jsonl as its file must be given as new URL("./rows.jsonl", import.meta.url): found a text.',
  );
});

for (
  const [over, why] of [
    [{ name: "" }, 'its name must be a text: found "".'],
    [{ license: undefined }, "its license must be a text: found missing."],
    [{ split: "train" }, 'its split must be one of test, validation, calibration, workload: found "train".'],
  ] as const
) {
  Deno.test(`a data set must say what it is: ${JSON.stringify(over)}`, async () => {
    const owned = { ...OWNED, ...over } as unknown as typeof OWNED;
    const { message } = await assertRejects(() => jsonl("text", new URL("file:///rows.jsonl"), owned));
    assertEquals(message, `Cannot use rows.jsonl as a data set as ${why}`);
  });
}
