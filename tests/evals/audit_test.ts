/** A clean race on the toy engine, and what the audit says when one thing in it is not as it should be. */
import { assert, assertEquals } from "@std/assert";
import { ManualClock, type Session, type Stack } from "../../engine/mod.ts";
import type { Workload } from "../../datasets/mod.ts";
import { audit, type Measured, race, type Raced } from "../../evals/mod.ts";
import { compose, continuousBatching, prefixCache, promptLookup } from "../../techniques/mod.ts";
import {
  baseline,
  inMemory,
  isInt8,
  outcomes,
  prompts,
  timedEngine,
  toyBench,
  toyInt8,
  workload,
} from "./toy_bench.ts";
import { butFor } from "./but_for.ts";

type Techniques = Parameters<typeof compose>[1];

async function raced(
  over: Partial<Workload> = {},
  techniques: Techniques = [],
  change: (session: Session, clock: ManualClock) => Session = (session) => session,
): Promise<Raced> {
  const clock = new ManualClock(0);
  const engine = timedEngine(clock);
  const stack = (await compose(baseline, techniques)).at(-1) ?? baseline;
  const sessions = {
    base: await engine.open(baseline),
    candidate: change(await engine.open(stack), clock),
  };
  return await race(sessions, workload(over), 4, () => {}, clock);
}

/** The candidate's blocks changed; `i` counts them from 0. */
const changed = (race: Raced, change: (block: Measured, i: number) => Partial<Measured>): Raced => {
  let i = 0;
  return {
    ...race,
    blocks: race.blocks.map((block) => block.arm === "base" ? block : { ...block, ...change(block, i++) }),
  };
};

const counting = (race: Raced, counters: (counted: Measured["counted"]) => Measured["counted"]) =>
  changed(race, ({ counted }, i) => (i === 1 ? { counted: { ...counted, ...counters(counted) } } : {}));

const shared = {
  ...prompts,
  async *samples() {
    for await (const prompt of prompts.samples()) yield { ...prompt, system: "the same words for all of us" };
  },
};
const clean: readonly (readonly [string, Partial<Workload>, Techniques])[] = [
  ["the baseline", {}, []],
  ["eight clients of the baseline", { arrival: { kind: "closed", clients: 8 }, requests: 8 }, []],
  ["drafts", { maxTokens: 40 }, [promptLookup()]],
  ["a prefix that the workload shares", { prompts: shared, requests: 4 }, [prefixCache()]],
  ["batches of one step each", { arrival: { kind: "offline" }, requests: 8 }, [continuousBatching()]],
  [
    "all of these together",
    { prompts: shared, arrival: { kind: "closed", clients: 3 }, requests: 6, maxTokens: 30 },
    [promptLookup(), prefixCache(), continuousBatching()],
  ],
];
for (const [what, over, techniques] of clean) {
  Deno.test(`the audit finds nothing in ${what}`, async () => {
    assertEquals(audit(await raced(over, techniques), techniques.length === 0), []);
  });
}

for (
  const [what, counters, why] of [
    [
      "counted more tokens than came",
      ({ tokens }) => ({ tokens: tokens! + 1 }),
      "the engine counted 37 tokens where 36 came",
    ],
    [
      "did not run for them",
      () => ({ rows: 0 }),
      /the engine computed 0 rows and reused 0 where answers take \d+/,
    ],
    [
      "took fewer steps than there were moments",
      ({ steps }) => ({ steps: steps! - 1 }),
      "the engine took 35 steps where tokens came at 36 moments",
    ],
    [
      "reused rows that nothing before them had",
      ({ rows }) => ({ rows: rows! - 400, prefixRows: 400 }),
      /a cache gave 400 rows where its prompts share \d+ with those before them/,
    ],
    [
      "worked for longer than the clock ran",
      ({ stepMilliseconds }) => ({ stepMilliseconds: 2 * stepMilliseconds! }),
      /the engine worked for .* ms where the block took .* ms/,
    ],
  ] as readonly (readonly [string, Parameters<typeof counting>[1], string | RegExp])[]
) {
  Deno.test(`the audit finds answers of an engine that ${what}`, async () => {
    const [reason, ...more] = audit(counting(await raced(), counters));
    assertEquals(more, []);
    const said = reason!.replace("toy_single, candidate, block 2: ", "");
    assert(typeof why === "string" ? said === why : why.test(said), reason);
  });
}

Deno.test("a counter that an engine does not have is not judged", async () => {
  const race = changed(await raced(), ({ counted }) => ({ counted: { batches: counted.steps! } }));
  assertEquals(audit(race), []);
});

/** Holds back a request's tokens until there are `count`, and tells them as one. */
const holding = (count: number) => (session: Session) =>
  butFor(session, {
    async *generate(requests) {
      let held: { readonly tokens: number[]; readonly margins: number[] } = { tokens: [], margins: [] };
      for await (const emission of session.generate(requests)) {
        held.tokens.push(...emission.tokens);
        held.margins.push(...emission.margins);
        if (held.tokens.length < count && emission.finish === undefined) continue;
        yield { ...emission, ...held };
        held = { tokens: [], margins: [] };
      }
    },
  });

Deno.test("tokens that were held back and told together are no drafts", async () => {
  assertEquals(
    audit(await raced({}, [], holding(4)))[0],
    "toy_single, candidate, block 1: 27 tokens came together with one before them where 0 drafts were accepted",
  );
});

Deno.test("tokens that all come at one moment were not computed one by one", async () => {
  const [reason] = audit(await raced({}, [], holding(99)));
  assert(
    /candidate: request p\d+ has 12 tokens within 0\.000 ms, which no engine takes$/.test(reason!),
    reason,
  );
});

Deno.test("answers from a store of answers are those of an engine that did not run", async () => {
  const remembered = (session: Session, clock: ManualClock) =>
    butFor(session, {
      async *generate(requests) {
        for await (const { id, maxTokens } of requests) {
          for (let i = 1; i <= maxTokens; i++) {
            clock.advance(1);
            const finish = i === maxTokens ? { finish: "length" } as const : {};
            yield { id, tokens: [5], margins: [1], at: clock.now(), ...finish };
          }
        }
      },
    });
  const reasons = audit(await raced({}, [], remembered));
  assert(reasons.some((reason) => /the engine counted 0 tokens where 36 came/.test(reason)), reasons[0]);
  assert(reasons.some((reason) => /computed 0 rows and reused 0/.test(reason)), reasons[0]);
});

Deno.test("a cache that was filled before the race serves what the workload did not allow", async () => {
  const clock = new ManualClock(0);
  const engine = timedEngine(clock);
  const long = inMemory(
    "long_prompts",
    await Array.fromAsync(
      prompts.samples(),
      (prompt, i) => ({ ...prompt, turns: [`${i} ${"words ".repeat(i % 7)}and more words for number ${i}`] }),
    ),
  );
  const stack = (await compose(baseline, [prefixCache()])).at(-1)!;
  const load = workload({ prompts: long, repeats: true });
  const sessions = { base: await engine.open(baseline), candidate: await engine.open(stack) };
  const first = await race(sessions, load, 4, () => {}, clock);
  const second = await race(sessions, load, 4, () => {}, clock);
  assertEquals(audit(first), []);
  assert(audit(second).every((reason) => /candidate, block \d: a cache gave \d+ rows where/.test(reason)));
  assert(audit(second).length > 0);
});

Deno.test("a candidate whose context is shorter is sent less of a prompt", async () => {
  const [reason] = audit(await raced({}, [], (session) => butFor(session, { context: 40 })));
  assert(
    /^toy_single: request p\d+ was sent to the candidate otherwise than to the base$/.test(reason!),
    reason,
  );
});

Deno.test("a candidate whose tokenizer splits words otherwise is sent other prompts", async () => {
  const halved = (session: Session) =>
    butFor(session, {
      tokenizer: { ...session.tokenizer, chat: (messages) => session.tokenizer.chat(messages).slice(1) },
    });
  const reasons = audit(await raced({}, [], halved)).filter((reason) =>
    /was sent to the candidate/.test(reason)
  );
  assertEquals(reasons.length, 12);
});

Deno.test("blocks that overlap did not take turns", async () => {
  const race = changed(await raced(), ({ startedAt }, i) => (i === 0 ? { startedAt: startedAt - 1 } : {}));
  assertEquals(audit(race), ["toy_single: block 2 started before the one before it had ended"]);
});

Deno.test("a race that the audit refuses makes the outcome void, with the reason", async () => {
  const config = toyBench({ suite: { candidates: { int8: [toyInt8] } } });
  const engine = {
    ...config.engine,
    open: async (stack: Stack) => {
      const session = await config.engine.open(stack);
      return isInt8(stack) ? holding(4)(session) : session;
    },
  };
  const { int8 } = await outcomes({ ...config, engine });
  assert(int8?.kind === "void", int8?.kind);
  assert(/27 tokens came together with one before them/.test(int8.reason), int8.reason);
});
