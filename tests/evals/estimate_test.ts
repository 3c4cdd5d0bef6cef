import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { ManualClock } from "../../engine/mod.ts";
import { estimateRows, measureRates, perplexity, plan, tokenMatch } from "../../evals/mod.ts";
import { promptLookup } from "../../techniques/mod.ts";
import { baseline, inMemory, timedEngine, toyBench, toyInt8, workload } from "./toy_bench.ts";

const RATES = { read: 100, write: 10 };
const text = (i: number) => ({ id: `${i}`, cluster: `${i}`, slices: [], text: "x".repeat(400) });
const hundred = inMemory("hundred_tokens", [text(0), text(1)]);
const prompt = (i: number) => ({ id: `${i}`, cluster: `${i}`, slices: [], turns: ["x".repeat(400)] });
const asked = inMemory("asked", Array.from({ length: 20 }, (_, i) => prompt(i)));

async function costs(techniques: Parameters<typeof toyBench>[0], rates = RATES) {
  const config = toyBench(techniques);
  return await estimateRows(await plan(config), config.suite, rates);
}

const race = { workloads: [workload({ prompts: asked, requests: 1, maxTokens: 10 })], pairs: 2 };
/** Two pairs, two arms: 100 tokens read and 10 written each. */
const RACE = 4 * (100 / 100 + 10 / 10);
const nll = perplexity(hundred, { count: 2, tokens: 512 });

Deno.test("a row costs what its evals read and what its race reads and writes", async () => {
  // The baseline and its repetition each read two texts of a hundred tokens.
  assertEquals(await costs({ suite: { ...race, evals: [nll] } }), [4 + RACE]);
});

Deno.test("answers that an earlier row has are not counted again", async () => {
  const [, first, second] = await costs({
    suite: { ...race, evals: [nll], candidates: { first: [toyInt8], second: [toyInt8] } },
  });
  assertEquals([first, second], [2 + RACE, RACE]);
});

Deno.test("a blind row costs nothing", async () => {
  const [, blind] = await costs({
    suite: { ...race, evals: [nll], candidates: { blind: [promptLookup()] } },
  });
  assertEquals(blind, 0);
});

Deno.test("a row that is not raced costs what its evals read", async () => {
  const emulated = { ...toyInt8, emulated: "its floats are computed as wider ones" };
  const [, row] = await costs({ suite: { ...race, evals: [nll], candidates: { fp8: [emulated] } } });
  assertEquals(row, 2);
});

Deno.test("tokens beyond those that an eval reads are not counted", async () => {
  const [short] = await costs({ suite: { ...race, evals: [perplexity(hundred, { count: 2, tokens: 50 })] } });
  assertEquals(short, 2 + RACE);
});

Deno.test("generation counts the prompt and each token twice, as it is asked alone and in a crowd", async () => {
  const [row] = await costs({ suite: { ...race, evals: [tokenMatch(asked, { count: 3, tokens: 10 })] } });
  assertEquals(row, 2 * 3 * (200 / 100 + 2 * 10 / 10) + RACE);
});

Deno.test("rates are measured on the session that will be used", async () => {
  const session = await timedEngine(new ManualClock(), () => ({})).open(baseline);
  const { read, write } = await measureRates(session);
  assert(read > 0 && write > 0 && Number.isFinite(read + write), `${read} ${write}`);
});

Deno.test("twice the rate is half the time", async () => {
  const suite = { ...race, evals: [nll] };
  const [slow] = await costs({ suite });
  const [fast] = await costs({ suite }, { read: 200, write: 20 });
  assertAlmostEquals(fast!, slow! / 2, 1e-9);
});
