/** Starting files of one's own, in a folder of one's own, on the real model: judged, raced, recorded and explained. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";

const MAIN = new URL("../../mod.ts", import.meta.url).pathname;

Deno.test("a technique begun in a folder elsewhere runs there as it is, and its recordings are there", async () => {
  const folder = await Deno.makeTempDir();
  const assay = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await new Deno.Command("deno", {
      args: ["run", "-A", MAIN, ...args],
      cwd: folder,
      env: { NO_COLOR: "1", ASSAY_STORE: "" },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: text(stdout), err: text(stderr) };
  };
  try {
    assertEquals((await assay("new", "technique", "bigram")).code, 0);
    const { code, out, err } = await assay("bench", "--suite", "bigram.ts", "--json");
    assertEquals(code, 0, err);
    const { outcomes } = JSON.parse(out.trimEnd().split("\n").at(-1)!);
    const kinds = outcomes.map(({ name, kind }: { name: string; kind: string }) => [name, kind]);
    assertEquals(kinds[0], ["baseline again", "recorded"]);
    assertEquals(kinds[2][0], "bigram");
    assert(["recorded", "rejected"].includes(kinds[2][1]), `it must have been judged: ${kinds[2]}`);
    assert((await Deno.stat(`${folder}/.assay/results.sqlite`)).isFile);
    assertStringIncludes((await assay("explain", "bigram")).out, "quoted_context_match");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
