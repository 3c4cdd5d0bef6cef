import { assert, assertEquals, assertRejects } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import { run } from "../../../results/verbs/perf.ts";
import { isInt8 } from "../../evals/toy_bench.ts";
import { printed } from "./console.ts";
import { inPlace, toySetting } from "./toy_setting.ts";

const ROWS =
  `candidates: { int8: [toyInt8], broken: [planted("cache", "forgetful_cache")], lost: [planted("decoder", "missing_decoder")] },
  workloads: [workload(), workload({ name: "other" })]`;
const twice = (stack: Parameters<typeof isInt8>[0]) => ({ cost: { step: isInt8(stack) ? 4 : 8, row: 0 } });
const perf = (args: readonly string[]) => printed(() => run(args, toySetting(twice)));

Deno.test("any row is timed, right or wrong, and each figure says that it is unverified", async () => {
  await inPlace(async ({ suite, folder }) => {
    const { value, out } = await perf(["--suite", suite(ROWS), "--only", "int8", "--only", "broken"]);
    assertEquals(value, 0);
    assertEquals(out.length, 4);
    assert(out.every((line) => line.startsWith("unverified")), out.join("\n"));
    assert(/int8 +toy_single +2\.00x \[2\.00, 2\.00\]/.test(out[0]!), out[0]);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["suite0.ts"]);
  });
});

Deno.test("nothing is claimed of what was not judged", async () => {
  await inPlace(async ({ suite }) => {
    const { out } = await perf(["--suite", suite(ROWS), "--only", "int8", "--json"]);
    const { results } = JSON.parse(out.at(-1)!);
    assertEquals(results.map(({ kind, name, workload }: Record<string, string>) => [kind, name, workload]), [
      ["unverified", "int8", "toy_single"],
      ["unverified", "int8", "other"],
    ]);
    for (const result of results) {
      assertEquals([result.claim, result.noise, result.blocks], [undefined, undefined, undefined]);
    }
  });
});

Deno.test("what is emulated is timed as anything, and said to be not its own", async () => {
  await inPlace(async ({ suite }) => {
    const rows =
      `candidates: { fp8: [{ ...toyInt8, name: "toy_fp8", emulated: "its floats are wider ones" }] }`;
    const { out } = await perf(["--suite", suite(rows), "--only", "fp8", "--json"]);
    assertEquals(out[1]!.trim(), "not its own: toy_fp8 is emulated, its floats are wider ones");
    assertEquals(JSON.parse(out.at(-1)!).results[0].emulated, "its floats are wider ones");
  });
});

Deno.test("a row that the engine cannot open is skipped with its reason", async () => {
  await inPlace(async ({ suite }) => {
    const { value, out } = await perf(["--suite", suite(ROWS), "--only", "lost"]);
    assertEquals(value, 0);
    assert(/^skipped +lost +Cannot open the decoder slot/.test(out[0]!), out[0]);
  });
});

Deno.test("--workload and --pairs choose what is timed, and how often", async () => {
  await inPlace(async ({ suite }) => {
    const args = ["--suite", suite(ROWS), "--only", "int8", "--workload", "other", "--pairs", "5", "--json"];
    const { out } = await perf(args);
    const { results } = JSON.parse(out.at(-1)!);
    assertEquals(results.length, 1);
    assertEquals(results[0].base.e2e.n, 5 * 3);
  });
});

for (
  const [args, message] of [
    [["--only", "nosuch"], "Cannot time row nosuch as the suite's are baseline again, int8, broken, lost."],
    [["--workload", "nosuch"], "Cannot time workload nosuch as the suite's are toy_single, other."],
    [["--pairs", "1"], "Cannot use --pairs 1 as it must be a whole number from 2 to 1000."],
    [["--pairs", "900"], "Cannot race toy_single as its 900 pairs need 2701 prompts: toy_prompts has 60."],
  ] as const
) {
  Deno.test(`refused: ${args.join(" ")}`, async () => {
    await inPlace(async ({ suite }) => {
      const error = await assertRejects(() => perf(["--suite", suite(ROWS), ...args]), UserError);
      assertEquals(error.message, message);
    });
  });
}
