import { assert, assertEquals } from "@std/assert";
import { argumentsOf } from "../../../.github/actions/check/check.ts";

const ROOT = new URL("../../../", import.meta.url);
const FILES = [".github/actions/check/action.yml", ".github/workflows/check.yml"];

Deno.test("what comes from outside reaches the program as arguments that are whole, whatever it says", () => {
  const hostile = "main; touch /tmp/pwned $(id) `id` --json";
  const args = argumentsOf({
    BASE: hostile,
    SUITE: "smoke",
    MARGIN: "5%",
    MINUTES: "5",
    FOLDER: "/tmp/out",
    ONLY: "int8\n\n a b \r\n",
    REQUIRE: "",
  });
  assertEquals(args, [
    "check",
    `--base=${hostile}`,
    "--suite=smoke",
    "--margin=5%",
    "--minutes=5",
    "--out=/tmp/out",
    "--only=int8",
    "--only=a b",
  ]);
});

Deno.test("no script of the action or the workflow has an expression in it, and every action is pinned to a commit", async () => {
  for (const file of FILES) {
    const lines = (await Deno.readTextFile(new URL(file, ROOT))).split("\n");
    let depth: number | undefined;
    for (const line of lines) {
      const indent = line.length - line.trimStart().length;
      if (depth !== undefined && line.trim() !== "" && indent <= depth) depth = undefined;
      const script = /^\s*(- )?run:/.test(line);
      if (script) depth = indent;
      if (depth !== undefined) assert(!line.includes("${{"), `${file}: ${line}`);
      const uses = line.match(/uses: (\S+)/)?.[1];
      if (uses !== undefined && !line.trimStart().startsWith("#") && !uses.startsWith("./")) {
        assert(/@[0-9a-f]{40}$/.test(uses), `${file}: ${line}`);
      }
    }
  }
});

Deno.test("the step that runs the change is given no token", async () => {
  const text = await Deno.readTextFile(new URL(FILES[0]!, ROOT));
  const steps = text.split(/^ {4}- /m);
  const check = steps.find((step) => step.includes("check.ts"))!;
  assert(!/token/i.test(check), check);
  assertEquals(steps.filter((step) => step.includes("inputs.token")).length, 1);
});
