/**
 * The embedded engine beside llama.cpp, on the same weights and threads in one run: tokens a second of one stream after
 * a prompt of 50 tokens, greedy on both sides, in turns. Writes llama_cpp_bench.json and llama_cpp_bench.md beside this
 * file. llama.cpp is told to use as many threads as ours; everything else is as it comes (K and V as 16-bit floats).
 *
 *   deno run -A tests/bench/llama_cpp_bench.ts --llama-bin DIR [--pairs N] [--folder DIR]
 */
import { parseArgs } from "@std/cli";
import {
  compose,
  defaultModel,
  dense,
  type Integers,
  oneAtATime,
  onnxEngine,
  percentiles,
  plain,
  type Precision,
  ratioOf,
  type Session,
  type Stack,
  take,
  techniques,
  versions,
  wikiTextCalibration,
} from "../../mod.ts";
import { graphBytes } from "../../engine/engines/graph_files.ts";
import { workFolder } from "../parity/environment.ts";
import { main } from "../parity/peer.ts";
import { type Completed, LlamaServer } from "../parity/tokenizer/llama_server.ts";
import { llamaBench, llamaBinaries, llamaBuild, llamaFile } from "./llama_cpp.ts";
import { files, type Row } from "./llama_cpp_report.ts";

const PROMPT = 50;
const TOKENS = 64;
/** Answers of a block. */
const ANSWERS = 2;
const THREADS = navigator.hardwareConcurrency;

const wide: Integers = { bits: 8, block: 64, symmetric: false };
const withHead = (stack: Stack, head: Precision): Stack => ({
  ...stack,
  model: { ...stack.model, params: { ...stack.model.params, head } },
});

await main(async () => {
  const { pairs: given = "8" } = parseArgs(Deno.args, { string: ["pairs"] }) as { pairs?: string };
  const pairs = Number(given);
  const bin = await llamaBinaries();
  const build = await llamaBuild(bin);
  const folder = await workFolder("llama-cpp");
  const engine = onnxEngine({ backend: "native", threads: THREADS });
  const f32: Stack = { model: await defaultModel(), cache: dense(), decoder: plain, scheduler: oneAtATime };
  const [int8, int4] = await Promise.all(
    [techniques.int8, techniques.int4].map(async (one) => (await compose(f32, [one])).at(-1)!),
  );
  const { file, params: { stored } } = f32.model;
  const contests: readonly { ours: string; stack: Stack; theirs: string; file: string }[] = [
    { ours: "f32", stack: f32, theirs: "F32", file: await llamaFile(bin, file, "F32", folder) },
    { ours: "int8", stack: int8!, theirs: "Q8_0", file: await llamaFile(bin, file, "Q8_0", folder) },
    { ours: "int4", stack: int4!, theirs: stored, file },
    { ours: "int4, head int8", stack: withHead(int4!, wide), theirs: stored, file },
  ];
  const load = Deno.loadavg()[0]!;
  const rows: Row[] = [];
  for (const { ours, stack, theirs, file } of contests) {
    console.error(`${ours} beside ${theirs}`);
    const alone = await llamaBench(bin, file, { threads: THREADS, depth: PROMPT, tokens: TOKENS });
    await using session = await engine.open(stack);
    await using server = await LlamaServer.start(`${bin}/llama-server`, file, THREADS);
    rows.push({
      ours,
      theirs,
      ourBytes: graphBytes(stack, "split"),
      theirBytes: (await Deno.stat(file)).size,
      llamaBench: alone,
      ...await contest(session, server, pairs),
    });
  }
  const hardware = await engine.hardware();
  const at = new Date().toISOString();
  await files.write({ at, hardware, versions: versions(), build, model: f32.model.name, pairs, load, rows });
  return true;
});

/** Both in turns over the same prompts, of which each pair of blocks has its own. */
async function contest(session: Session, server: LlamaServer, pairs: number) {
  const prompts = await promptsFor(session, (pairs + 1) * ANSWERS);
  const arms = {
    ours: (prompt: readonly number[]) => answer(session, prompt),
    theirs: (prompt: readonly number[]) => server.complete(prompt, TOKENS),
  };
  const block = async (arm: keyof typeof arms, pair: number) => {
    const answers: Completed[] = [];
    for (const prompt of prompts.slice(pair * ANSWERS, (pair + 1) * ANSWERS)) {
      answers.push(await arms[arm](prompt));
    }
    const milliseconds = answers.reduce((sum, one) => sum + one.milliseconds, 0);
    return { answers, rate: 1000 * ANSWERS * (TOKENS - 1) / milliseconds };
  };
  for (const arm of ["ours", "theirs"] as const) await block(arm, pairs);
  const found = { ours: [] as number[], theirs: [] as number[] };
  let alike = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const order = pair % 2 === 0 ? ["theirs", "ours"] as const : ["ours", "theirs"] as const;
    const told = { ours: "", theirs: "" };
    for (const arm of order) {
      const { answers, rate } = await block(arm, pair);
      found[arm].push(rate);
      told[arm] = JSON.stringify(answers.map(({ tokens }) => tokens));
    }
    if (told.ours === told.theirs) alike++;
  }
  return {
    rates: found,
    ourRate: percentiles(found.ours).p50,
    theirRate: percentiles(found.theirs).p50,
    ratio: ratioOf(found.ours.map((rate, i) => Math.log(rate / found.theirs[i]!)), 1),
    sameTokens: alike / pairs,
  };
}

/** The beginnings of articles that nothing is judged on. */
async function promptsFor({ tokenizer }: Session, count: number): Promise<readonly (readonly number[])[]> {
  const texts = await take(wikiTextCalibration, count, 13);
  return texts.map(({ text }) => tokenizer.encode(text).slice(0, PROMPT));
}

async function answer(session: Session, prompt: readonly number[]): Promise<Completed> {
  const tokens: number[] = [];
  const times: number[] = [];
  for await (const told of session.generate([{ id: "1", prompt, maxTokens: TOKENS, stop: [] }])) {
    tokens.push(...told.tokens);
    times.push(told.at);
  }
  return { tokens, milliseconds: times.at(-1)! - times[0]! };
}
