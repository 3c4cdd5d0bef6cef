import { assertEquals } from "@std/assert";
import { csv } from "../../results/csv.ts";

Deno.test("a text that a spreadsheet would run is marked as text, and a negative figure stays a figure", () => {
  const names = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "int8"];
  assertEquals(
    csv(names.map((name) => ({ name, loss: -0.5 }))).split("\r\n"),
    [
      "name,loss",
      `"'=cmd|' /C calc'!A0",-0.5`,
      `"'+1",-0.5`,
      `"'-1",-0.5`,
      `"'@SUM(A1)",-0.5`,
      `"'\\t=1",-0.5`,
      `"'\\r=1",-0.5`,
      `"'＝1",-0.5`,
      "int8,-0.5",
      "",
    ],
  );
});

Deno.test("quotes are doubled, what cannot be seen is made visible, and what is no number or not there is empty", () => {
  assertEquals(
    csv([{ a: 'say "hi", then\nleave', b: "a\u202eb", c: undefined, d: NaN, e: true }]),
    'a,b,c,d,e\r\n"say ""hi"", then\\nleave",a\\u{202e}b,,,true\r\n',
  );
});

Deno.test("a table without rows has its head line", () => {
  assertEquals(csv([], ["a", "b"]), "a,b\r\n");
});
