import { assertEquals } from "@std/assert";
import { linesOf, readLine, written } from "../../../results/check/side_lines.ts";

Deno.test("what crosses between sides comes back as it was: typed arrays, numbers that JSON has not, nested answers", () => {
  const value = {
    rows: [Float32Array.of(1.5, -Infinity, NaN), Int32Array.of(-7)],
    drift: Infinity,
    nothing: NaN,
    answer: { tokens: [1, 2], text: 'a\n"b"' },
  };
  assertEquals(readLine(written({ id: 3, value })), { id: 3, value });
});

Deno.test("lines that come in pieces are whole, and the last needs no end", async () => {
  const encoder = new TextEncoder();
  const stream = ReadableStream.from(["a", "b\nc\n\nd", "é"].map((part) => encoder.encode(part)));
  const lines: string[] = [];
  for await (const line of linesOf(stream)) lines.push(line);
  assertEquals(lines, ["ab", "c", "", "dé"]);
});
