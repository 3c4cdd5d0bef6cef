import { assertEquals, assertThrows } from "@std/assert";
import { toChoices } from "../../../datasets/text/hellaswag.ts";

const row = {
  ind: 24,
  activity_label: "Roof shingle removal",
  ctx_a: "A man is sitting on a roof.",
  ctx_b: "he Is [header] there",
  endings: ["  rips tiles off. ", "[step] Use a wrap. [title] Then rest."],
  label: "1",
};

Deno.test("a row's prompt is its activity and both contexts, the second beginning large, without brackets", () => {
  assertEquals(toChoices(row, 7).context, "Roof shingle removal: A man is sitting on a roof. He is there");
});

Deno.test("a bracket at an ending's beginning leaves its space behind, as in the harness", () => {
  assertEquals(toChoices(row, 7).continuations, [" rips tiles off.", "  Use a wrap.. Then rest."]);
});

Deno.test("a row's id is its place and the number that it has in the set", () => {
  const { id, cluster, gold } = toChoices(row, 7);
  assertEquals([id, cluster, gold], ["7:24", "7:24", 1]);
});

Deno.test("a label that is no ending's number is refused", () => {
  for (const label of ["", "2", "x"]) {
    assertThrows(() => toChoices({ ...row, label }, 7), Error, "the label must be");
  }
});
