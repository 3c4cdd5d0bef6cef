import { assertEquals, assertRejects } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import { SideProcess } from "../../../results/check/side_process.ts";

/** A side that runs this program in place of an Assay. */
async function started(program: string): Promise<SideProcess & { readonly said: string[] }> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, program);
  const said: string[] = [];
  const side = new SideProcess({
    name: "base",
    args: [file, "side"],
    cwd: Deno.cwd(),
    said: (line) => said.push(line),
  });
  return Object.assign(side, { said });
}

Deno.test("a base from before there was a check is one clear sentence", async () => {
  const older =
    `console.error("Cannot run " + Deno.args[0] + " as the verb must be one of bench, view."); Deno.exit(1);`;
  await using side = await started(older);
  await assertRejects(
    () => side.side.about(),
    UserError,
    "as its Assay must have `check`: it is from before",
  );
});

Deno.test("a side that comes down says with what, and starts anew when it is asked again", async () => {
  await using side = await started(`console.error("error: out of memory"); Deno.exit(3);`);
  for (const _ of [1, 2]) {
    await assertRejects(() => side.side.about(), Error, "its process ended with 3: error: out of memory");
  }
  assertEquals(side.said, ["error: out of memory", "error: out of memory"]);
});
