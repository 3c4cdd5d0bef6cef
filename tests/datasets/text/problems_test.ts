import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { toWorked } from "../../../datasets/text/gsm8k.ts";
import { toProblem } from "../../../datasets/text/mbpp.ts";

const task = {
  task_id: 7,
  text: "Write a function to double.",
  code: "def help(x):\r\n  return x\r\ndef double(x):\r\n  return 2 * help(x)",
  test_list: ["assert double(1) == 2", "assert double(2) == 4", "assert double(3) == 6"],
  test_setup_code: "",
};

Deno.test("a problem of MBPP stands after three solved ones, and its tests call the function they name", () => {
  const { prompt, tests, entry, head } = toProblem({ doc: task });
  assertEquals([prompt.match(/\[BEGIN\]/g)?.length, prompt.match(/\[DONE\]/g)?.length], [4, 3]);
  assertMatch(prompt, /\nassert double\(3\) == 6\n\[BEGIN\]\n$/);
  assertEquals([tests, entry, head], [`\n${task.test_list.join("\n")}`, "double", ""]);
});

Deno.test("a problem whose tests call nothing of its solution is none", () => {
  assertThrows(() => toProblem({ doc: { ...task, code: "def other(): pass" } }), Error, "found other");
});

Deno.test("a word problem is asked in the harness's words, and its result is the number at the end of its solution", () => {
  const row = {
    doc: { id: 3, answer: "It falls.\n#### -10" },
    request: { context: "Question: A?\nAnswer: So the answer is 1.\n\nQuestion: B?\nAnswer:" },
  };
  const { prompt, answers } = toWorked(row);
  assertEquals([prompt, answers], ["Q: A?\nA: The answer is 1.\n\nQ: B?\nA:", ["-10"]]);
});

Deno.test("a word problem without a number at its end is none", () => {
  assertThrows(
    () => toWorked({ doc: { id: 3, answer: "many" }, request: { context: "" } }),
    Error,
    'found "many"',
  );
});
