/** The smoke suite as a user runs it, on the real model: recorded, resumed, exported and shown. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";

async function assay(task: string, args: readonly string[], store: string) {
  const { code, stdout, stderr } = await new Deno.Command("deno", {
    args: ["task", task, ...args],
    env: { ASSAY_STORE: store, NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

interface Brief {
  readonly kind: string;
  readonly name: string;
  readonly speed?: unknown;
}

Deno.test("the smoke suite judges, races and records on the real model, and a second run has nothing left to do", async () => {
  const folder = await Deno.makeTempDir();
  const store = `${folder}/results.sqlite`;
  try {
    const first = await assay("bench", ["--suite", "smoke", "--json"], store);
    assertEquals(first.code, 0, first.err);
    const { outcomes } = JSON.parse(first.out.trimEnd().split("\n").at(-1)!) as { outcomes: Brief[] };
    assertEquals(outcomes.map(({ name }) => name), [
      "baseline again",
      "transformers_js",
      "int8",
      "prompt_lookup",
    ]);
    for (const { kind, name, speed } of outcomes) {
      assertEquals(speed !== undefined, kind === "recorded", `${name} is ${kind}`);
    }
    assertEquals(outcomes[0]!.kind, "recorded", "the baseline against itself must pass");
    assertStringIncludes(first.out, "f32 from Q4_1");

    const second = await assay("bench", ["--suite", "smoke"], store);
    assertEquals(second.code, 0);
    const again = second.err.split("\n").filter((line) => line.startsWith("recorded before: ")).length;
    assertEquals(again, outcomes.filter(({ kind }) => kind === "recorded" || kind === "rejected").length);

    const exported = (await assay("export", [], store)).out.trimEnd().split("\n").slice(1, -1).map((line) =>
      JSON.parse(line)
    );
    assert(exported.length >= outcomes.length);
    for (const { stamp, outcome } of exported) {
      assert(
        stamp.hardware.cpu && stamp.versions.deno && stamp.model.digest,
        "a recording must say where it is from",
      );
      if (outcome.kind === "recorded") assert(outcome.speed.workloads[0].blocks.length > 0);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
