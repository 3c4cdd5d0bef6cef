import { assertAlmostEquals, assertEquals } from "@std/assert";
import { exactMatch, normalized, wordF1 } from "../../evals/answer_match.ts";

Deno.test("case, punctuation, articles and white space do not count", () => {
  assertEquals(normalized(" The  U.S.-led  “Army”, a\nforce! "), "usled “army” force");
  assertEquals(["a", "An apple", "theatre", "à la carte"].map(normalized), [
    "",
    "apple",
    "theatre",
    "à la carte",
  ]);
});

Deno.test("an answer is right where it is any of the accepted ones", () => {
  assertEquals(["the Seine", "Seine River", "sein"].map((own) => exactMatch(own, ["Loire", "Seine"])), [
    true,
    false,
    false,
  ]);
});

Deno.test("where no answer is accepted, only to say so is right", () => {
  assertEquals(["", " . ", "Unanswerable.", "no idea"].map((own) => exactMatch(own, [])), [
    true,
    true,
    true,
    false,
  ]);
  assertEquals(["unanswerable", "Paris"].map((own) => wordF1(own, [])), [1, 0]);
});

Deno.test("F1 counts words in common, each as often as both have it, and takes the best accepted answer", () => {
  assertAlmostEquals(wordF1("big big cat", ["big cat sat", "dog"]), 2 / 3);
  assertAlmostEquals(wordF1("the river Seine", ["Seine"]), 2 / 3);
  assertEquals(
    [wordF1("dog", ["cat"]), wordF1("cat!", ["a cat"]), wordF1("", ["cat"]), wordF1("the", ["a"])],
    [0, 1, 0, 1],
  );
});
