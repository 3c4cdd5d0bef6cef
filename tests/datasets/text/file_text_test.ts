import { assert, assertEquals } from "@std/assert";
import { pieces } from "../../../datasets/text/file_text.ts";

const file = Array.from({ length: 60_000 }, (_, i) => `word${i}`).join(" ");
const all = [...pieces(file)];

Deno.test("pieces are whole words of the text in its order, and as much is left out after each", () => {
  let end = 0;
  for (const { text } of all) {
    const start = file.indexOf(text);
    assert(start >= end, `${start}`);
    assert(end === 0 || start - end >= 2400);
    assert(text.length <= 2400 && text.length > 2300 && /^word\d+ /.test(text));
    end = start + text.length;
  }
});

Deno.test("the splits take turns by the dozen, so that what lies side by side is of one split", () => {
  assertEquals(
    all.slice(0, 48).map(({ split }) => split[0]).join(""),
    "t".repeat(12) + "c".repeat(12) + "w".repeat(12) + "t".repeat(12),
  );
});
