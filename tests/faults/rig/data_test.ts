/** The data sets are what they say: drawn from the model, and of the lengths, slices and chances that evals ask for. */
import { assert, assertEquals } from "@std/assert";
import type { Dataset, Sample, Text } from "../../../datasets/mod.ts";
import { adaptedTexts, choices, longTexts, openings, passages, prompts, shortTexts } from "./data.ts";
import { whole } from "./runs.ts";
import { tinyTokenizer } from "./tiny_model.ts";
import type { TinyOptions } from "./tiny_options.ts";
import { EOS, SIZE } from "./tiny_weights.ts";

const { vocabulary } = SIZE;
const all = <S extends Sample>(dataset: Dataset<S>) => Array.fromAsync(dataset.samples());

/** For each scored token of a set: its negative log-likelihood, and the entropy of what it was drawn from. */
async function scored(dataset: Dataset<Text>, options: TinyOptions = {}) {
  const pairs: { readonly nll: number; readonly entropy: number }[] = [];
  for (const { text } of await all(dataset)) {
    const ids = tinyTokenizer.encode(text);
    const logits = whole(ids, options);
    ids.slice(1).forEach((id, i) => {
      const row = Array.from(logits.subarray(i * vocabulary, (i + 1) * vocabulary));
      const top = Math.max(...row);
      const sum = top + Math.log(row.reduce((total, value) => total + Math.exp(value - top), 0));
      const entropy = row.reduce((total, value) => total - Math.exp(value - sum) * (value - sum), 0);
      pairs.push({ nll: sum - row[id]!, entropy });
    });
  }
  return pairs;
}

const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;

Deno.test("the negative log-likelihood of the model's own texts is its entropy", async () => {
  for (const texts of [shortTexts, longTexts]) {
    const excess = (await scored(texts)).map(({ nll, entropy }) => nll - entropy);
    const error = Math.sqrt(mean(excess.map((v) => v * v)) / excess.length);
    assert(Math.abs(mean(excess)) < 3 * error, `${mean(excess)} with a standard error of ${error}`);
  }
});

Deno.test("the model says something: between 1 and 2.5 nats a token", async () => {
  const entropy = mean((await scored(longTexts)).map(({ entropy }) => entropy));
  assert(entropy > 1 && entropy < 2.5);
});

Deno.test("a model that is another finds the texts less likely", async () => {
  const own = mean((await scored(shortTexts)).map(({ nll }) => nll));
  const logits = (row: Float32Array) => row.forEach((value, i) => (row[i] = value * 0.8));
  assert(mean((await scored(shortTexts, { logits })).map(({ nll }) => nll)) > own + 0.02);
});

Deno.test("texts are read back as the tokens that were drawn, of the lengths that are said", async () => {
  const lengths = async (dataset: Dataset<Text>) =>
    (await all(dataset)).map(({ text }) => tinyTokenizer.encode(text).length);
  assert([...await lengths(shortTexts), ...await lengths(adaptedTexts)].every((length) => length === 40));
  assert((await lengths(longTexts)).every((length) => length >= 264 && length <= 303));
  for (const { text } of await all(shortTexts)) {
    assertEquals(tinyTokenizer.decode(tinyTokenizer.encode(text)), text);
  }
});

Deno.test("answers end now and then, and no id is drawn that no text has", async () => {
  const ids = (await all(longTexts)).flatMap(({ text }) => tinyTokenizer.encode(text));
  const ends = ids.filter((id) => id === EOS).length / ids.length;
  assert(ends > 0.004 && ends < 0.03, `${ends} of the tokens are ends`);
  assert((await all(longTexts)).every(({ text }) => !text.includes("\ufffd")));
});

Deno.test("samples have a slice each and ids of their own, the same every time", async () => {
  for (const set of [shortTexts, longTexts, adaptedTexts, choices, passages, prompts, openings]) {
    const samples = await all<Sample>(set);
    assertEquals(samples.length, set.size);
    assertEquals(new Set(samples.map(({ id }) => id)).size, set.size);
    assert(samples.every(({ slices }) => slices.length === 1));
    assertEquals(await all<Sample>(set), samples);
  }
});

Deno.test("some prompts begin as others do, and some quote themselves", async () => {
  const turns = (await all(prompts)).map(({ turns }) => turns[0]!);
  const beginnings = turns.filter((_, i) => i % 4 === 2).map((turn) => turn.slice(0, 70));
  assertEquals(new Set(beginnings).size, 2);
  assert(turns.filter((_, i) => i % 4 === 3).every((turn) => turn.indexOf(turn.slice(0, 24), 24) === 30));
});
