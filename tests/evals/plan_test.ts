import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { ManualClock, type Stack, UserError } from "../../engine/mod.ts";
import {
  type Bench,
  type Eval,
  perplexity,
  plan,
  type Planned,
  type Suite,
  tokenMatch,
} from "../../evals/mod.ts";
import type { Workload } from "../../datasets/mod.ts";
import { continuousBatching, prefixCache, promptLookup, type Technique } from "../../techniques/mod.ts";
import { baseline, prompts, suite, texts, timedEngine, toyBench, toyInt8, workload } from "./toy_bench.ts";

const match = tokenMatch(prompts, { count: 4, tokens: 12 });
const nll = perplexity(texts, { count: 30, tokens: 40 });

/** The rows of these candidates by name. */
async function rows(
  candidates: Suite["candidates"],
  over: Partial<Suite> = {},
): Promise<Readonly<Record<string, Planned>>> {
  const planned = await plan(toyBench({ suite: { candidates, ...over } }));
  return Object.fromEntries(planned.map((row) => [row.trial.name, row]));
}

const steps = (row: Planned | undefined) =>
  row!.steps.map(({ base, candidate, against, evals }) => ({
    from: nameOf(base),
    to: nameOf(candidate),
    against,
    evals: evals.map(({ name }) => name),
  }));
const nameOf = ({ model, cache, decoder, scheduler }: Stack) =>
  [model.params.body.bits, cache.name, decoder.name, scheduler.name].join(" ");
const BASE = "32 dense plain one_at_a_time";

Deno.test("the baseline again comes first, then the peer, then the candidates in the suite's order", async () => {
  const peer = { ...timedEngine(new ManualClock()), name: "peer" };
  const planned = await plan(
    toyBench({ peer, suite: { candidates: { b: [promptLookup()], a: [toyInt8] } } }),
  );
  assertEquals(planned.map(({ trial }) => trial.name), ["baseline again", "peer", "b", "a"]);
  assertEquals(planned.map(({ engine }) => engine.name), ["toy", "peer", "toy", "toy"]);
});

Deno.test("where no eval tells identity or likelihood the baseline is asked all there are, and no peer is", async () => {
  const acc = {
    name: "acc",
    unit: "fraction",
    better: "higher",
    allowed: 0.02,
    claim: "equivalent",
  } as const;
  const choices: Eval = { ...(nll as Eval), count: 200, name: "choices", metrics: [acc] };
  const planned = await plan(
    toyBench({
      peer: { ...timedEngine(new ManualClock()), name: "peer" },
      suite: { candidates: { int8: [toyInt8] }, evals: [choices] },
    }),
  );
  assertEquals(planned.map(({ trial }) => trial.name), ["baseline again", "int8"]);
  assertEquals(planned.map((row) => steps(row).map(({ evals }) => evals)), [[["choices"]], [["choices"]]]);
});

Deno.test("a margin that leaves no baseline room above chance is refused before anything runs", async () => {
  const acc = { name: "acc", unit: "fraction", better: "higher", allowed: 0.2, chance: 0.5 } as const;
  const choices: Eval = { ...(nll as Eval), count: 200, name: "choices", metrics: [acc] };
  await assertRejects(
    () => rows({ int8: [toyInt8] }, { evals: [choices] }),
    UserError,
    "found 0.5 and three times 0.2",
  );
});

Deno.test("a technique is asked by the evals that see its slot and fit its claim", async () => {
  const { lookup, int8 } = await rows({ lookup: [promptLookup()], int8: [toyInt8] });
  assertEquals(steps(lookup).map(({ evals }) => evals), [["toy_prompts_match"]]);
  assertEquals(steps(int8).map(({ evals }) => evals), [["toy_texts_nll"]]);
});

Deno.test("each member of a stack is verified against the stack beneath it", async () => {
  const { stack } = await rows({ stack: [toyInt8, promptLookup(), prefixCache()] });
  assertEquals(steps(stack), [
    { from: BASE, to: "8 dense plain one_at_a_time", against: "baseline", evals: ["toy_texts_nll"] },
    {
      from: "8 dense plain one_at_a_time",
      to: "8 dense prompt_lookup one_at_a_time",
      against: "toy_int8",
      evals: ["toy_prompts_match"],
    },
    {
      from: "8 dense prompt_lookup one_at_a_time",
      to: "8 prefix_cache prompt_lookup one_at_a_time",
      against: "toy_int8 + prompt_lookup",
      evals: ["toy_prompts_match"],
    },
  ]);
});

Deno.test("a whole that is more than its first member is verified against the baseline too", async () => {
  const { stack } = await rows({ stack: [promptLookup(), prefixCache()] });
  assertEquals(steps(stack).at(-1), {
    from: BASE,
    to: "32 prefix_cache prompt_lookup one_at_a_time",
    against: "baseline",
    evals: ["toy_prompts_match"],
  });
});

Deno.test("losses that add up are asked of the whole: two members within the margin may be beyond it together", async () => {
  const worse: Technique = {
    ...toyInt8,
    name: "again",
    transform: ({ model, ...rest }) => ({
      ...rest,
      model: { ...model, params: { ...model.params, head: { bits: 4, block: 32, symmetric: true } } },
    }),
  };
  const { stack } = await rows({ stack: [toyInt8, worse] });
  assertEquals(steps(stack).map(({ against, evals }) => [against, ...evals]), [
    ["baseline", "toy_texts_nll"],
    ["toy_int8", "toy_texts_nll"],
    ["baseline", "toy_texts_nll"],
  ]);
});

Deno.test("a changed slot that no judged eval sees makes its row blind", async () => {
  const { batching } = await rows({ batching: [continuousBatching()] }, { evals: [nll] });
  assertEquals(batching!.blind, "no configured eval that is judged sees the scheduler slot");
});

Deno.test("an eval that is only reported is no eye", async () => {
  const reported: Eval = {
    ...nll,
    metrics: [{ name: "nll", unit: "nats/token", better: "lower" }],
  } as unknown as Eval;
  const { int8 } = await rows({ int8: [toyInt8] }, { evals: [match, reported] });
  assertEquals(int8!.blind, "no configured eval that is judged sees the model slot");
});

Deno.test("a blind member makes its whole stack blind", async () => {
  const { stack } = await rows({ stack: [toyInt8, promptLookup()] }, { evals: [nll] });
  assertEquals(stack!.blind, "no configured eval that is judged sees the decoder slot");
});

Deno.test("a technique that changes nothing is blind", async () => {
  const idle: Technique = { ...toyInt8, name: "idle", transform: (stack) => stack };
  const { idle: row } = await rows({ idle: [idle] });
  assertEquals(row!.blind, "idle leaves the stack beneath it as it was");
});

const bench = toyBench({ suite: { candidates: { int8: [toyInt8] } } });
const idOf = async (config: Bench) => (await plan(config)).at(-1)!.trial.id;
const withSuite = (over: Partial<Suite>): Bench => ({
  ...bench,
  suite: suite({ candidates: { int8: [toyInt8] }, ...over }),
});
const dataset = <T extends object>(of: T, over: Record<string, unknown>): T => ({ ...of, ...over });
const otherWeights: Stack = {
  ...baseline,
  model: { ...baseline.model, params: { ...baseline.model.params, weights: "1".repeat(64) } },
};

for (
  const [what, config] of [
    ["the suite's seed", withSuite({ seed: 10 })],
    ["the number of pairs", withSuite({ pairs: 4 })],
    ["the model's weights", { ...bench, baseline: otherWeights }],
    ["the engine", { ...bench, engine: { ...bench.engine, name: "other" } }],
    [
      "how many samples are asked",
      withSuite({ evals: [match, perplexity(texts, { count: 31, tokens: 40 })] }),
    ],
    ["how many tokens are read", withSuite({ evals: [match, perplexity(texts, { count: 30, tokens: 41 })] })],
    ["a margin", withSuite({ evals: [match, { ...nll, metrics: [{ ...nll.metrics[0]!, allowed: 0.01 }] }] })],
    [
      "the data behind an eval",
      withSuite({ evals: [match, { ...nll, dataset: dataset(texts, { digest: "x" }) }] }),
    ],
    [
      "the version of a data set",
      withSuite({ evals: [match, { ...nll, dataset: dataset(texts, { version: "2" }) }] }),
    ],
    ["the requests of a workload", withSuite({ workloads: [workload({ requests: 4 })] })],
    ["the tokens of a workload", withSuite({ workloads: [workload({ maxTokens: 13 })] })],
    [
      "the arrival of a workload",
      withSuite({ workloads: [workload({ arrival: { kind: "closed", clients: 2 } })] }),
    ],
    ["the seed of a workload", withSuite({ workloads: [workload({ seed: 6 })] })],
    [
      "the prompts of a workload",
      withSuite({ workloads: [workload({ prompts: dataset(prompts, { version: "2" }) })] }),
    ],
    [
      "the objective of a workload",
      withSuite({
        workloads: [
          workload({ objective: { figure: "ttft", percentile: "p95", most: { timesBaseline: 2 } } }),
        ],
      }),
    ],
    ["another workload", withSuite({ workloads: [workload(), workload({ name: "other" })] })],
    ["a claim", withSuite({ candidates: { int8: [{ ...toyInt8, claim: "identical" }] } })],
  ] as readonly (readonly [string, Bench])[]
) {
  Deno.test(`a trial is another one with ${what}`, async () =>
    assertNotEquals(await idOf(config), await idOf(bench)));
}

for (
  const [what, config] of [
    [
      "other words about a technique",
      withSuite({ candidates: { int8: [{ ...toyInt8, summary: "x", source: "y" }] } }),
    ],
    ["other words about a suite", withSuite({ summary: "x" })],
    ["other words about an eval", withSuite({ evals: [match, { ...nll, summary: "x" }] })],
    ["an eval that does not ask it", withSuite({ evals: [{ ...match, count: 5 }, nll] })],
    ["a row beside it", withSuite({ candidates: { other: [promptLookup()], int8: [toyInt8] } })],
    ["another place of the model's file", {
      ...bench,
      baseline: { ...baseline, model: { ...baseline.model, file: "/x" } },
    }],
    ["another clock", { ...bench, clock: new ManualClock(7) }],
  ] as readonly (readonly [string, Bench])[]
) {
  Deno.test(`a trial is the same one with ${what}`, async () =>
    assertEquals(await idOf(config), await idOf(bench)));
}

Deno.test("a trial says what was tried", async () => {
  const { int8 } = await rows({ int8: [toyInt8] });
  const { trial } = int8!;
  assertEquals([trial.suite, trial.engine, trial.seed, trial.workloads], ["toy", "toy", 9, ["toy_single"]]);
  assertEquals(trial.evals, [{
    name: "toy_texts_nll",
    dataset: "toy_texts",
    digest: "toy_texts",
    count: 30,
  }]);
  assert(!JSON.stringify(trial).includes("file://"));
});

Deno.test("a trial keeps a digest of what each workload asks, which goes with its load and not with its objective", async () => {
  const loads = async (over: Partial<Workload>) =>
    (await rows({}, { workloads: [workload(over)] }))["baseline again"]!.trial.loads!;
  const objective = { figure: "ttft", percentile: "p95", most: { milliseconds: 1 } } as const;
  const plain = await loads({});
  assertEquals([Object.keys(plain), await loads({ objective })], [["toy_single"], plain]);
  for (const other of [{ requests: 4 }, { maxTokens: 13 }, { seed: 6 }]) {
    assertNotEquals(await loads(other), plain);
  }
});
