import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Unsupported, UserError } from "../../engine/mod.ts";
import { bench, type Outcome, perplexity, type Progress, tokenMatch } from "../../evals/mod.ts";
import {
  compose,
  continuousBatching,
  prefixCache,
  promptLookup,
  type Technique,
} from "../../techniques/mod.ts";
import {
  baseline,
  inMemory,
  isInt8,
  ledgerOf,
  outcomes,
  planted,
  prompts,
  speedOf,
  texts,
  toyBench,
  toyInt8,
  workload,
} from "./toy_bench.ts";

const noise = (size: number) => (logits: Float32Array) =>
  logits.forEach((value, i) => (logits[i] = value + size * Math.sin(i * 12.9898 + value * 78.233)));
const failing = (outcome: Outcome | undefined) => {
  assert(outcome?.kind === "rejected", outcome?.kind);
  return outcome.verdict.checks.filter(({ decision }) => decision === "fail").map((check) =>
    `${check.eval} ${check.metric} ${check.when}`
  );
};

Deno.test("the baseline against itself is recorded as no faster than itself, with a ratio of exactly one", async () => {
  const [speed] = speedOf((await outcomes(toyBench()))["baseline again"]);
  assertEquals(speed!.ratio, { estimate: 1, interval: { low: 1, high: 1, level: 0.95 } });
  assertEquals([speed!.noise, speed!.claim, speed!.blocks.length], [0, "no difference", 6]);
});

Deno.test("a technique that halves the cost of a step and keeps the answers is recorded as twice as fast", async () => {
  const config = toyBench({
    suite: { candidates: { int8: [toyInt8] } },
    per: (stack) => ({ cost: isInt8(stack) ? { step: 4, row: 0 } : { step: 8, row: 0 } }),
  });
  const [speed] = speedOf((await outcomes(config)).int8);
  assertEquals([speed!.ratio.estimate, speed!.claim], [2, "faster"]);
});

Deno.test("a technique that keeps the answers but costs more is recorded as slower", async () => {
  const config = toyBench({
    suite: { candidates: { int8: [toyInt8] } },
    per: (stack) => ({ cost: { step: isInt8(stack) ? 10 : 8, row: 0 } }),
  });
  const [speed] = speedOf((await outcomes(config)).int8);
  assertEquals([speed!.ratio.estimate.toFixed(3), speed!.claim], ["0.800", "slower"]);
});

Deno.test("the real techniques and their stack are recorded on the toy engine", async () => {
  const all = [promptLookup(), prefixCache(), continuousBatching()];
  const shared = {
    ...prompts,
    name: "toy_shared",
    async *samples() {
      for await (const prompt of prompts.samples()) {
        yield { ...prompt, system: "the same words for everyone" };
      }
    },
  };
  const config = toyBench({
    suite: {
      candidates: { lookup: [all[0]!], cache: [all[1]!], batching: [all[2]!], stack: all },
      workloads: [workload({ prompts: shared, arrival: { kind: "closed", clients: 3 }, maxTokens: 40 })],
      evals: [tokenMatch(shared, { count: 6, tokens: 40 }), perplexity(texts, { count: 30, tokens: 40 })],
    },
  });
  const found = await outcomes(config);
  for (const name of ["lookup", "cache", "batching", "stack"]) {
    assertEquals(found[name]?.kind, "recorded", JSON.stringify(found[name]).slice(-600));
  }
  assertEquals(speedOf(found.batching)[0]!.claim, "faster");
});

Deno.test("weights whose answers are worse are rejected, and nothing of them is timed", async () => {
  const config = toyBench({
    suite: { candidates: { int8: [toyInt8] } },
    per: (stack) => (isInt8(stack) ? { distort: noise(1) } : {}),
  });
  const stages: string[] = [];
  let rejected: Outcome | undefined;
  for await (
    const { outcome } of bench(
      config,
      ledgerOf(),
      ({ row, stage }: Progress) => stages.push(`${row} ${stage}`),
    )
  ) {
    rejected = outcome;
  }
  assertEquals(failing(rejected), ["toy_texts_nll nll quiet"]);
  assert(!stages.some((stage) => stage.startsWith("int8 race")));
});

Deno.test("a loss that the samples cannot tell from the margin is rejected as unsure, with the number that would decide", async () => {
  const config = toyBench({
    suite: {
      candidates: { int8: [toyInt8] },
      evals: [tokenMatch(prompts, { count: 2, tokens: 8 }), perplexity(texts, { count: 20, tokens: 40 })],
    },
    per: (stack) => (isInt8(stack) ? { distort: noise(0.25) } : {}),
  });
  const outcome = (await outcomes(config)).int8;
  assert(outcome?.kind === "rejected" && outcome.verdict.kind === "unsure", JSON.stringify(outcome?.kind));
  assert(outcome.verdict.checks[0]!.needed! > 20);
});

Deno.test("a cache that mixes up rows is rejected by the token check", async () => {
  const config = toyBench({ suite: { candidates: { broken: [planted("cache", "forgetful_cache")] } } });
  assertEquals(failing((await outcomes(config)).broken), ["toy_prompts_match divergent quiet"]);
});

Deno.test("a fault that shows only under the timed load is caught in the timed transcripts", async () => {
  const config = toyBench({
    suite: {
      candidates: { crowded: [continuousBatching(), planted("cache", "crowded_cache")] },
      workloads: [workload({ arrival: { kind: "closed", clients: 10 }, requests: 12 })],
    },
  });
  assertEquals(failing((await outcomes(config)).crowded), ["toy_single divergent under load"]);
});

Deno.test("weights that go wrong only under the timed load are caught by the regret of their transcripts", async () => {
  const config = toyBench({
    suite: {
      candidates: { int8: [toyInt8, continuousBatching()] },
      workloads: [workload({ arrival: { kind: "offline" }, requests: 8 })],
    },
    per: (stack) => ({
      distort: (logits, _row, batch) => {
        const decoding = batch.want.length === batch.tokens.length &&
          batch.past.every((past) => past.length > 0);
        if (isInt8(stack) && decoding && batch.past.length > 4) logits.reverse();
      },
    }),
  });
  assertEquals(failing((await outcomes(config)).int8), ["toy_single decode_regret under load"]);
});

Deno.test("a technique that no judged eval can see is void before it runs", async () => {
  const config = toyBench({
    suite: {
      candidates: { batching: [continuousBatching()] },
      evals: [perplexity(texts, { count: 30, tokens: 40 })],
    },
  });
  const outcome = (await outcomes(config)).batching;
  assertEquals(outcome?.kind, "void");
  assertEquals(
    (outcome as { reason: string }).reason,
    "no configured eval that is judged sees the scheduler slot",
  );
  assertEquals(config.opened.filter(({ scheduler }) => scheduler.name === "continuous_batching"), []);
});

Deno.test("a technique that never ran in what was timed is void", async () => {
  const config = toyBench({ suite: { candidates: { batching: [continuousBatching()] } } });
  const outcome = (await outcomes(config)).batching;
  assert(outcome?.kind === "void", outcome?.kind);
  assertStringIncludes(outcome.reason, "continuous_batching never ran");
});

Deno.test("a technique that throws ends its own row as void and no other", async () => {
  const config = toyBench({
    suite: { candidates: { broken: [planted("scheduler", "crashing_scheduler")], int8: [toyInt8] } },
  });
  const found = await outcomes(config);
  assertEquals(found.broken?.kind, "void");
  assertStringIncludes((found.broken as { reason: string }).reason, "it broke: no such request");
  assertEquals(found.int8?.kind, "recorded");
});

Deno.test("weights whose scores are not numbers end their row as void", async () => {
  const config = toyBench({
    suite: { candidates: { int8: [toyInt8] } },
    per: (stack) => (isInt8(stack) ? { distort: (logits) => logits.fill(NaN) } : {}),
  });
  const outcome = (await outcomes(config)).int8;
  assert(outcome?.kind === "void", outcome?.kind);
  assertStringIncludes(outcome.reason, "scores must be finite");
});

Deno.test("a part that the engine cannot honour is skipped with its reason", async () => {
  const config = toyBench({ suite: { candidates: { lost: [planted("decoder", "missing_decoder")] } } });
  const outcome = (await outcomes(config)).lost;
  assertEquals(outcome?.kind, "skipped");
  assertStringIncludes((outcome as { reason: string }).reason, "does not export open()");
});

Deno.test("a baseline that breaks ends the run", async () => {
  const config = toyBench({
    per: () => ({
      distort: () => {
        throw new Error("out of order");
      },
    }),
  });
  await assertRejects(() => outcomes(config), Error, "out of order");
});

Deno.test("a user's mistake in a row ends the run, so that it can be put right", async () => {
  const broken: Technique = {
    ...toyInt8,
    transform: () => {
      throw new UserError("Cannot find the file.");
    },
  };
  await assertRejects(() => outcomes(toyBench({ suite: { candidates: { broken: [broken] } } })), UserError);
});

Deno.test("only a recorded outcome has a speed, and every recorded one has a pass", async () => {
  const config = toyBench({
    suite: {
      candidates: {
        good: [toyInt8],
        blind: [],
        batching: [continuousBatching()],
        bad: [planted("cache", "forgetful_cache")],
        lost: [planted("decoder", "missing_decoder")],
      },
    },
  });
  const found = Object.values(await outcomes(config));
  assertEquals(found.map(({ kind }) => kind).sort(), [
    "recorded",
    "recorded",
    "rejected",
    "rejected",
    "skipped",
    "void",
  ]);
  for (const outcome of found) {
    assertEquals("speed" in outcome, outcome.kind === "recorded");
    if (outcome.kind === "recorded") assertEquals(outcome.verdict.kind, "pass");
  }
});

Deno.test("the race starts with an empty cache: the questions asked before it make nothing faster", async () => {
  const same = inMemory(
    "one_prompt",
    await Array.fromAsync(prompts.samples(), (prompt, i) => ({
      ...prompt,
      turns: [
        `${"q".repeat(i % 20)}${"a long prompt that only its own repetition could make faster ".repeat(2)}`,
      ],
    })),
  );
  const config = toyBench({
    suite: {
      candidates: { cache: [prefixCache()] },
      evals: [tokenMatch(same, { count: 60, tokens: 4 })],
      workloads: [workload({ prompts: same, requests: 2 })],
      pairs: 2,
    },
  });
  const asked = (await compose(baseline, [prefixCache()])).at(-1)!;
  const found = await outcomes(config);
  assertEquals(
    config.opened.filter(({ cache }) => cache.name === asked.cache.name).length,
    2,
    found.cache?.kind,
  );
});

Deno.test("an engine that refuses the baseline refuses the whole run row by row", async () => {
  const config = toyBench({ suite: { candidates: { int8: [toyInt8] } } });
  const engine = {
    ...config.engine,
    open: () => Promise.reject(new Unsupported("model", "no such model here")),
  };
  const found = await outcomes({ ...config, engine });
  assertEquals(Object.values(found).map(({ kind }) => kind), ["skipped", "skipped"]);
});
