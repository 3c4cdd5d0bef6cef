import { assertEquals } from "@std/assert";
import { leftOut } from "../../results/left_out.ts";

Deno.test("rows that cannot be read are told in one sentence a reason, with their ids", () => {
  const broken = [
    { id: "a", why: "an older Assay judged by other rules" },
    { id: "b", why: "its contents do not match its digest" },
    { id: "c", why: "an older Assay judged by other rules" },
  ];
  assertEquals(leftOut(broken), [
    { said: "2 recordings are left out, as an older Assay judged by other rules.", ids: ["a", "c"] },
    { said: "1 recording is left out, as its contents do not match its digest.", ids: ["b"] },
  ]);
});
