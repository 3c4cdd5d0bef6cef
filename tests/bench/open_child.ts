/**
 * One opening for open_bench.ts, in a process of its own: opens a known model at a precision, answers a short prompt,
 * and says on its last line what time and memory that took. Reads /proc, so Linux only.
 *
 *   deno run -A tests/bench/open_child.ts MODEL PRECISION
 */
import { graphBytes } from "../../engine/engines/graph_files.ts";
import {
  compose,
  dense,
  knownModel,
  MODELS,
  oneAtATime,
  onnxEngine,
  plain,
  type Technique,
  techniques,
} from "../../mod.ts";

/** What one opening took. Seconds count from the start of the process. */
export interface Opened {
  readonly graphBytes: number;
  /** Until the graph was written; absent where it was there. */
  readonly written?: number;
  readonly opened: number;
  /** Seconds of all processors until it was open. */
  readonly cpu: number;
  /** Resident bytes: the most ever, mapped files included; the most that was not of files; after an answer. */
  readonly peak: number;
  readonly peakAnonymous: number;
  readonly steady: number;
  /** What it answered, to be looked at. */
  readonly answer: string;
}

/** By the name of a precision, what makes it of the baseline. */
export const PRECISIONS: Readonly<Record<string, readonly Technique[]>> = {
  f32: [],
  int8: [techniques.int8],
  int4: [techniques.int4],
};
const PROMPT = "Write a Python function that returns the n-th Fibonacci number.";
const TOKENS = 48;
const SAMPLE_MS = 10;

if (import.meta.main) {
  const [name, precision] = Deno.args as [string, string];
  let peakAnonymous = 0;
  const sampler = setInterval(() => (peakAnonymous = Math.max(peakAnonymous, memory("RssAnon"))), SAMPLE_MS);
  let written: number | undefined;
  const progress = (done: number) => {
    if (done === 1) written ??= seconds();
  };
  const model = await knownModel(MODELS[name]!);
  const baseline = { model, cache: dense(), decoder: plain, scheduler: oneAtATime };
  const stack = (await compose(baseline, PRECISIONS[precision]!)).at(-1)!;
  const session = await onnxEngine({ backend: "native", progress }).open(stack);
  const [opened, cpu] = [seconds(), processorSeconds()];
  const prompt = session.tokenizer.chat([{ role: "user", content: PROMPT }]);
  const tokens: number[] = [];
  const { eos } = session.tokenizer;
  for await (const emission of session.generate([{ id: "one", prompt, maxTokens: TOKENS, stop: [eos] }])) {
    tokens.push(...emission.tokens);
  }
  clearInterval(sampler);
  const told: Opened = {
    graphBytes: graphBytes(stack, "split"),
    ...(written === undefined ? {} : { written }),
    opened,
    cpu,
    peak: memory("VmHWM"),
    peakAnonymous,
    steady: memory("VmRSS"),
    answer: session.tokenizer.decode(tokens),
  };
  await session[Symbol.asyncDispose]();
  console.log(JSON.stringify(told));
}

function seconds(): number {
  return performance.now() / 1000;
}

/** A field of the process's status, in bytes. */
function memory(field: string): number {
  const [, kibibytes] = Deno.readTextFileSync("/proc/self/status").match(
    new RegExp(`^${field}:\\s+(\\d+)`, "m"),
  )!;
  return Number(kibibytes) * 1024;
}

/** Of this process's threads and the children that it waited for. */
function processorSeconds(): number {
  const fields = Deno.readTextFileSync("/proc/self/stat").split(") ").at(-1)!.split(" ");
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
}
