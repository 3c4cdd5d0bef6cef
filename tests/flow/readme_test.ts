/** The README's suite, as a user would run it out of a file of their own. */
import { assertEquals, assertStringIncludes } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

Deno.test("the README's suite is a suite that runs", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  const suite = readme.match(/```ts\n([\s\S]*?)```/)![1]!;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, suite);
    const { code, stdout, stderr } = await new Deno.Command("deno", {
      args: ["task", "bench", "--suite", file, "--list"],
      cwd: ROOT,
      env: { NO_COLOR: "1", ASSAY_STORE: `${file}.sqlite` },
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    const listed = new TextDecoder().decode(stdout);
    assertStringIncludes(listed, "wide: int8 (equivalent)");
    assertStringIncludes(listed, "beside baseline: arc_easy n=1000");
  } finally {
    for (const path of [file, `${file}.sqlite`]) await Deno.remove(path).catch(() => {});
  }
});
