import { assert, assertEquals, assertRejects } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import { run } from "../../../results/verbs/train.ts";
import { printed } from "./console.ts";
import { inPlace, toySetting } from "./toy_setting.ts";

const ROWS = `candidates: { int8: [toyInt8], taught: [{
  ...toyInt8,
  name: "taught",
  train: ({ model, tokens = 7, seed = 1, progress }) => {
    for (const share of [0, 0.5, 1]) progress("learning", share);
    return Promise.resolve([\`\${model.name} \${tokens} \${seed}\`, "done\\u001b[2J"]);
  },
}] }`;
const train = (args: readonly string[]) => printed(() => run(args, toySetting()));

Deno.test("a technique is trained for the model, on its own numbers or on those asked for", async () => {
  await inPlace(async ({ suite }) => {
    const file = suite(ROWS);
    const { value, out } = await train(["taught", "--suite", file]);
    assertEquals([value, out[0]!.split("\n")[0]], [0, "toy 7 1"]);
    const asked = await train(["taught", "--suite", file, "--tokens", "500", "--seed", "0"]);
    assertEquals(asked.out[0]!.split("\n")[0], "toy 500 0");
  });
});

Deno.test("what training tells cannot steer the terminal", async () => {
  await inPlace(async ({ suite }) => {
    const { out } = await train(["taught", "--suite", suite(ROWS)]);
    assert(!out.join("").includes("\u001b"));
  });
});

for (
  const [args, message] of [
    [["nosuch"], "Cannot train nosuch as it must be one of taught: the suite has no such one."],
    [["toy_int8"], "Cannot train toy_int8 as it must be one of taught: it needs no training."],
    [
      ["taught", "--tokens", "none"],
      "Cannot use --tokens none as it must be a whole number from 1 to 100000000.",
    ],
    [["taught", "--seed", "-1"], "Cannot use --seed -1 as it must be a whole number from 0 to 4294967295."],
    [
      [],
      "Cannot run `deno task train` as it takes one NAME: found none. Its options are listed by --help.",
    ],
  ] as const
) {
  Deno.test(`refused: train ${args.join(" ")}`, async () => {
    await inPlace(async ({ suite }) => {
      const error = await assertRejects(() => train([...args, "--suite", suite(ROWS)]), UserError);
      assertEquals(error.message, message);
    });
  });
}
