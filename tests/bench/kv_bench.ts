/**
 * Quantized K/V beside 32-bit floats on the default model, on calibration text: what a token's K and V take, how much
 * likelihood is lost at which position, and what decoding costs, in turns. Writes kv_bench.md beside this file, and after
 * each form kv_bench.json, which a run that was ended goes on from.
 *
 *   deno run -A tests/bench/kv_bench.ts [--again]
 */
import { parseArgs } from "@std/cli";
import {
  c4TextCalibration,
  codeTextCalibration,
  compose,
  continuousBatching,
  defaultModel,
  dense,
  oneAtATime,
  onnxEngine,
  plain,
  type QuantizedKv,
  quantizedKv,
  ratioOf,
  type Request,
  type Session,
  type Stack,
  take,
  type Technique,
  type Text,
  versions,
  wikiTextCalibration,
} from "../../mod.ts";
import { knowing } from "./kv_guesses.ts";
import { begun, byPosition, keep, type Speed, write } from "./kv_report.ts";

/** Texts before this one in the draw are those that calibration reads. */
const CALIBRATED = 16;
const SEED = 6;
const LENGTH = 1024;
/** The first tokens of a text are its prompt; those after them are decoded, so many more than one a step. */
const [PROMPT, GUESSES] = [16, 3];
const [SHORT, LONG, DECODED] = [50, 1500, 32];

const FORMS: Readonly<Record<string, QuantizedKv>> = {
  "int8, per token": { bits: 8, keys: "token", values: "token" },
  "int8, K per page and channel": { bits: 8, keys: "page", values: "token" },
  "int8, per channel": { bits: 8, keys: "channel", values: "channel" },
  "int4, per token": { bits: 4, keys: "token", values: "token" },
  "int4, K per page and channel": { bits: 4, keys: "page", values: "token" },
  "int4, per channel": { bits: 4, keys: "channel", values: "channel" },
};
/** Those whose decoding is timed. */
const TIMED = ["int8, per token", "int4, K per page and channel"];

/** Texts of each kind, where as many are long enough. */
const TEXTS = 3;
const PAIRS = 8;
const engine = onnxEngine({ backend: "native" });
const baseline: Stack = {
  model: await defaultModel(),
  cache: dense(65536),
  decoder: plain,
  scheduler: oneAtATime,
};
const say = (text: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);
const stackOf = async (...techniques: readonly Technique[]) => (await compose(baseline, techniques)).at(-1)!;

/** Log-probabilities of each text's tokens from PROMPT on, all texts decoded side by side. */
async function likelihoods(session: Session, ids: readonly (readonly number[])[]) {
  const found = ids.map((): number[] => []);
  const requests = ids.map((all, i): Request => ({
    id: `${i}`,
    prompt: all.slice(0, PROMPT),
    maxTokens: all.length - PROMPT,
    stop: [],
    forced: all.slice(PROMPT),
  }));
  for await (const { id, scored } of session.generate(requests)) found[Number(id)]!.push(...scored!.logProbs);
  return found;
}

/** Milliseconds a decoded token takes after a prompt. */
async function tpot(session: Session, prompt: readonly number[]): Promise<number> {
  const times: number[] = [];
  const request = { id: "timed", prompt, maxTokens: DECODED, stop: [] };
  for await (const { at } of session.generate([request])) times.push(at);
  return (times.at(-1)! - times[0]!) / (times.length - 1);
}

/** Decoding speed over that with 32-bit floats, in turns, after prompts of one length. */
async function speed(base: Session, own: Session, prompt: readonly number[]) {
  const logs: number[] = [];
  for (let pair = 0; pair <= PAIRS; pair++) {
    const times = new Map<Session, number>();
    for (const one of pair % 2 === 0 ? [base, own] : [own, base]) times.set(one, await tpot(one, prompt));
    if (pair > 0) logs.push(Math.log(times.get(base)! / times.get(own)!));
  }
  return ratioOf(logs, prompt.length);
}

async function texts(): Promise<number[][]> {
  await using session = await engine.open(baseline);
  const kinds = [wikiTextCalibration, c4TextCalibration, codeTextCalibration];
  const drawn = await Promise.all(kinds.map(async (kind) => {
    const all: Text[] = (await take(kind, kind.size, SEED)).slice(CALIBRATED);
    const ids = all.map(({ text }) => session.tokenizer.encode(text)).filter(({ length }) =>
      length >= LENGTH
    );
    return ids.slice(0, TEXTS).map((one) => one.slice(0, LENGTH));
  }));
  return drawn.flat();
}

const { again } = parseArgs(Deno.args, { boolean: ["again"] }) as { again?: boolean };
const batched = continuousBatching();
const report = await begun({
  at: new Date().toISOString().slice(0, 10),
  model: baseline.model.name,
  hardware: await engine.hardware(),
  versions: versions(),
  ...{ prompt: PROMPT, rows: 1 + GUESSES, tokens: LENGTH, texts: 0, pairs: PAIRS, load: Deno.loadavg()[0]! },
  forms: {},
}, again === true);

{
  const ids = await texts();
  const decoder = knowing({ texts: ids, prompt: PROMPT, guesses: GUESSES });
  await using base = await engine.open({ ...await stackOf(batched), decoder });
  report.texts = ids.length;
  let reference: number[][] | undefined;
  for (const [name, form] of Object.entries(FORMS)) {
    if (report.forms[name]) continue;
    if (!reference) say(`32-bit floats: likelihood of ${ids.length} texts`);
    reference ??= await likelihoods(base, ids);
    say(`${name}: likelihood`);
    const technique = quantizedKv({ ...form, progress: (done) => done === 1 && say("calibrated") });
    await using session = await engine.open({ ...await stackOf(technique, batched), decoder });
    const found = await likelihoods(session, ids);
    const { counters } = await session.stats();
    report.forms[name] = {
      bytes: counters.kvBytesPerToken!,
      floatBytes: counters.kvBytesPerTokenF32!,
      losses: found.map((own, text) =>
        byPosition(own.map((value, i) => reference![text]![i]! - value), PROMPT)
      ),
    };
    await keep(report);
  }
}

await using alone = await engine.open(await stackOf());
const text = (await texts()).flat();
for (const name of TIMED) {
  if (report.forms[name]!.speed) continue;
  await using own = await engine.open(await stackOf(quantizedKv(FORMS[name]!)));
  const speeds: Speed[] = [];
  for (const length of [SHORT, LONG]) {
    say(`${name}: decoding after ${length} tokens`);
    speeds.push({ length, ratio: await speed(alone, own, text.slice(0, length)) });
  }
  report.forms[name]!.speed = speeds;
  await keep(report);
}
await write(report);
