import { assertEquals } from "@std/assert";
import { loadSuite } from "../../../evals/mod.ts";
import { withoutEach } from "../../../evals/suites/without_each.ts";
import { type Technique, techniques } from "../../../techniques/mod.ts";

const { int8, prompt_lookup, prefix_cache } = techniques;
const names = (rows: Readonly<Record<string, readonly Technique[]>>) =>
  Object.entries(rows).map(([name, all]) => [name, all.map((technique) => technique.name).join(" + ")]);

Deno.test("each row leaves one member out and keeps the order of the others", () => {
  assertEquals(names(withoutEach("all", [int8, prompt_lookup, prefix_cache])), [
    ["all without int8", "prompt_lookup + prefix_cache"],
    ["all without prompt_lookup", "int8 + prefix_cache"],
    ["all without prefix_cache", "int8 + prompt_lookup"],
  ]);
});

Deno.test("of two members what is left is a single's own row, so there is none", () => {
  assertEquals(withoutEach("both", [int8, prompt_lookup]), {});
});

Deno.test("the stack suite has every member alone, the stack, and the stack without each", async () => {
  const { candidates } = await loadSuite("stack");
  const [stack] = Object.values(candidates).filter((all) => all.length === 4);
  assertEquals(Object.keys(candidates), [
    ...stack!.map(({ name }) => name),
    "stack",
    ...stack!.map(({ name }) => `stack without ${name}`),
  ]);
});
