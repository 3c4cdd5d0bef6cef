/**
 * How many sequences are held at once in the same memory, by counting: paged, and reserving room for the prompt and
 * max_tokens (Kwon et al., PagedAttention, SOSP 2023), at ShareGPT's lengths. The engine's own loop, pages and staging
 * run with rows of one number each; no model is needed. Writes paging_bench.json and paging_bench.md beside this file.
 *
 *   deno run -A tests/bench/paging_bench.ts
 */
import {
  type Batch,
  type Forward,
  groupSpans,
  ManualClock,
  type Network,
  PAGE_TOKENS,
  PagedCache,
  readCommit,
  sharegpt,
  spans,
  take,
} from "../../mod.ts";
import { open as plain } from "../../engine/decoder.ts";
import { Staging } from "../../engine/engines/staging.ts";
import { Loop } from "../../engine/loop.ts";
import { open as continuousBatching } from "../../techniques/batchers/continuous_batching.ts";
import { CHARACTERS_PER_TOKEN } from "../../datasets/text/haystack.ts";
import { reportFiles } from "./report_files.ts";

/** The memory that both have, in tokens, and what is asked of them. */
const MEMORY = 32768;
const REQUESTS = 800;
const MAX_TOKENS = 1024;
const SEED = 10;
const SHAPE = { layers: 1, kvHeads: 1, headDim: 1, vocabulary: 2, width: 1, context: 4096 };
/** As engine/engines/onnx_network.ts tells decoding rows from prefill chunks. */
const DECODE_ROWS = 16;
const GOAL = 3;

/** Sets the whole of prompt and max_tokens aside before anything is computed. */
class Reserving extends PagedCache {
  override reserve(seq: number, rows: number): boolean {
    const held = this.row(seq);
    return super.reserve(seq, held.pages.length === 0 ? rows + MAX_TOKENS : rows);
  }
}

/** Copies the past where the real network would, and computes nothing. */
class Counting implements Network {
  readonly shape = SHAPE;
  readonly #staging = [new Staging(SHAPE), new Staging(SHAPE)] as const;
  /** Tokens, at the peak. */
  scratch = 0;
  readonly held: number[] = [];

  forward(batch: Batch): Promise<Forward> {
    const groups = groupSpans(spans(batch));
    const sizes = [0, 0];
    for (const group of groups) {
      const long = groups.length > 1 && Math.max(...group.map(({ from, to }) => to - from)) > DECODE_ROWS;
      const views = group.map(({ sequence }) => batch.past[sequence]!);
      if (views.every(({ length }) => length === 0)) continue;
      const { arrays } = this.#staging[long ? 1 : 0]!.stage(views);
      sizes[long ? 1 : 0] = arrays[0]!.buffer.byteLength / 4;
    }
    this.scratch = Math.max(this.scratch, sizes[0]! + sizes[1]!);
    this.held.push(batch.past.length);
    return Promise.resolve({
      logits: new Float32Array(batch.want.length * SHAPE.vocabulary),
      kv: new Float32Array(batch.tokens.length * 2),
    });
  }

  logSumExp = (logits: Float32Array) => Promise.resolve(new Float32Array(logits.length / SHAPE.vocabulary));
  [Symbol.asyncDispose] = () => Promise.resolve();
}

const requests = (await take(sharegpt, REQUESTS, SEED)).map(({ turns, answerTokens = 1 }, i) => ({
  id: `${i}`,
  prompt: Array<number>(Math.max(1, Math.round(turns[0]!.length / CHARACTERS_PER_TOKEN))).fill(1),
  maxTokens: Math.min(MAX_TOKENS, answerTokens),
  stop: [],
}));

/** Sequences in a step on average while some wait, in so many tokens of K/V; scratch and recomputed rows beside them. */
async function held(cache: PagedCache) {
  const network = new Counting();
  const scheduler = continuousBatching({ sequences: REQUESTS, rows: 1 << 20 });
  const loop = new Loop({ network, cache, decoder: plain(), scheduler, clock: new ManualClock() });
  for (const request of requests) loop.submit(request);
  let ended = 0;
  // From the first full steps on, and until nobody waits.
  while (!loop.idle && ended < REQUESTS / 2) {
    for (const { finish } of await loop.step()) if (finish) ended++;
  }
  const steps = network.held.slice(network.held.length / 10);
  const { preempted } = loop.counters;
  const sequences = steps.reduce((sum, count) => sum + count, 0) / steps.length;
  return { sequences, scratch: network.scratch, preempted: preempted! };
}

type Held = Awaited<ReturnType<typeof held>> & { readonly tokens: number };
type Kind = "paged" | "reserved";
const caches = { paged: PagedCache, reserved: Reserving } as const;

/** With the most K/V that leaves room for scratch, where it counts. */
async function within(kind: Kind, scratch: boolean): Promise<Held> {
  const run = async (tokens: number): Promise<Held> => ({
    tokens,
    ...await held(new caches[kind](SHAPE, tokens)),
  });
  if (!scratch) return await run(MEMORY);
  let [low, high] = [4096, MEMORY];
  let best = await run(low);
  while (high - low > 256) {
    const middle = Math.floor((low + high) / 2 / PAGE_TOKENS) * PAGE_TOKENS;
    const found = await run(middle);
    if (middle + found.scratch <= MEMORY) [low, best] = [middle, found];
    else high = middle;
  }
  return best;
}

interface Report {
  readonly at: string;
  readonly commit: string;
  readonly prompt: number;
  readonly answer: number;
  readonly rows: Readonly<Record<Kind, { readonly alone: Held; readonly withScratch: Held }>>;
}

const mean = (of: (request: (typeof requests)[number]) => number) =>
  requests.reduce((sum, request) => sum + of(request), 0) / requests.length;

function markdown({ at, commit, prompt, answer, rows: { paged, reserved } }: Report): string {
  const line = (name: string, { tokens, scratch, sequences, preempted }: Held) =>
    `| ${name} | ${tokens} | ${scratch} | ${sequences.toFixed(1)} | ${preempted} |`;
  const goal = (name: string, ours: Held, theirs: Held) => {
    const ratio = ours.sequences / theirs.sequences;
    return `- ${name}: ${ratio.toFixed(2)}x${ratio >= GOAL ? "" : `, under the goal of ${GOAL}x`}.`;
  };
  return [
    "# Sequences held at once",
    "",
    `Counted, not timed, at ${at.slice(0, 10)}, commit ${commit.slice(0, 12)}. Made by ` +
    "`deno run -A tests/bench/paging_bench.ts`.",
    "",
    `${REQUESTS} first turns of ShareGPT, ${prompt.toFixed(0)} tokens of prompt and ${
      answer.toFixed(0)
    } of answer on ` +
    `average (as many as their characters make). Memory for ${MEMORY} tokens of K/V. "Reserved" sets prompt + ` +
    `${MAX_TOKENS} aside when a request comes in; "paged" takes pages of ${PAGE_TOKENS} as it grows, and preempts. ` +
    "Scratch is what the network's input copies hold at their peak: one padded rectangle over all sequences in a step.",
    "",
    "| | tokens for K/V | scratch at the peak, tokens | sequences on average | preempted |",
    "| --- | --- | --- | --- | --- |",
    line("paged, scratch not counted", paged.alone),
    line("reserved, scratch not counted", reserved.alone),
    line("paged, with scratch", paged.withScratch),
    line("reserved, with scratch", reserved.withScratch),
    "",
    goal("K/V alone", paged.alone, reserved.alone),
    goal("both in this engine, scratch counted", paged.withScratch, reserved.withScratch),
    goal("scratch counted on our side alone", paged.withScratch, reserved.alone),
    "",
  ].join("\n");
}

const { id: commit = "unknown" } = await readCommit() ?? {};
const both = async (kind: Kind) => ({
  alone: await within(kind, false),
  withScratch: await within(kind, true),
});
const report: Report = {
  at: new Date().toISOString(),
  commit,
  prompt: mean((request) => request.prompt.length),
  answer: mean(({ maxTokens }) => maxTokens),
  rows: { paged: await both("paged"), reserved: await both("reserved") },
};
await reportFiles<Report>("paging_bench", markdown).write(report);
console.log(markdown(report));
