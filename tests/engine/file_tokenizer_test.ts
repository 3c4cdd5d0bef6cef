import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../engine/engine.ts";
import { fileTokenizer } from "../../engine/file_tokenizer.ts";
import { ggufTokenizer } from "../../engine/weights/gguf_tokenizer.ts";
import type { Weights } from "../../engine/weights/mod.ts";

/** GPT-2's letters for the bytes of a text (all that these tests need). */
const letters = (text: string) =>
  Array.from(new TextEncoder().encode(text), (byte) => {
    if (byte <= 0x20) return String.fromCharCode(256 + byte);
    if (byte > 0x7e && byte < 0xa1) return String.fromCharCode(256 + 33 + byte - 0x7f);
    return String.fromCharCode(byte);
  });

/** A tokenizer with a token for each byte of `alphabet`, then tokens merged of two, one control and one user's token. */
function made(alphabet: string, merges: readonly (readonly [string, string])[], scheme = "smollm") {
  const bytes = [...new Set(letters(alphabet))];
  const tokens = [...bytes, ...merges.map((pair) => pair.join("")), "<|end|>", "<own>"];
  const metadata = new Map<string, unknown>([
    ["tokenizer.ggml.pre", scheme],
    ["tokenizer.ggml.tokens", tokens],
    ["tokenizer.ggml.token_type", tokens.map((token) => token === "<|end|>" ? 3 : token === "<own>" ? 4 : 1)],
    ["tokenizer.ggml.merges", merges.map((pair) => pair.join(" "))],
    ["tokenizer.ggml.bos_token_id", tokens.indexOf("<|end|>")],
    ["tokenizer.ggml.eos_token_id", tokens.indexOf("<|end|>")],
  ]);
  const path = "tiny.gguf";
  const tokenizerFiles = () => ggufTokenizer({ metadata, path });
  const tokenizer = fileTokenizer(
    { path, tokenizerFiles, shape: () => [tokens.length, 1] } as unknown as Weights,
  );
  return { tokenizer, tokens };
}

/** How it cuts a text. */
function tiny(...args: Parameters<typeof made>) {
  const { tokenizer, tokens } = made(...args);
  return (text: string, special = false) => tokenizer.encode(text, { special }).map((id) => tokens[id]);
}

Deno.test("no ids are an empty text, and an empty text is no ids", () => {
  const { tokenizer } = made("a", []);
  assertEquals([tokenizer.decode([]), tokenizer.encode("")], ["", []]);
});

Deno.test("a number of any script is cut from the space before it", () => {
  const encode = tiny("x ²", [["Ġ", "Â"]]);
  assertEquals(encode("x ²"), ["x", "Ġ", "Â", "²"]);
});

Deno.test("each digit is a piece of its own", () => {
  const encode = tiny("12", [["1", "2"]]);
  assertEquals(encode("1212"), ["1", "2", "1", "2"]);
});

Deno.test("U+0085 is white space, so that it takes no space before it", () => {
  const [first, second] = letters("\u0085") as [string, string];
  const encode = tiny("x \u0085", [["Ġ", first]]);
  assertEquals(encode(" \u0085x"), ["Ġ", first, second, "x"]);
});

Deno.test("U+FEFF is no white space, so that it takes the space before it", () => {
  const [first, second, third] = letters("\ufeff") as [string, string, string];
  const encode = tiny("x \ufeff", [["Ġ", first]]);
  assertEquals(encode(" \ufeff"), ["Ġ" + first, second, third]);
});

Deno.test("qwen2 takes a carriage return for a line end, which no word takes before it", () => {
  const [end] = letters("\r") as [string];
  const encode = tiny("a\r", [[end, "a"]], "qwen2");
  assertEquals(encode("a\ra"), ["a", end, "a"]);
});

Deno.test("control tokens in a text are parsed only when asked, a user's own tokens always", () => {
  const encode = tiny("<|end>own", []);
  assertEquals(encode("<|end|><own>"), [..."<|end|>", "<own>"]);
  assertEquals(encode("<|end|><own>", true), ["<|end|>", "<own>"]);
});

for (
  const [key, value, says] of [
    ["pre", "constructor", "found constructor"],
    ["tokens", 7, "must be a list of strings"],
    ["token_type", "x", "must be a list of numbers"],
    ["merges", [1, 2], "must be a list of strings"],
    ["bos_token_id", 3, "must be one of its 3 ids: found 3"],
    ["eos_token_id", -1, "must be one of its 3 ids: found -1"],
  ] as const
) {
  Deno.test(`a GGUF tokenizer whose ${key} is ${JSON.stringify(value)} is refused`, () => {
    const metadata = new Map<string, unknown>([
      ["tokenizer.ggml.pre", "smollm"],
      ["tokenizer.ggml.tokens", ["a", "b", "<e>"]],
      ["tokenizer.ggml.token_type", [1, 1, 3]],
      ["tokenizer.ggml.merges", []],
      ["tokenizer.ggml.bos_token_id", 2],
      ["tokenizer.ggml.eos_token_id", 2],
      [`tokenizer.ggml.${key}`, value],
    ]);
    assertThrows(() => ggufTokenizer({ metadata, path: "tiny.gguf" }), UserError, says);
  });
}
