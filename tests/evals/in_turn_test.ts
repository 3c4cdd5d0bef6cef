import { assert, assertEquals, assertMatch } from "@std/assert";
import { uniform } from "../../engine/mod.ts";
import { type Outcome, perplexity, plan } from "../../evals/mod.ts";
import { inMemory, isInt8, outcomes, toyBench, toyInt8 } from "./toy_bench.ts";

const many = inMemory(
  "many_texts",
  Array.from(
    { length: 640 },
    (_, i) => ({ id: `m${i}`, cluster: `m${i}`, slices: [], text: `metal ${i} and lead ${i * i}` }),
  ),
);

/** A candidate whose logits are moved by `size` at random; texts are asked until they decide, or `count` at once. */
const config = (size: number, count: number, untilDecided: boolean) => ({
  ...toyBench({
    suite: {
      candidates: { int8: [toyInt8] },
      evals: [perplexity(many, { count, tokens: 24 })],
      workloads: [],
    },
    per: (stack) => ({
      distort: (logits, row, { tokens }) => {
        if (!isInt8(stack)) return;
        logits.forEach((_, v) => (logits[v]! += size * (uniform(row * 64 + v, tokens[row]!) - 0.5)));
      },
    }),
  }),
  untilDecided,
});

const asked = (outcome: Outcome | undefined) => {
  assert(outcome !== undefined && "verdict" in outcome, JSON.stringify(outcome).slice(0, 2000).slice(-300));
  const { n, decision, note } = outcome.verdict.checks.find(({ metric }) => metric === "nll")!;
  return { n, decision, note };
};

Deno.test("an eval that is unsure asks twice as many until it decides", async () => {
  const fixed = asked((await outcomes(config(1.3, 20, false))).int8);
  assertEquals([fixed.n, fixed.decision], [20, "unsure"]);
  const inTurn = asked((await outcomes(config(1.3, 20, true))).int8);
  assert(inTurn.n > 20 && inTurn.decision !== "unsure", JSON.stringify(inTurn));
  assertMatch(inTurn.note!, /^judged in turn: its bounds hold at every look/);
});

Deno.test("a loss that is plain stops at the first look that shows it", async () => {
  const { n, decision } = asked((await outcomes(config(6, 80, true))).int8);
  assertEquals([n, decision], [80, "fail"]);
});

Deno.test("a run in turn is another trial than one of a fixed plan", async () => {
  const [fixed, inTurn] = [await plan(config(1, 20, false)), await plan(config(1, 20, true))];
  assert(fixed[1]!.trial.id !== inTurn[1]!.trial.id);
});
