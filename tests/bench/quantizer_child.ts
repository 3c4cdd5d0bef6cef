/**
 * One measurement for quantizer_bench.ts, in a process of its own, so that memory is its own; its last line is JSON.
 *
 *   deno run -A tests/bench/quantizer_child.ts make|quality|speed|wasm MODEL CONFIG [STREAMS]
 */
import { graphName } from "../../engine/engines/graph_files.ts";
import { weightBytes } from "../../engine/graph/builder.ts";
import {
  cacheFolder,
  codeText,
  compose,
  continuousBatching,
  type Dataset,
  dense,
  drive,
  isCached,
  knownModel,
  logitKl,
  MODELS,
  mtBench,
  oneAtATime,
  onnxEngine,
  percentiles,
  perplexity,
  plain,
  ratioOf,
  type Session,
  type Stack,
  systemClock,
  take,
  type Technique,
  type Text,
  toRequest,
  wikiText,
} from "../../mod.ts";
import { CONFIGS } from "./quantizer_configs.ts";

/** What making weights and writing their graph took; `seconds` is absent where they were there. */
export interface Making {
  readonly seconds?: number;
  readonly peakBytes: number;
}

/** Negative log-likelihood by text in nats a token, and KL from the baseline, of one kind of text. */
export interface Kind {
  readonly nll: readonly number[];
  readonly kl: { readonly mean: number; readonly p99: number; readonly sameTop: number };
}

export interface Quality {
  readonly openSeconds: number;
  /** Resident after an answer, less what the process took before it opened the model. */
  readonly residentBytes: number;
  /** Of the graph's weights, scales included. */
  readonly weightBytes: number;
  readonly wiki: Kind;
  readonly code: Kind;
}

/** Tokens a second of the config over f32's, in turns; `prefill`: of a prompt of PROMPT tokens. */
export interface Speeds {
  readonly streams: number;
  readonly decode: ReturnType<typeof ratioOf>;
  readonly decodeRate: number;
  readonly prefill: ReturnType<typeof ratioOf>;
  readonly prefillRate: number;
}

const TEXTS = 40;
const TOKENS = 512;
const LAWS = { count: 8, tokens: 128 };
/** WebAssembly takes seconds for what native code takes milliseconds. */
const [PAIRS, WRITTEN, PROMPT] = Deno.args[0] === "wasm" ? [4, 12, 64] : [6, 32, 512];

async function stackOf(model: string, techniques: readonly Technique[]): Promise<Stack> {
  const known = MODELS[model]!;
  const base: Stack = {
    model: await knownModel(known),
    cache: dense(),
    decoder: plain,
    scheduler: oneAtATime,
  };
  return (await compose(base, techniques)).at(-1)!;
}

const [mode, model, config, streams = "1"] = Deno.args as [string, string, string, string?];
const wasm = mode === "wasm";
const engine = onnxEngine({
  backend: wasm ? "wasm" : "native",
  progress: (done) => Deno.stderr.writeSync(new TextEncoder().encode(`\r${(done * 100).toFixed(0)} % `)),
});

/** A field of the process's status, in bytes. */
function memory(field: string): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)![1]) * 1024;
}

async function making(model: string, config: string): Promise<Making> {
  const stack = await stackOf(model, CONFIGS[config]!);
  const there = await isCached(await graphName(stack, "split"));
  const start = systemClock.now();
  await (await engine.open(stack))[Symbol.asyncDispose]();
  const seconds = (systemClock.now() - start) / 1000;
  return { ...(there ? {} : { seconds }), peakBytes: memory("VmHWM") };
}

async function quality(model: string, config: string): Promise<Quality> {
  const stack = await stackOf(model, CONFIGS[config]!);
  const before = memory("VmRSS");
  const start = systemClock.now();
  await using session = await engine.open(stack);
  const openSeconds = (systemClock.now() - start) / 1000;
  const prompt = session.tokenizer.encode("The quick brown fox jumps over the lazy dog. ".repeat(4));
  for await (const _ of session.generate([{ id: "one", prompt, maxTokens: 32, stop: [] }]));
  const residentBytes = memory("VmRSS") - before;
  await using base = await engine.open(await stackOf(model, []));
  return {
    openSeconds,
    residentBytes,
    weightBytes: await weightBytes(`${cacheFolder()}/${await graphName(stack, "split")}`),
    wiki: await kind(wikiText, session, base),
    code: await kind(codeText, session, base),
  };
}

async function kind(dataset: Dataset<Text>, session: Session, base: Session): Promise<Kind> {
  const texts = (await Array.fromAsync(dataset.samples())).slice(0, TEXTS);
  const read = perplexity(dataset, { count: TEXTS, tokens: TOKENS });
  const found = new Map<string, number>();
  for await (const { id, answer } of read.ask(session, texts)) {
    found.set(id, answer.nlls.reduce((sum, v) => sum + v, 0) / answer.nlls.length);
  }
  const laws = logitKl(dataset, LAWS);
  const [kls, same]: [number[], number[]] = [[], []];
  for (const text of texts.slice(0, LAWS.count)) {
    const [one] = await Array.fromAsync(laws.ask(session, [text]));
    const [reference] = await Array.fromAsync(laws.ask(base, [text]));
    const grades = laws.grade(one!.answer, text, reference!.answer) as Record<
      string,
      { readonly value: number; readonly parts?: readonly number[] }
    >;
    kls.push(...grades.kl!.parts!);
    same.push(grades.same_top!.value);
  }
  const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const sorted = kls.toSorted((a, b) => a - b);
  return {
    nll: texts.map(({ id }) => Number(found.get(id)!.toFixed(5))),
    kl: { mean: mean(kls), p99: sorted[Math.floor(sorted.length * 0.99)]!, sameTop: mean(same) },
  };
}

async function speeds(model: string, config: string, streams: number): Promise<Speeds> {
  const batched = streams > 1 ? [continuousBatching()] : [];
  await using base = await engine.open(await stackOf(model, batched));
  await using own = await engine.open(await stackOf(model, [...CONFIGS[config]!, ...batched]));
  const prompts = await take(mtBench, Math.min(streams * (PAIRS + 1), 80), 3);
  const decode = async (session: Session, pair: number) => {
    const requests = Array.from({ length: streams }, (_, i) => ({
      ...toRequest(session, prompts[(pair * streams + i) % prompts.length]!, WRITTEN),
      id: `${i}`,
      stop: [],
    }));
    const told = await Array.fromAsync(session.generate(requests));
    const firsts = requests.map(({ id }) => told.find((one) => one.id === id)!.at);
    // While every stream writes.
    const [from, to] = [Math.max(...firsts), told.at(-1)!.at];
    const written = told.filter(({ at }) => at > from).reduce((sum, { tokens }) => sum + tokens.length, 0);
    return written / (to - from) * 1000;
  };
  const ids = base.tokenizer.encode(
    "The quick brown fox jumps over the lazy dog and runs away. ".repeat(200),
  );
  const prefill = async (session: Session, pair: number) => {
    const prompt = ids.slice(pair, pair + PROMPT);
    const { block } = await drive(
      session,
      [{ id: "prompt", prompt, maxTokens: 1, stop: [] }],
      { kind: "offline" },
      systemClock,
    );
    return PROMPT / block.duration * 1000;
  };
  const turns = async (one: (session: Session, pair: number) => Promise<number>) => {
    const [theirs, ours]: [number[], number[]] = [[], []];
    for (const session of [base, own]) await one(session, PAIRS);
    for (let pair = 0; pair < PAIRS; pair++) {
      for (const session of pair % 2 === 0 ? [base, own] : [own, base]) {
        (session === own ? ours : theirs).push(await one(session, pair));
      }
    }
    const ratio = ratioOf(ours.map((value, i) => Math.log(value / theirs[i]!)), 1);
    return { ratio, rate: percentiles(ours).p50 };
  };
  const [decoded, filled] = [await turns(decode), await turns(prefill)];
  return {
    streams,
    decode: decoded.ratio,
    decodeRate: decoded.rate,
    prefill: filled.ratio,
    prefillRate: filled.rate,
  };
}

const measures = { make: making, quality, speed: speeds, wasm: speeds } as const;
console.log(JSON.stringify(await measures[mode as keyof typeof measures](model, config, Number(streams))));
