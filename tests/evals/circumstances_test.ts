/** A clean race on a manual clock, and what the audit says of the machine when it was not fit to time on. */
import { assert, assertEquals } from "@std/assert";
import { ManualClock, systemClock } from "../../engine/mod.ts";
import type { Workload } from "../../datasets/mod.ts";
import {
  audit,
  type Machine,
  machineOf,
  type Measured,
  race,
  type Raced,
  ticksOf,
  watch,
} from "../../evals/mod.ts";
import { baseline, inMemory, prompts, timedEngine, workload } from "./toy_bench.ts";

interface Odd {
  readonly over?: Partial<Workload>;
  /** Milliseconds that a step of this arm costs, given how many it has taken. */
  readonly cost?: (arm: "base" | "candidate", step: number) => number;
  readonly machine?: (clock: ManualClock) => Machine;
  readonly pairs?: number;
}

async function raced({ over, cost = () => 8, machine, pairs = 5 }: Odd = {}): Promise<Raced> {
  const clock = new ManualClock(0);
  const open = (arm: "base" | "candidate") => {
    let step = 0;
    const onForward = (rows: number) => clock.advance(cost(arm, step++) + rows / 4);
    return timedEngine(clock, () => ({ onForward })).open(baseline);
  };
  const sessions = { base: await open("base"), candidate: await open("candidate") };
  return await race(sessions, workload({ requests: 1, ...over }), pairs, () => {}, clock, machine?.(clock));
}

const meanwhile = (
  race: Raced,
  of: (block: Measured, i: number) => Partial<Measured["meanwhile"]>,
): Raced => ({
  ...race,
  blocks: race.blocks.map((block, i) => ({ ...block, meanwhile: { ...block.meanwhile, ...of(block, i) } })),
});
const lags = (race: Raced, lag: number): Raced => ({
  ...race,
  blocks: race.blocks.map((block) => ({ ...block, timings: block.timings.map((one) => ({ ...one, lag })) })),
});

/** Steps of the warm-up, whose answer has as many tokens as each other. */
const WARM = workload().maxTokens;

Deno.test("a step that takes long before the first block is no cold start in it", async () => {
  assertEquals(audit(await raced({ cost: (_, step) => (step < WARM ? 900 : 8) })), []);
});

Deno.test("found: a first token that an arm waits for in its first block alone", async () => {
  const [reason, ...more] = audit(
    await raced({ cost: (arm, step) => (arm === "candidate" && step === WARM ? 500 : 8) }),
  );
  assert(
    /^toy_single, candidate: its first block took \d+\.\d times as long for its first tokens/.test(reason!),
    reason,
  );
  assertEquals(more, []);
});

Deno.test("found: steps that are slow in both arms' first blocks alone, where the ratio stays as it is", async () => {
  const reasons = audit(await raced({ cost: (_, step) => (step > WARM && step < 2 * WARM ? 60 : 8) }));
  assertEquals(reasons.map((reason) => reason.replace(/took [\d.]+ times/, "took N times")), [
    "toy_single, base: its first block took N times as long for a token as the others: it was still warming up, or the machine was busy; run it again",
    "toy_single, candidate: its first block took N times as long for a token as the others: it was still warming up, or the machine was busy; run it again",
  ]);
});

Deno.test("a first block that computes prompts which later ones find in a cache is not cold", async () => {
  const race = await raced({ cost: (arm, step) => (arm === "candidate" && step === WARM ? 500 : 8) });
  const prefixRows = ({ timings }: Measured) => race.requests.get(timings[0]!.id)!.prompt.length - 1;
  const blocks = race.blocks.map((
    block,
    i,
  ) => (i === 1 ? block : { ...block, counted: { prefixRows: prefixRows(block) } }));
  assertEquals(audit({ ...race, blocks }).filter((reason) => /warming up/.test(reason)), []);
});

Deno.test("a slow block later than the first is no cold start", async () => {
  assertEquals(audit(await raced({ cost: (_, step) => (step > 3 * WARM && step < 4 * WARM ? 60 : 8) })), []);
});

Deno.test("found: a client that has the ends of streams late", async () => {
  const clean = await raced();
  assertEquals(audit(lags(clean, 15)), []);
  assertEquals(
    audit(lags(clean, 400))[0],
    "toy_single, base: the client had the ends of streams 400.0 ms late where at most 20.0 ms can be: it is saturated, or the engine's dates are wrong",
  );
});

Deno.test("found: processor time that the host took from one arm", async () => {
  const clean = await raced();
  assertEquals(audit(meanwhile(clean, () => ({ stolen: 0.01 }))), []);
  const reasons = audit(meanwhile(clean, ({ arm }) => ({ stolen: arm === "base" ? 0.01 : 0.2 })));
  assertEquals(reasons, ["toy_single, candidate: the host took 20 % of the processors' time"]);
});

Deno.test("found: a wall clock that was set in the middle of a block", async () => {
  let readings = 0;
  const machine = (clock: ManualClock): Machine => ({
    wall: () => clock.now() + (++readings > 23 ? 3600_000 : 0),
    ticks: () => undefined,
  });
  const reasons = audit(await raced({ machine }));
  assertEquals(reasons, [
    "toy_single, base: the clock that times and the wall's clock came apart by 3600000 ms: one of them jumped",
  ]);
});

Deno.test("found: a baseline that does not equal itself, in its own row alone", async () => {
  const odd = await raced({
    cost: (arm, step) => (arm === "candidate" && Math.floor(step / WARM) % 2 === 0 ? 40 : 8),
  });
  assertEquals(audit(odd), []);
  const [reason] = audit(odd, true);
  assert(
    /^toy_single: the baseline differs from itself by up to \d+ % where at most 100 % can be/.test(reason!),
    reason,
  );
});

const pasted = inMemory(
  "pasted",
  await Array.fromAsync(prompts.samples(), (prompt, i) => ({
    ...prompt,
    turns: [`${i} ${`a paragraph number ${i} that is pasted. `.repeat(4)}`],
  })),
);

Deno.test("found: prompts that repeat themselves, unless the workload says so", async () => {
  const [reason, ...more] = audit(await raced({ over: { prompts: pasted } }));
  assert(
    /^toy_single: its prompts repeat themselves in \d+ % of their text, which the workload does not say$/
      .test(reason!),
    reason,
  );
  assertEquals(more, []);
  assertEquals(audit(await raced({ over: { prompts: pasted, repeats: true } })), []);
});

Deno.test("processor time is read from the sum of all processors", () => {
  assertEquals(ticksOf("cpu  10 1 5 80 2 0 1 3 7 7\ncpu0 1 1 1 1 1 1 1 1 1 1\n"), { stolen: 3, total: 102 });
  assertEquals(ticksOf("cpu  10 1 5 80\n"), undefined);
  assertEquals(ticksOf(""), undefined);
});

Deno.test("the share that the host took is that of the ticks since the watch began", () => {
  const clock = new ManualClock(0);
  let ticks = { stolen: 5, total: 100 };
  const befell = watch({ wall: () => clock.now() + 7, ticks: () => ticks }, clock);
  ticks = { stolen: 15, total: 200 };
  clock.advance(1000);
  assertEquals(befell(), { jump: 0, stolen: 0.1 });
});

Deno.test("another clock than the system's goes along with the wall's", () => {
  const clock = new ManualClock(50);
  assertEquals([machineOf(clock).wall(), machineOf(clock).ticks()], [50, undefined]);
  assertEquals(machineOf(systemClock).wall, Date.now);
});
