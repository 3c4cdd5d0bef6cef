import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import { openStore, type Recording } from "../../../results/mod.ts";
import { run as explain } from "../../../results/verbs/explain.ts";
import { run } from "../../../results/verbs/promote.ts";
import { failed, recorded, recording, trial, workload } from "../fixture.ts";
import { printed } from "./console.ts";
import { inPlace } from "./toy_setting.ts";

/** Runs the verb on a store of these recordings. */
async function promoting(
  recordings: readonly Recording[],
  use: (promote: (...args: string[]) => Promise<string>, store: string) => Promise<void>,
): Promise<void> {
  await inPlace(async ({ store }) => {
    {
      using opened = openStore(store);
      for (const one of recordings) opened.append(one);
    }
    await use(async (...args) => {
      const { value, out } = await printed(() => run([...args, "--store", store]));
      assertEquals(value, 0);
      return out.join(" ").replaceAll(/\s+/g, " ");
    }, store);
  });
}

const int8 = await recording(recorded(trial("int8"), [workload(1.6)]));

Deno.test("a recording is promoted, listed, explained and ended, each time with who and why", async () => {
  await promoting([int8], async (promote, store) => {
    assertStringIncludes(await promote(), "Nothing is promoted");
    const made = await promote("int8", "--why", "release 1.2", "--by", "me", "--days", "30");
    assertStringIncludes(made, `int8 / standard: ${int8.id.slice(0, 12)} of 5 Jan 2026, commit c0ffeec0ff`);
    assertStringIncludes(made, "by me, until ");
    const explained = async () =>
      (await printed(() => explain(["int8", "--store", store]))).out.join(" ").replaceAll(/\s+/g, " ");
    assertStringIncludes(await explained(), "holds a head against it. Why: release 1.2.");
    await promote("int8", "--expire", "--why", "new disks", "--by", "you");
    assertStringIncludes(await explained(), "by you: new disks.");
    const { references: [one] } = JSON.parse(await promote("--json"));
    assertEquals([one.name, one.holds, one.promotions.length], ["int8", false, 2]);
  });
});

Deno.test("what cannot be a reference is refused in one sentence, and nothing of the same command is kept", async () => {
  const int4 = await recording(failed(trial("int4")));
  await promoting([int8, int4], async (promote) => {
    const refused = (why: string, ...args: string[]) => assertRejects(() => promote(...args), UserError, why);
    const said = ["--why", "x", "--by", "me"];
    await refused("as --why must say why: it is absent.", "int8", "--by", "me");
    await refused("as it must have passed: it is FAIL.", "int8", "int4", ...said);
    await refused("as it must be a reference now to end: it is none.", "int8", "--expire", ...said);
    await refused("Cannot promote nosuch as it must be a recording's id", "nosuch", ...said);
    await refused("Cannot use --days 0 as it must be a whole number", "int8", "--days", "0", ...said);
    assertStringIncludes(await promote(), "Nothing is promoted");
  });
});

Deno.test("no word of a promotion can steer the terminal", async () => {
  await promoting([int8], async (promote) => {
    const text = await promote("int8", "--why", "\x1b[2Jgone\u202e", "--by", "\x1b]0;me");
    assertEquals(["\x1b", "\u202e"].filter((one) => text.includes(one)), []);
  });
});
