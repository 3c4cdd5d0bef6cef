import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openStore, type Recording } from "../../../results/mod.ts";
import { run } from "../../../results/verbs/explain.ts";
import {
  breaches,
  check,
  clock,
  failed,
  guard,
  recorded,
  recording,
  trial,
  unmeasured,
  workload,
} from "../fixture.ts";
import { printed } from "./console.ts";
import { inPlace } from "./toy_setting.ts";

async function explained(recordings: readonly Recording[], args: readonly string[]): Promise<string[]> {
  let lines: string[] = [];
  await inPlace(async ({ store }) => {
    using opened = openStore(store);
    for (const one of recordings) opened.append(one);
    const { value, out, err } = await printed(() => run([...args, "--store", store]));
    assertEquals([value, err], [0, []]);
    lines = out;
  });
  return lines;
}

const pair = (id: string, base: number, candidate: number, weight = 1, text = id) => ({
  id,
  cluster: id,
  base,
  candidate,
  weight,
  shown: { prompt: `asked ${text}`, base: `base ${text}`, candidate: `candidate ${text}` },
});

Deno.test("the verdict comes first in words, then each check, those that failed before the others", async () => {
  const one = await recording(failed(trial("int4"), [guard(0.02, -0.06, 0.13), check(0.061, 0.034, 0.088)]));
  const lines = await explained([one], ["int4"]);
  assertEquals(lines[0], " int4: FAIL");
  const text = lines.join("\n");
  const at = (said: string) => text.indexOf(said);
  assert(at("Quality was lost: acc of arc_easy lost 6.1 pp") > 0, text);
  assert(at(" FAIL acc of arc_easy (quiet, against baseline)") > at("Quality was lost"), text);
  assert(at(" PASS kl_p99 of wikipedia") > at(" FAIL acc of arc_easy"), text);
});

Deno.test("a check has its loss, interval, margin, n and clusters", async () => {
  const one = await recording(failed(trial("int4"), [check(0.061, 0.034, 0.088, { clusters: 40 })]));
  const flat = (await explained([one], [one.id.slice(0, 9)])).join(" ").replaceAll(/\s+/g, " ");
  assertStringIncludes(
    flat,
    "Loss 6.1 pp [3.4, 8.8] at 90 %, margin 2.0 pp; n 600 in 40 clusters; 60.0 % → 53.9 %",
  );
});

Deno.test("parts that failed are named, and that none did is said", async () => {
  const slice = (name: string, failed: boolean) => ({ name, n: 120, loss: 0.061, low: 0.034, failed });
  const one = await recording(
    failed(trial("int4"), [
      check(0.003, -0.003, 0.009, { decision: "fail", slices: [slice("long", true), slice("short", false)] }),
      check(0.003, -0.003, 0.009, { slices: [slice("a", false), slice("b", false)] }),
    ]),
  );
  const flat = (await explained([one], ["int4"])).join(" ").replaceAll(/\s+/g, " ");
  assertStringIncludes(
    flat,
    "Parts of it are shown to lose more than 2.0 pp: long (6.1 pp, at least 3.4, n=120).",
  );
  assertStringIncludes(flat, "Looked at in 2 parts; none is shown to lose more than is allowed.");
});

Deno.test("the most harmful pairs come first, by how much they weigh in the mean, as many as asked for", async () => {
  const samples = [pair("small", 1, 0.8), pair("won", 0, 1), pair("heavy", 1, 0.6, 3), pair("large", 1, 0)];
  const one = await recording(failed(trial("int4"), [check(0.061, 0.034, 0.088, { samples })]));
  const ids = (lines: readonly string[]) => lines.flatMap((line) => /^ {4}(\w+): /.exec(line)?.[1] ?? []);
  assertEquals(ids(await explained([one], ["int4"])), ["heavy", "large", "small"]);
  assertEquals(ids(await explained([one], ["int4", "--samples", "1"])), ["heavy"]);
  assertEquals(ids(await explained([one], ["int4", "--samples", "0"])), []);
});

Deno.test("a guard that failed in the other direction is decided by the pairs that went there", async () => {
  const samples = [pair("down", 0, 1), pair("up", 1, 0)];
  const over = { samples, decision: "fail", base: 0.6, candidate: 0.3 } as const;
  const one = await recording(failed(trial("long"), [guard(-0.3, -0.4, -0.2, over)]));
  assertStringIncludes((await explained([one], ["long"])).join("\n"), "    up: 1.000 → 0.000\n");
});

Deno.test("hostile text is cut to a line, and neither moves the cursor nor starts a line of its own", async () => {
  const evil = `\u001b[2J\u009b1A\r\nPASS\u202e${"字".repeat(200)}`;
  const samples = [pair(`q${evil}`, 1, 0, 1, evil)];
  const one = await recording(
    failed(trial(`t${evil}`), [check(0.061, 0.034, 0.088, { samples, eval: evil })]),
  );
  const lines = await explained([one], [one.id]);
  // deno-lint-ignore no-control-regex
  assert(!/[\u0000-\u001f\u007f-\u009f\u202e]/.test(lines.join("")));
  assert(
    lines.some((line) =>
      line.startsWith("      candidate  candidate \\u{1b}[2J\\u{9b}1A\\r\\nPASS\\u{202e}字")
    ),
  );
  for (const line of lines) {
    const columns = [...line].reduce((sum, one) => sum + (one === "字" ? 2 : 1), 0);
    assert(columns <= 80, line);
  }
});

Deno.test("tries before it are told with what came of them", async () => {
  const at = (outcome: Recording["outcome"], hour: number) =>
    recording(outcome, { at: clock.now() + hour * 3_600_000 });
  const t = trial("lucky");
  const all = [
    await at(failed(t, [breaches(2)]), 0),
    await at(unmeasured(t, "void", "slept"), 1),
    await at(recorded(t, [workload(1.5)]), 2),
  ];
  const [first, second] = all.map(({ id }) => id.slice(0, 12));
  assertStringIncludes(
    (await explained(all, ["lucky"])).join("\n"),
    `3rd try, 2 refused; before it: FAIL ${first}, VOID ${second}.`,
  );
});

Deno.test("with --json it is one document on one line, with the samples that decided", async () => {
  const samples = [pair("a\u009b", 1, 0), pair("b", 1, 1)];
  const one = await recording(failed(trial("int4"), [check(0.061, 0.034, 0.088, { samples })]));
  const lines = await explained([one], ["int4", "--json"]);
  assertEquals(lines.length, 1);
  assert(!lines[0]!.includes("\u009b"));
  const { id, word, checks } = JSON.parse(lines[0]!);
  assertEquals([id, word], [one.id, "FAIL"]);
  const [{ loss, n, pairs, lost, decisive }] = checks;
  assertEquals([loss, n, pairs, lost, decisive], [0.061, 600, 2, 1, [samples[0]]]);
});

Deno.test("what was never judged has its reason and no checks", async () => {
  const one = await recording(unmeasured(trial("medusa"), "skipped", "no heads"));
  const lines = await explained([one], ["medusa"]);
  assertEquals(lines[0], " medusa: SKIPPED");
  assert(lines.includes(" Not run: no heads."), lines.join("\n"));
});

Deno.test("an imported trial names its tool in place of a machine, and no rate of the gate", async () => {
  const imported = { tool: "another tool", version: "1.2", files: [], leftOut: [] };
  const one = await recording(failed(trial("theirs", { imported, workloads: [] })));
  const flat = (await explained([one], ["theirs"])).join(" ").replaceAll(/\s+/g, " ");
  assertStringIncludes(flat, "imported from another tool 1.2");
  assert(!flat.includes("Testium") && !flat.includes("gate:"), flat);
});
