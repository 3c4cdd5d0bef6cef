/** What later rows of a run take from earlier ones: outcomes that are known, the noise of the baseline, the peer. */
import { assertEquals } from "@std/assert";
import { ManualClock } from "../../engine/mod.ts";
import { bench, type Outcome } from "../../evals/mod.ts";
import {
  baseline,
  isInt8,
  ledgerOf,
  outcomes,
  speedOf,
  timedEngine,
  toyBench,
  toyInt8,
} from "./toy_bench.ts";

Deno.test("a run goes on from a ledger: known rows are given back and only the others are run", async () => {
  const candidates = { first: [toyInt8], second: [toyInt8] };
  const before = await outcomes(toyBench({ suite: { candidates: { first: [toyInt8] } } }));
  const config = toyBench({ suite: { candidates } });
  const seen: [string, boolean][] = [];
  for await (const { outcome, fresh } of bench(config, ledgerOf(Object.values(before)))) {
    seen.push([outcome.trial.name, fresh]);
  }
  assertEquals(seen, [["baseline again", false], ["first", false], ["second", true]]);
});

Deno.test("a gain is claimed beyond the noise that the ledger's baseline row showed", async () => {
  const before = Object.values(await outcomes(toyBench()));
  const per = (stack: typeof baseline) => ({ cost: { step: isInt8(stack) ? 7 : 8, row: 0 } });
  const noisy = before.map((outcome) => {
    const workloads = speedOf(outcome).map((speed) => ({
      ...speed,
      ratio: { estimate: 1, interval: { low: 0.7, high: 1.3, level: 0.95 } },
    }));
    return { ...outcome, speed: { workloads } } as Outcome;
  });
  const claims = [];
  for (const known of [before, noisy]) {
    const config = toyBench({ suite: { candidates: { int8: [toyInt8] } }, per });
    claims.push(speedOf((await outcomes(config, known)).int8)[0]!.claim);
  }
  assertEquals(claims, ["faster", "no difference"]);
});

Deno.test("without a recorded baseline row no gain is claimed", async () => {
  const config = toyBench({
    suite: { candidates: { int8: [toyInt8] } },
    per: (stack) => ({ cost: { step: isInt8(stack) ? 4 : 8, row: 0 } }),
  });
  const first = (await outcomes(config))["baseline again"]!;
  const known: Outcome = { kind: "void", trial: first.trial, reason: "the machine slept" };
  const [speed] = speedOf((await outcomes(config, [known])).int8);
  assertEquals([speed!.ratio.estimate, speed!.claim], [2, "no difference"]);
});

Deno.test("the peer is judged by the baseline's tokens, and later rows say how they stand beside it", async () => {
  const clock = new ManualClock(1000);
  const engine = timedEngine(clock, (stack) => ({ cost: { step: isInt8(stack) ? 4 : 8, row: 0 } }));
  const peer = { ...timedEngine(clock, () => ({ cost: { step: 6, row: 0 } })), name: "peer" };
  const { suite } = toyBench({ suite: { candidates: { int8: [toyInt8] } } });
  const found = await outcomes({ suite, engine, peer, baseline, clock });
  assertEquals(speedOf(found.peer)[0]!.ratio.estimate.toFixed(3), (8 / 6).toFixed(3));
  assertEquals(speedOf(found.int8)[0]!.overPeer!.toFixed(3), (6 / 4).toFixed(3));
});
