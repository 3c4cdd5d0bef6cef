/** A suite file that does as it likes with the process it is imported into. */
import { assertEquals } from "@std/assert";
import { inPlace } from "./toy_setting.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

/** Benches a suite file with this text. */
async function benched(text: string) {
  let result = { code: 0, err: "", stored: true };
  await inPlace(async ({ file, store }) => {
    const path = file(text);
    const { code, stderr } = await new Deno.Command("deno", {
      args: ["run", "--no-check", "-A", "mod.ts", "bench", "--suite", path, "--store", store],
      cwd: ROOT,
      stdin: "null",
      env: { NO_COLOR: "1" },
    }).output();
    const stored = await Deno.stat(store).then(() => true, () => false);
    result = { code, err: new TextDecoder().decode(stderr).replaceAll(path, "FILE"), stored };
  });
  return result;
}

for (
  const [text, why] of [
    ["Deno.exit(0);", "it ended the process"],
    [`import process from "node:process"; process.exit(0);`, "it ended the process"],
    ["export const suite = await (async () => { throw new Error() })();", "it threw an error without words"],
    [`console.log("mine"); throw new TypeError("no\\nmore");`, "no"],
  ] as const
) {
  Deno.test(`a suite file is one sentence and code 1, and no store is made: ${text}`, async () => {
    const err = `Cannot run suite FILE as it must be a module that loads: ${why}\n`;
    assertEquals(await benched(text), { code: 1, err, stored: false });
  });
}

Deno.test("a suite file that waits for what never comes is ended with its place and code 1", async () => {
  const { code, err, stored } = await benched("await new Promise(() => {});");
  assertEquals([code, stored, err.includes("file://FILE:1:1")], [1, false, true], err);
});
