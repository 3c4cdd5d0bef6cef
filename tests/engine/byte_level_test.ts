import { assertEquals } from "@std/assert";
import { Tokenizer } from "@huggingface/tokenizers";
import { byteLevel } from "../../engine/byte_level.ts";
import { uniform } from "../../engine/mod.ts";

/** A token for each byte's letter, some of several bytes, and two that are texts as they stand. */
const letters = [...Array(0x144).keys()].map((code) => String.fromCharCode(code))
  .filter((_, code) => code >= 0x100 || code >= 0x21 && code <= 0x7e || code >= 0xa1 && code !== 0xad);
const tokens = [...letters, "Ġthe", "Ã©", "ðŁ", "Į", "ĻĢ", "ï»¿", "<|end|>", "né🌙"];
const added_tokens = ["<|end|>", "né🌙"].map((content, i) => ({
  id: tokens.indexOf(content),
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: i === 0,
}));
const files = {
  version: "1.0",
  added_tokens,
  normalizer: null,
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: null,
  decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: {
    type: "BPE",
    unk_token: null,
    vocab: Object.fromEntries(tokens.map((t, id) => [t, id])),
    merges: [],
  },
};

Deno.test("any tokens decode to the text that the tokenizers package has, whole characters or not", () => {
  assertEquals(letters.length, 256);
  const [ours, theirs] = [byteLevel(files)!, new Tokenizer(files, { clean_up_tokenization_spaces: false })];
  for (let i = 0; i < 3000; i++) {
    const length = 1 + Math.floor(8 * uniform(1, i));
    // The longer tokens more often than bytes, of which no three in a row are a character.
    const ids = Array.from({ length }, (_, j) => {
      const draw = uniform(2, i * 8 + j);
      return draw < 0.5
        ? Math.floor(draw * 2 * tokens.length)
        : tokens.length - 1 - Math.floor((draw - 0.5) * 16);
    });
    assertEquals(ours(ids), theirs.decode(ids, { skip_special_tokens: false }), `${ids}`);
  }
});

Deno.test("a tokenizer that decodes in another way, or has a token for what it does not know, is left to the package", () => {
  assertEquals(byteLevel({ ...files, decoder: { type: "Metaspace" } }), undefined);
  assertEquals(byteLevel({ ...files, model: { ...files.model, unk_token: "<|end|>" } }), undefined);
});
