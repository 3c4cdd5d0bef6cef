import { assertEquals } from "@std/assert";
import type { Block, WorkloadSpeed } from "../../evals/mod.ts";
import { losing } from "../../results/losing.ts";
import { failed, recorded, trial, workload } from "./fixture.ts";

/** The same race with the candidate's first tokens so many milliseconds later, and its further tokens so much slower. */
function delayed(speed: WorkloadSpeed, wait: number, slower = 1): WorkloadSpeed {
  const moved = (block: Block): Block => ({
    ...block,
    timings: block.timings.map((timing) => ({
      ...timing,
      tokens: timing.tokens.map((at) => timing.tokens[0]! + wait + slower * (at - timing.tokens[0]!)),
    })),
  });
  return { ...speed, blocks: speed.blocks.map((block) => block.arm === "candidate" ? moved(block) : block) };
}
const lossesOf = (...speeds: readonly WorkloadSpeed[]) =>
  losing(recorded(trial("int4"), speeds)).map((text) => text.replace(/ \[.*/, ""));

Deno.test("a workload on which a technique is slower is a loss, and one on which it is faster is none", () => {
  assertEquals(lossesOf(workload(1.4), { ...workload(0.8, 0.02), workload: "eight_streams" }), [
    "eight_streams: slower, 0.80x the baseline's tokens per second",
    "eight_streams: the first token comes later, 1.25x the baseline's time",
    "eight_streams: each further token takes longer, 1.25x the baseline's time",
  ]);
});

Deno.test("first tokens that come later are a loss, though tokens per second are not", () => {
  const first = 2.4 * 1000 / 41.2;
  assertEquals(lossesOf(delayed(workload(1, 0.001), first)), [
    "single_stream: the first token comes later, 2.00x the baseline's time",
  ]);
});

Deno.test("further tokens that take longer are a loss", () => {
  assertEquals(lossesOf(delayed(workload(1, 0.001), 0, 1.5)), [
    "single_stream: each further token takes longer, 1.50x the baseline's time",
  ]);
});

Deno.test("nothing within the noise is a loss, nor of a row that folds no technique or has no speed", () => {
  assertEquals(lossesOf(delayed(workload(1, 0.001), 0.5)), []);
  const itself = trial("baseline again", { techniques: [] });
  assertEquals(losing(recorded(itself, [delayed(workload(1, 0.001), 500)])), []);
  assertEquals(losing(failed(trial("int4"))), []);
});
