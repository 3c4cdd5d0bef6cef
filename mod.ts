/**
 * Assay: the evaluation-first benchmark of inference optimizations. Imported, this is the public API; run, it is the
 * command line, which only hands over to the room that owns the verb.
 *
 * A suite of one's own, with a data set of one's own and a margin of one's own (`results/templates/` has whole files):
 *
 * ```ts
 * import { allowing, chatSingle, jsonl, multipleChoice, type Suite, techniques } from "@assay/assay";
 *
 * export async function mine(rows: URL): Promise<Suite> {
 *   const questions = await jsonl("choices", rows, { name: "questions", license: "mine", split: "test" });
 *   const asked = multipleChoice(questions, { count: questions.size, judged: "acc", chance: 0.5 });
 *   return {
 *     name: "mine",
 *     summary: "int8 on my questions",
 *     candidates: { int8: [techniques.int8] },
 *     evals: [allowing(asked, { acc: 0.01 })],
 *     workloads: [chatSingle],
 *     pairs: 6,
 *     seed: 1,
 *   };
 * }
 * ```
 *
 * A technique is a function from stack to stack; slots hold plain data, and `module` exports the live half:
 *
 * ```ts
 * import { changed, dense, type Stack, type Technique } from "@assay/assay";
 *
 * export const small: Technique = {
 *   name: "small_cache",
 *   slot: "cache",
 *   claim: "identical",
 *   bottleneck: "kv-memory",
 *   scope: "static",
 *   summary: "Keeps 512 tokens.",
 *   source: "an example",
 *   transform: (stack) => ({ ...stack, cache: dense(512) }),
 * };
 * export const slots = async (stack: Stack) => changed(stack, await small.transform(stack));
 * ```
 *
 * Tokens from a session:
 *
 * ```ts
 * import { defaultModel, dense, oneAtATime, onnxEngine, plain } from "@assay/assay";
 *
 * export async function answer(question: string): Promise<string> {
 *   const engine = onnxEngine({ backend: "native" });
 *   const stack = { model: await defaultModel(), cache: dense(), decoder: plain, scheduler: oneAtATime };
 *   await using session = await engine.open(stack);
 *   const { chat, decode, eos } = session.tokenizer;
 *   const request = { id: "1", prompt: chat([{ role: "user", content: question }]), maxTokens: 64, stop: [eos] };
 *   const told: number[] = [];
 *   for await (const { tokens } of session.generate([request])) told.push(...tokens);
 *   return decode(told.filter((token) => token !== eos));
 * }
 * ```
 *
 * The gate alone, over scores from anywhere, paired by sample:
 *
 * ```ts
 * import { compare, judge } from "@assay/assay";
 *
 * const samples = Array.from({ length: 400 }, (_, i) => {
 *   const right = Number(i % 3 > 0);
 *   return { id: `${i}`, cluster: `${i}`, weight: 1, base: right, candidate: right };
 * });
 * const metric = { name: "acc", unit: "fraction", better: "higher", allowed: 0.02 } as const;
 * const check = compare(metric, { eval: "mine", when: "quiet", against: "baseline" }, samples);
 * if (judge([check]).kind !== "pass") throw new Error("equal scores pass");
 * ```
 *
 * What was recorded:
 *
 * ```ts
 * import { openStore } from "@assay/assay";
 *
 * using store = openStore(":memory:");
 * for (const { stamp, outcome } of store.read()) console.log(stamp.at, outcome.trial.name, outcome.kind);
 * ```
 */
export * from "./engine/mod.ts";
export * from "./datasets/mod.ts";
export * from "./techniques/mod.ts";
export * from "./evals/mod.ts";
export * from "./results/mod.ts";

import { UserError } from "./engine/mod.ts";
import { visible } from "./results/mod.ts";

type Verb = (args: readonly string[]) => Promise<number>;

const VERBS: Readonly<
  Record<
    string,
    // What has no `about` is for our own processes, and is not listed.
    { readonly about?: string; readonly load: () => Promise<{ readonly run: Verb }> }
  >
> = {
  bench: {
    about: "judge techniques, race those that pass, print the board",
    load: () => import("./results/verbs/bench.ts"),
  },
  check: {
    about: "race a change against its base, answers first; exit code 2 where anything got worse",
    load: () => import("./results/verbs/check.ts"),
  },
  promote: {
    about: "say which recordings later ones are held against, why, and until when",
    load: () => import("./results/verbs/promote.ts"),
  },
  comment: {
    about: "put the report of a check on its pull request",
    load: () => import("./results/verbs/comment.ts"),
  },
  perf: {
    about: "time any stack, unverified; records nothing",
    load: () => import("./results/verbs/perf.ts"),
  },
  train: {
    about: "train what a technique needs before it can run",
    load: () => import("./results/verbs/train.ts"),
  },
  serve: {
    about: "serve a model, or a recorded stack, to any OpenAI client",
    load: () => import("./results/verbs/serve.ts"),
  },
  load: {
    about: "load any OpenAI-compatible server with a workload; records nothing",
    load: () => import("./results/verbs/load.ts"),
  },
  view: {
    about: "serve the boards and trials as pages on this machine",
    load: () => import("./results/verbs/view.ts"),
  },
  publish: {
    about: "write the boards and trials as a site of files",
    load: () => import("./results/verbs/publish.ts"),
  },
  compare: {
    about: "lay two recordings side by side, sample by sample",
    load: () => import("./results/verbs/compare.ts"),
  },
  explain: {
    about: "say why a trial passed or was refused, with the samples that decided",
    load: () => import("./results/verbs/explain.ts"),
  },
  new: {
    about: "write a starting file: a suite, technique or data set of your own",
    load: () => import("./results/verbs/new.ts"),
  },
  cache: {
    about: "show or clear what was fetched and built",
    load: () => import("./results/verbs/cache.ts"),
  },
  side: { load: () => import("./results/verbs/side.ts") },
  import: {
    about: "take in exports of other machines, or judge logs of lm-evaluation-harness or Inspect in pairs",
    load: () => import("./results/verbs/import.ts"),
  },
  export: {
    about: "write recordings as lines of JSON for another machine, signed if wished",
    load: () => import("./results/verbs/export.ts"),
  },
};

/** Runs the command line; resolves to the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  const verb = name !== undefined && Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (!verb) {
    const help = name === undefined || name === "--help" || name === "-h" || name === "help";
    const listed = Object.entries(VERBS).filter(([, { about }]) => about !== undefined);
    const lines = listed.map(([verb, { about }]) => `  deno task ${verb.padEnd(8)} ${about}`);
    const text = `Assay judges inference optimizations by their answers before it times them.\n\n${
      lines.join("\n")
    }\n\nEach takes --help.`;
    const verbs = listed.map(([verb]) => verb).join(", ");
    if (help) console.log(text);
    else console.error(`Cannot run ${name} as the verb must be one of ${verbs}.`);
    return help ? 0 : 1;
  }
  try {
    return await (await verb.load()).run(rest);
  } catch (error) {
    // What went wrong may quote names and answers: no line of it can steer the terminal.
    const lines = (text: string) => text.split("\n").map(visible).join("\n");
    if (error instanceof UserError) console.error(lines(error.message));
    else {
      const trace = error instanceof Error ? error.stack ?? error.message : String(error);
      console.error(`Assay failed in a way that it should not have; please report this.\n${lines(trace)}`);
    }
    return 1;
  }
}

// Not awaited: a user's suite imports this module, which has to be whole by then.
if (import.meta.main) void main(Deno.args).then((code) => Deno.exit(code));
