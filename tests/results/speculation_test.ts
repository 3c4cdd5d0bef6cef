import { assertEquals } from "@std/assert";
import { speculation } from "../../results/speculation.ts";
import { failed, recorded, trial, workload } from "./fixture.ts";
import { guessing } from "./guessing_rows.ts";

Deno.test("a verification tells as many tokens as there are to each that was not guessed", () => {
  const speed = workload(1.5);
  const blocks = speed.blocks.filter(({ arm }) => arm === "candidate");
  const tokens = blocks[0]!.timings.reduce((sum, timing) => sum + timing.tokens.length, 0);
  const [one] = speculation(recorded(trial("lookup"), [guessing(speed, tokens, tokens / 2)]));
  assertEquals(one!.perVerification, 2);
  assertEquals([one!.offered, one!.accepted], [blocks.length * tokens, blocks.length * tokens / 2]);
});

Deno.test("guesses of which none was right are told, as what they cost is a loss", () => {
  const [one] = speculation(recorded(trial("lookup"), [guessing(workload(0.8), 9, 0)]));
  assertEquals([one!.accepted, one!.perVerification], [0, 1]);
});

Deno.test("nothing is told where nothing was guessed or counted, nor of a row without a speed", () => {
  assertEquals(speculation(recorded(trial("int8"), [guessing(workload(1.5), 0, 0)])), []);
  assertEquals(speculation(recorded(trial("int8"), [workload(1.5)])), []);
  assertEquals(speculation(failed(trial("lookup"))), []);
});
