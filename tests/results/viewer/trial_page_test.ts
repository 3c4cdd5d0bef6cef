import { assert, assertMatch, assertStringIncludes } from "@std/assert";
import type { Recording } from "../../../results/mod.ts";
import { everything } from "../every_row.ts";
import {
  check,
  clock,
  failed,
  guard,
  law,
  recorded,
  recording,
  trial,
  unmeasured,
  workload,
} from "../fixture.ts";
import { filled, idOf, text } from "../pages.ts";

Deno.test("the page of a trial and the board say after how many refusals a row passed", async () => {
  const at = (outcome: Recording["outcome"], hour: number) =>
    recording(outcome, { at: clock.now() + hour * 3_600_000 });
  const t = trial("lucky");
  const all = [
    await at(failed(t), 0),
    await at(unmeasured(t, "void", "slept"), 1),
    await at(recorded(t, [workload(1.5)]), 2),
  ];
  using store = filled(all);
  assertStringIncludes(
    await text(store, `/trial/${all[2]!.id}.html`),
    "3rd try, 2 refused: it passed only when tried again",
  );
  assertStringIncludes(await text(store, "/"), "3rd try, 2 refused");
});

Deno.test("a row whose latency objective broke has no place, and both figures are shown", async () => {
  const all = await everything();
  using store = filled(all);
  const html = await text(store, "/");
  for (
    const shown of [
      />3\.10x</,
      />latency broke</,
      /TTFT p95 [\d.]+ ms → [\d.]+ ms, at most 10\.0 ms: broke/,
      /TTFT p95 [\d.]+ ms → [\d.]+ ms, at most 1\.00 s: held/,
      /1 broke the latency objective/,
    ]
  ) assertMatch(html, shown);
  const page = await text(store, `/trial/${idOf(all, "batch_64")}.html`);
  assertMatch(page, /Objective <b>TTFT p95 [\d.]+ ms → [\d.]+ ms, at most 10\.0 ms: broke<\/b>/);
});

Deno.test("guards, laws and failed parts stand on the page of a trial", async () => {
  const slices = [{ name: "long prompts", n: 120, loss: 0.061, low: 0.034, failed: true }];
  const one = await recording(
    failed(trial("odd"), [
      check(0.003, -0.003, 0.009, { slices, decision: "fail" }),
      guard(0.02, -0.06, 0.13),
      guard(0.02, -1e9, 1e9, { clusters: 2 }),
      law(0.31, 0.012),
    ]),
  );
  using store = filled([one]);
  const html = await text(store, `/trial/${one.id}.html`);
  for (
    const shown of [
      "<b><bdi>long prompts</bdi></b> (6.1 pp, at least 3.4, n=120)",
      "guard −0.100 nats",
      "<b>p 0.31</b> variation 0.012",
      "unbounded",
    ]
  ) assertStringIncludes(html, shown);
  assert(!html.includes("NaN") && !html.includes("Infinity"));
});

Deno.test("what a prompt or an answer hides is made visible, line by line", async () => {
  const evil = "a\u202eb\nc\u001bd";
  const samples = [{
    id: "q",
    cluster: "q",
    base: 1,
    candidate: 0,
    weight: 1,
    shown: { prompt: evil, base: evil, candidate: evil },
  }];
  const one = await recording(failed(trial("int4"), [check(0.061, 0.034, 0.088, { samples })]));
  using store = filled([one]);
  assertStringIncludes(await text(store, `/trial/${one.id}.html`), ">a\\u{202e}b\nc\\u{1b}d</pre>");
});
