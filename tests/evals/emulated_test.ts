import { assert, assertEquals } from "@std/assert";
import { bench, type Outcome, type Progress } from "../../evals/mod.ts";
import { promptLookup } from "../../techniques/mod.ts";
import { isInt8, ledgerOf, outcomes, toyBench, toyInt8 } from "./toy_bench.ts";

Deno.test("a technique that is emulated is judged as any other, keeps its checks where it passes, and is never raced", async () => {
  const emulated = { ...toyInt8, name: "toy_fp8", emulated: "its floats are computed as wider ones" };
  const config = toyBench({
    suite: { candidates: { fp8: [emulated], stack: [promptLookup(), emulated], int8: [toyInt8] } },
  });
  const stages: string[] = [];
  const found: Record<string, Outcome> = {};
  const told = ({ row, stage }: Progress) => stages.push(`${row}: ${stage}`);
  for await (const { outcome } of bench(config, ledgerOf(), told)) found[outcome.trial.name] = outcome;
  const { fp8, stack, int8 } = found;
  assert(fp8?.kind === "held" && stack?.kind === "held" && int8?.kind === "recorded");
  assertEquals(fp8.reason, "toy_fp8 is emulated here: its floats are computed as wider ones");
  assertEquals(fp8.trial.techniques[0]!.emulated, emulated.emulated);
  assertEquals(fp8.verdict.checks, int8.verdict.checks.filter(({ when }) => when === "quiet"));
  assertEquals("speed" in fp8 || "speed" in stack, false);
  assertEquals(stages.filter((one) => /^(fp8|stack): race/.test(one)), []);
});

Deno.test("a technique that is emulated and loses quality is refused as any other", async () => {
  const emulated = { ...toyInt8, emulated: "its floats are computed as wider ones" };
  const config = toyBench({
    suite: { candidates: { fp8: [emulated] } },
    per: (stack) =>
      isInt8(stack)
        ? {
          distort: (logits) =>
            logits.forEach((value, i) => logits[i] = value + 3 * Math.sin(i * 13 + value * 78)),
        }
        : {},
  });
  const { fp8 } = await outcomes(config);
  assert(fp8?.kind === "rejected");
  assertEquals(fp8.verdict.kind, "fail");
});
