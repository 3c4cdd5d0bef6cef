import { assertEquals, assertThrows } from "@std/assert";
import { endsOf, UserError } from "../../../engine/mod.ts";
import { fileTokenizer } from "../../../engine/file_tokenizer.ts";
import type { Tokenizer } from "../../../engine/tokenizer.ts";
import { openWeights } from "../../../engine/weights/mod.ts";
import {
  CONFIG,
  folderOf,
  safetensorsFile,
  tensorsOf,
  textBytes,
  TOKENIZER,
  withFolder,
} from "../model_folder.ts";
import { tinyLlama } from "../tiny_llama.ts";

const weights = safetensorsFile(tensorsOf(tinyLlama()));
const HI = [{ role: "user", content: "hi" }] as const;

async function withTokenizer(
  over: Readonly<Record<string, unknown>>,
  use: (tokenizer: Tokenizer) => void,
): Promise<void> {
  await withFolder(folderOf(weights, over), (path) => {
    using open = openWeights(path);
    use(fileTokenizer(open));
  });
}

const config = (over: object) => ({
  "tokenizer_config.json": { bos_token: "<s>", eos_token: "</s>", ...over },
});
const tokenizer = (over: object) => ({ "tokenizer.json": { ...TOKENIZER, ...over } });

Deno.test("a folder's control tokens in a text are parsed only when asked", async () => {
  await withTokenizer({}, ({ encode, vocabulary, bos, eos }) => {
    assertEquals([vocabulary, bos, eos], [40, 0, 1]);
    assertEquals(encode("ab</s>", { special: true }), [2, 3, 1]);
    assertEquals(encode("ab"), [2, 3]);
    assertEquals(encode("</s>").includes(1), false);
  });
});

Deno.test("a folder's template is put to a chat, with the texts of its control tokens", async () => {
  const template =
    "{{ bos_token }}{{ messages[0].content }}{% if add_generation_prompt %}{{ eos_token }}{% endif %}";
  await withTokenizer(config({ chat_template: template }), ({ chat }) => {
    assertEquals(chat(HI), [0, 9, 10, 1]);
  });
});

Deno.test("of several templates the one called default is used, and a template of its own file before all", async () => {
  const several = [{ name: "tools", template: "a" }, { name: "default", template: "b" }];
  await withTokenizer(config({ chat_template: several }), ({ chat }) => assertEquals(chat(HI), [3]));
  const own = { ...config({ chat_template: "b" }), "chat_template.jinja": textBytes("c") };
  await withTokenizer(own, ({ chat }) => assertEquals(chat(HI), [4]));
});

Deno.test("a chat is refused where there is no template", async () => {
  await withTokenizer({}, ({ chat }) => {
    assertThrows(() => chat(HI), UserError, "must hold a chat template");
  });
});

Deno.test("a token that has no row in the embedding table is refused where it is used", async () => {
  const padding = { ...TOKENIZER.added_tokens[0]!, id: 40, content: "<pad>", special: false };
  const over = tokenizer({ added_tokens: [...TOKENIZER.added_tokens, padding] });
  await withTokenizer(over, ({ encode }) => {
    assertEquals(encode("ab"), [2, 3]);
    assertThrows(() => encode("a<pad>"), UserError, "below the model's vocabulary of 40: found 40");
  });
});

Deno.test("a chat that its template does not take is refused in one sentence", async () => {
  const chat_template = "{{ raise_exception('a system message must come first') }}";
  await withTokenizer(config({ chat_template }), ({ chat }) => {
    assertThrows(() => chat(HI), UserError, "must take it: a system message must come first.");
  });
});

Deno.test("every id that the files name ends an answer, the tokenizer's own first", async () => {
  const lists = { "generation_config.json": { eos_token_id: [5, 1, 6] } };
  await withFolder(folderOf(weights, lists), (path) => {
    using open = openWeights(path);
    assertEquals(endsOf(fileTokenizer(open)), [1, 5, 6]);
  });
});

Deno.test("what the tokenizer does not name is taken from the model's config", async () => {
  const own = { ...config({ bos_token: null, eos_token: null }) };
  const named = { "config.json": { ...CONFIG, bos_token_id: 7, eos_token_id: 8 } };
  await withTokenizer({ ...own, ...named }, ({ bos, eos }) => assertEquals([bos, eos], [7, 8]));
});

Deno.test("digits of any script and white space are those of Unicode", async () => {
  const letters = (text: string) =>
    Array.from(
      textBytes(text),
      (byte) => byte > 0x7e && byte < 0xa1 ? String.fromCharCode(byte + 162) : String.fromCharCode(byte),
    );
  const [a, b] = letters("\u0085") as [string, string];
  const [c, d] = letters("²") as [string, string];
  const tokens = ["x", "Ġ", a, b, d, `Ġ${a}`, `Ġ${c}`];
  const model = {
    type: "BPE",
    vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    merges: [["Ġ", a], ["Ġ", c]],
  };
  await withTokenizer(tokenizer({ model }), ({ encode }) => {
    // U+0085 is white space, and ² a number: neither takes the space before it.
    assertEquals(encode(" \u0085x"), [1, 2, 3, 0]);
    assertEquals(encode(" ²"), [1, 2, 4]);
  });
});

const REFUSED: Readonly<Record<string, readonly [Readonly<Record<string, unknown>>, string]>> = {
  "without tokenizer.json": [{ "tokenizer.json": undefined }, "must hold tokenizer.json"],
  "with a tokenizer.json of nothing": [tokenizer({ model: null }), "(BPE): found undefined"],
  "of another model": [tokenizer({ model: { type: "Magic" } }), "(BPE): found Magic"],
  "whose pairs are no pairs": [
    tokenizer({ model: { type: "BPE", vocab: {}, merges: 7 } }),
    "must be one that is known",
  ],
  "that joins what it splits": [
    tokenizer({ pre_tokenizer: { type: "Split", pattern: { String: " " }, behavior: "MergedWithNext" } }),
    "found MergedWithNext",
  ],
  "whose added tokens are none": [tokenizer({ added_tokens: [null] }), "must have an id and a content"],
  "whose added tokens have no id": [
    tokenizer({ added_tokens: [{ content: "x" }] }),
    "must have an id and a content",
  ],
  "whose sequence is no list": [
    tokenizer({ pre_tokenizer: { type: "Sequence", pretokenizers: 5 } }),
    "its Sequence must be a list",
  ],
  "whose first token has no row in the table": [
    { ...config({ bos_token: null }), "config.json": { ...CONFIG, bos_token_id: 40 } },
    "must be below the model's vocabulary of 40: found 40",
  ],
  "without an end": [config({ eos_token: null }), "must name the token that ends an answer"],
  "with an end that it lacks": [config({ eos_token: "<|none|>" }), "must name the token that ends an answer"],
  "with a template that is none": [config({ chat_template: "{% if %}" }), "must be a Jinja template"],
};

for (const [what, [over, says]] of Object.entries(REFUSED)) {
  Deno.test(`a folder's tokenizer is refused ${what}`, async () => {
    await withFolder(folderOf(weights, over), (path) => {
      using open = openWeights(path);
      assertThrows(() => fileTokenizer(open), UserError, says);
    });
  });
}
