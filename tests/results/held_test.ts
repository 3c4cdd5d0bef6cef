/** What passed and is emulated: it is kept and shown with its checks, and no speed of it is anywhere. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { Outcome } from "../../evals/mod.ts";
import { openStore } from "../../results/mod.ts";
import { everything } from "./every_row.ts";
import { check, emulated, held, recorded, recording, trial, workload } from "./fixture.ts";
import { filled, idOf, text } from "./pages.ts";

Deno.test("the door refuses a speed of what is emulated, whatever passed", async () => {
  using store = openStore(":memory:");
  for (const workloads of [[workload(1.6)], []]) {
    const one = await recording(recorded(emulated("fp8"), workloads));
    assertThrows(() => store.append(one), Error, "must be its own: fp8 is emulated");
  }
  assertEquals(store.revision(), 0);
});

Deno.test("a pass without a speed is kept where a technique is emulated, its checks bear it out, and no speed is in it", async () => {
  using store = openStore(":memory:");
  const good = await recording(held(emulated("fp8")));
  store.append(good);
  assertEquals([...store.read()], [good]);
  const bad = [
    [held(trial("int8")), "one of its techniques must be emulated"],
    [held(emulated("fp8"), [check(0.061, 0.034, 0.088)]), "must come to a pass"],
    [held(emulated("fp8"), []), "must come to a pass"],
    [{ ...held(emulated("fp8")), speed: { workloads: [workload(1.6)] } } as Outcome, "found outcome.speed"],
    [
      { ...held(emulated("fp8")), opening: { base: 1, candidate: 2 } } as unknown as Outcome,
      "found outcome.opening",
    ],
  ] as const;
  for (const [outcome, why] of bad) {
    const one = await recording(outcome);
    assertThrows(() => store.append(one), Error, why);
  }
  assertEquals([...store.read()].length, 1);
});

Deno.test("the page of what holds and is emulated has its checks, and says why no speed is claimed", async () => {
  const all = await everything();
  using store = filled(all);
  const html = await text(store, `/trial/${idOf(all, "fp8_e4m3")}.html`);
  const reason = "fp8_e4m3 is emulated here: its floats are computed as wider ones.";
  for (
    const shown of [
      "HELD",
      "Quality held on the one check",
      `No speed is claimed: ${reason}`,
      "margin −2.0 pp",
    ]
  ) {
    assertStringIncludes(html, shown);
  }
  assert(!/tokens\/s vs|Latency/.test(html));
  const { outcome } = JSON.parse(await text(store, `/api/trial/${idOf(all, "fp8_e4m3")}.json`));
  assertEquals([outcome.kind, outcome.verdict.checks.length, "speed" in outcome], ["held", 1, false]);
  const csv = await text(store, "/api/index.csv");
  assertStringIncludes(csv.split("\n").find((line) => line.includes("fp8_e4m3"))!, "HELD");
  assert(!(await text(store, "/refusals.html")).includes("fp8_e4m3"));
});
