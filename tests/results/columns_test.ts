import { assertEquals } from "@std/assert";
import { escapedJson, fit, fold, visible, wrap } from "../../results/columns.ts";

for (
  const [text, seen] of [
    ["plain text", "plain text"],
    ["a\nb\r\tc", "a\\nb\\r\\tc"],
    ["\u001b[2J\u009b1m\u007f", "\\u{1b}[2J\\u{9b}1m\\u{7f}"],
    ["\u202eabc\u2066\u061c\u200d\ufeff", "\\u{202e}abc\\u{2066}\\u{61c}\\u{200d}\\u{feff}"],
    ["\u2028\u2029", "\\u{2028}\\u{2029}"],
    ["\ud800 x", "\\u{d800} x"],
    ["\u{e0041}", "\\u{e0041}"],
  ] as const
) {
  Deno.test(`${escapedJson(text)} is shown as ${seen}`, () => assertEquals(visible(text), seen));
}

Deno.test("JSON is escaped so that it steers no terminal, and reads as what it was", () => {
  const value = { text: "\u001b[2J\u009b\u202e\ud800 \u{e0041} é" };
  const json = escapedJson(value);
  assertEquals(json, '{"text":"\\u001b[2J\\u009b\\u202e\\ud800 \\udb40\\udc41 é"}');
  assertEquals(JSON.parse(json), value);
});

Deno.test("wide characters count as two columns, cut or folded", () => {
  assertEquals(fit("字字字字", 5), "字字~");
  assertEquals(fit("\u{20000}\u{20000}", 5), "\u{20000}\u{20000} ");
  assertEquals(fold("字字字字 a", 4), ["字字", "字字", "a"]);
});

Deno.test("folded lines break between words, and within one only where it is longer", () => {
  assertEquals(fold("stack without continuous_batching", 19), ["stack without", "continuous_batching"]);
  assertEquals(fold("abcdefgh ij", 5), ["abcde", "fgh", "ij"]);
});

Deno.test("wrapped lines are indented by one and then by three", () => {
  assertEquals(wrap("one two three", 11), [" one two", "   three"]);
});
