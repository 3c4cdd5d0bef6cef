/** A made-up suite on the toy engine, whose every step costs a fixed time on a manual clock: a run is exact and instant. */
import { assert } from "@std/assert";
import {
  dense,
  type Engine,
  ManualClock,
  type Model,
  oneAtATime,
  plain,
  type Session,
  type Stack,
} from "../../engine/mod.ts";
import { toyEngine, toyModel, type ToyOptions } from "../../engine/engines/toy.ts";
import type { Choices, Cloze, Dataset, Prompt, Sample, Text, Workload } from "../../datasets/mod.ts";
import {
  type Bench,
  bench,
  type Ledger,
  type Outcome,
  perplexity,
  type Suite,
  tokenMatch,
  type WorkloadSpeed,
} from "../../evals/mod.ts";
import type { Technique } from "../../techniques/mod.ts";

export const baseline: Stack = { model: toyModel, cache: dense(), decoder: plain, scheduler: oneAtATime };

/** A data set held in memory. */
export function inMemory<S extends Sample>(name: string, samples: readonly S[]): Dataset<S> {
  return {
    name,
    version: "1",
    source: "made up",
    license: "none",
    split: "test",
    digest: name,
    size: samples.length,
    async *samples() {
      yield* samples;
    },
  };
}

const sample = (id: string) => ({ id, cluster: id, slices: [] });
const WORDS = ["copper ", "silver ", "gold ", "lead ", "tin ", "iron "];
const words = (seed: number, count: number) =>
  Array.from({ length: count }, (_, i) => WORDS[(seed * 7 + i * i + i * seed) % WORDS.length]!).join("");

export const prompts: Dataset<Prompt> = inMemory(
  "toy_prompts",
  Array.from({ length: 60 }, (_, i) => ({ ...sample(`p${i}`), turns: [`${words(i, 5)}${i}`] })),
);
export const texts: Dataset<Text> = inMemory(
  "toy_texts",
  Array.from({ length: 40 }, (_, i) => ({ ...sample(`t${i}`), text: words(i + 3, 8) + i })),
);
export const choices: Dataset<Choices> = inMemory(
  "toy_choices",
  Array.from({ length: 40 }, (_, i) => ({
    ...sample(`q${i}`),
    context: words(i, 3).trim(),
    continuations: [" gold", " lead", " iron"],
    gold: i % 3,
  })),
);
export const passages: Dataset<Cloze> = inMemory(
  "toy_passages",
  Array.from(
    { length: 10 },
    (_, i) => ({ ...sample(`c${i}`), context: words(i, 4).trim(), target: ` ${i}` }),
  ),
);

export const workload = (over: Partial<Workload> = {}): Workload => ({
  name: "toy_single",
  summary: "made-up prompts",
  prompts,
  arrival: { kind: "single" },
  requests: 3,
  maxTokens: 12,
  seed: 5,
  ...over,
});

export const suite = (over: Partial<Suite> = {}): Suite => ({
  name: "toy",
  summary: "made up",
  candidates: {},
  evals: [tokenMatch(prompts, { count: 4, tokens: 12 }), perplexity(texts, { count: 30, tokens: 40 })],
  workloads: [workload()],
  pairs: 3,
  seed: 9,
  ...over,
});

/** What a step costs in milliseconds: a fixed part and one for each row. */
export interface Cost {
  readonly step: number;
  readonly row: number;
}

/** The toy engine on a manual clock; `per` gives the options of a stack, by which a fault meets that stack alone. */
export function timedEngine(
  clock: ManualClock,
  per: (stack: Stack) => ToyOptions & { readonly cost?: Cost } = () => ({}),
): Engine & { readonly opened: Stack[] } {
  const opened: Stack[] = [];
  const engine = toyEngine();
  return {
    ...engine,
    opened,
    open(stack: Stack): Promise<Session> {
      opened.push(stack);
      const { cost = { step: 8, row: 0.25 }, distort, ...options } = per(stack);
      const onForward = (rows: number) => clock.advance(cost.step + cost.row * rows);
      const distorted: ToyOptions["distort"] = (logits, row, batch) => {
        if (isInt8(stack)) round(logits);
        distort?.(logits, row, batch);
      };
      return toyEngine({ clock, onForward, distort: distorted, ...options }).open(stack);
    },
  };
}

export interface ToyBench {
  readonly suite?: Partial<Suite>;
  readonly per?: Parameters<typeof timedEngine>[1];
  readonly peer?: Engine;
}

/** A bench on a clock of its own. */
export function toyBench(over: ToyBench = {}): Bench & { readonly opened: readonly Stack[] } {
  const clock = new ManualClock(1000);
  const engine = timedEngine(clock, over.per);
  const peer = over.peer === undefined ? {} : { peer: over.peer };
  return { suite: suite(over.suite), engine, baseline, clock, opened: engine.opened, ...peer };
}

/** A ledger that knows these outcomes. */
export const ledgerOf = (known: readonly Outcome[] = []): Ledger => ({
  done: (trial) => known.find((outcome) => outcome.trial.id === trial.id),
  tries: () => 0,
});

/** Every outcome of a run by the name of its row. */
export async function outcomes(
  config: Bench,
  known: readonly Outcome[] = [],
): Promise<Readonly<Record<string, Outcome>>> {
  const all: Record<string, Outcome> = {};
  for await (const { outcome } of bench(config, ledgerOf(known))) all[outcome.trial.name] = outcome;
  return all;
}

/** A technique that only says that the weights are held in 8 bits; a timed engine then rounds. */
export const toyInt8: Technique = {
  name: "toy_int8",
  slot: "model",
  claim: "equivalent",
  bottleneck: "memory-bandwidth",
  scope: "static",
  summary: "made up",
  source: "made up",
  transform: (stack) => ({ ...stack, model: toyModelOf(8) }),
};

/** Does nothing to a choice, and something to every likelihood. */
function round(logits: Float32Array): void {
  for (let i = 0; i < logits.length; i++) logits[i]! *= 1 + 1e-5;
}

export const isInt8 = (stack: Stack) => stack.model.params.body.bits === 8;

function toyModelOf(bits: 8): Model {
  const precision = { bits, block: 32, symmetric: true } as const;
  return { ...toyModel, params: { ...toyModel.params, body: precision, head: precision } };
}

/** A technique that puts a module of tests/evals/faults in a slot. */
export const planted = (slot: "cache" | "scheduler" | "decoder", name: string): Technique => ({
  name,
  slot,
  claim: "identical",
  bottleneck: "compute",
  scope: "static",
  summary: "a fault",
  source: "made up",
  transform: (stack) => ({
    ...stack,
    [slot]: { name, params: {}, module: new URL(`./faults/${name}.ts`, import.meta.url).href },
  }),
});

/** The speed of an outcome that must be recorded. */
export function speedOf(outcome: Outcome | undefined): readonly WorkloadSpeed[] {
  const text = JSON.stringify(outcome, (key, value) => (key === "samples" ? [] : value));
  assert(outcome?.kind === "recorded", text);
  return outcome.speed.workloads;
}
