/**
 * The embedded engine beside transformers.js, on the same weights and threads in one run: tokens a second at one and
 * eight streams, at eight beside its own 32-bit floats too, the cost of a long context, resident memory, and the
 * harness's own share of a race. Writes engine_bench.json and engine_bench.md beside this file.
 *
 *   deno run -A tests/bench/engine_bench.ts [--pairs N]
 */
import { parseArgs } from "@std/cli";
import { graphFolder } from "../../engine/engines/graph_files.ts";
import { weightBytes } from "../../engine/graph/builder.ts";
import { modelConfig, openWeights } from "../../engine/weights/mod.ts";
import {
  chatSingle,
  compose,
  continuousBatching,
  defaultModel,
  dense,
  drive,
  type Engine,
  mtBench,
  oneAtATime,
  onnxEngine,
  percentiles,
  plain,
  ratioOf,
  type Session,
  type Stack,
  systemClock,
  take,
  type Technique,
  techniques,
  toRequest,
  transformersJs,
  versions,
  type Workload,
} from "../../mod.ts";
import { bandwidth } from "./bandwidth.ts";
import { type Context, type Duel, files, type Report } from "./engine_report.ts";

const single: Workload = { ...chatSingle, requests: 2, maxTokens: 64, seed: 11 };
const eight: Workload = {
  name: "chat_eight",
  summary: "MT-Bench questions, eight at once",
  prompts: mtBench,
  arrival: { kind: "offline" },
  requests: 8,
  maxTokens: 48,
  seed: 12,
};
const SHORT = 50;
const LONG = 1500;
const TOKENS = 32;
const TEXT = "The quick brown fox jumps over the lazy dog and runs away. ".repeat(200);

const precisions: Readonly<Record<string, readonly Technique[]>> = {
  f32: [],
  int8: [techniques.int8],
  int4: [techniques.int4],
  w8a8: [techniques.w8a8],
};

const { pairs: given = "6" } = parseArgs(Deno.args, { string: ["pairs"] }) as { pairs?: string };
const pairs = Number(given);
const engine = onnxEngine({ backend: "native" });
const peer = transformersJs();
const baseline: Stack = {
  model: await defaultModel(),
  cache: dense(),
  decoder: plain,
  scheduler: oneAtATime,
};
const say = (text: string) => console.error(text);

const report: Report = {
  at: new Date().toISOString(),
  hardware: await engine.hardware(),
  versions: versions(),
  pairs,
  load: Deno.loadavg()[0]!,
  bandwidth: await bandwidth(navigator.hardwareConcurrency),
  kvBytes: kvBytes(),
  rows: [],
};

for (const [precision, quantizers] of Object.entries(precisions)) {
  const stack = (await compose(baseline, quantizers)).at(-1)!;
  const batched = (await compose(stack, [continuousBatching()])).at(-1)!;
  say(`${precision}: memory`);
  const [addedBytes, peerBytes] = [await memoryOf(engine, stack), await memoryOf(peer, stack)];
  await using theirs = await peer.open(stack);
  await using alone = await engine.open(stack);
  await using together = await engine.open(batched);
  say(`${precision}: one stream`);
  const one = await duel(theirs, alone, single);
  say(`${precision}: eight streams`);
  const many = await duel(theirs, together, eight);
  say(`${precision}: eight streams beside f32`);
  const overF32 = quantizers.length > 0 ? await besideF32(together) : undefined;
  say(`${precision}: context`);
  const context = await contextCost(alone);
  report.rows.push({
    precision,
    weightBytes: await weightBytes(await graphFolder(stack, "split", () => {})),
    one,
    many,
    ...(overF32 ? { overF32 } : {}),
    context,
    addedBytes,
    peerBytes,
  });
}
await files.write(report);

/** Ours over theirs on one workload in turns, and how long our engine was at work in our blocks. */
async function duel(theirs: Session, ours: Session, workload: Workload): Promise<Duel> {
  const prompts = await take(workload.prompts, (pairs + 1) * workload.requests, workload.seed);
  const block = async (session: Session, pair: number) => {
    const requests = prompts.slice(pair * workload.requests, (pair + 1) * workload.requests)
      .map((prompt) => toRequest(session, prompt, workload.maxTokens));
    const { block: { duration } } = await drive(session, requests, workload.arrival, systemClock);
    return { duration, rate: workload.requests * workload.maxTokens / duration * 1000 };
  };
  for (const session of [theirs, ours]) await block(session, pairs);
  const worked = async () => (await ours.stats()).counters.stepMilliseconds!;
  const [rates, own]: [number[], number[]] = [[], []];
  let [busy, total] = [-await worked(), 0];
  for (let pair = 0; pair < pairs; pair++) {
    for (const session of pair % 2 === 0 ? [theirs, ours] : [ours, theirs]) {
      const { duration, rate } = await block(session, pair);
      (session === ours ? own : rates).push(rate);
      if (session === ours) total += duration;
    }
  }
  busy += await worked();
  const ratio = ratioOf(own.map((value, i) => Math.log(value / rates[i]!)), 1);
  return { theirs: percentiles(rates).p50, ours: percentiles(own).p50, ratio, harness: 1 - busy / total };
}

/** Eight streams over our own 32-bit floats in turns. */
async function besideF32(ours: Session): Promise<Duel> {
  await using floats = await engine.open((await compose(baseline, [continuousBatching()])).at(-1)!);
  return await duel(floats, ours, eight);
}

/** Time per output token after a long prompt over that after a short one, in turns. */
async function contextCost(session: Session): Promise<Context> {
  const ids = session.tokenizer.encode(TEXT);
  const tpot = async (length: number) => {
    const times: number[] = [];
    const request = { id: `${length}`, prompt: ids.slice(0, length), maxTokens: TOKENS, stop: [] };
    for await (const { at } of session.generate([request])) times.push(at);
    return (times.at(-1)! - times[0]!) / (times.length - 1);
  };
  const [short, long]: [number[], number[]] = [[], []];
  for (let pair = 0; pair < pairs; pair++) {
    short.push(await tpot(SHORT));
    long.push(await tpot(LONG));
  }
  return {
    short: percentiles(short).p50,
    long: percentiles(long).p50,
    ratio: ratioOf(long.map((value, i) => Math.log(value / short[i]!)), 2),
  };
}

/** Resident memory of a session by itself that has answered a long prompt. */
async function memoryOf(of: Engine, stack: Stack): Promise<number> {
  await using session = await of.open(stack);
  const prompt = session.tokenizer.encode(TEXT).slice(0, LONG);
  for await (const _ of session.generate([{ id: "long", prompt, maxTokens: TOKENS, stop: [] }]));
  return (await session.stats()).addedBytes;
}

/** Bytes of K and V after the long prompt, in 32-bit floats. */
function kvBytes(): number {
  using weights = openWeights(baseline.model.file);
  const { layers, kvHeads, headDim } = modelConfig(weights);
  return LONG * layers * 2 * kvHeads * headDim * 4;
}
