import { assert, assertEquals } from "@std/assert";
import type { Stack } from "../../../engine/mod.ts";
import { toyEngine } from "../../../engine/engines/toy.ts";
import { type Check, compare, type Graded, sampled } from "../../../evals/mod.ts";
import { compose, continuousBatching, promptLookup } from "../../../techniques/mod.ts";
import { baseline, prompts } from "../toy_bench.ts";

const e = sampled(prompts, { count: 6, draws: 40, tokens: 3 });
const decoder = (name: string): Stack => ({
  ...baseline,
  decoder: { name, params: {}, module: import.meta.resolve(`../faults/${name}.ts`) },
});

/** The check of one metric over a stack's answers. */
async function check(stack: Stack, name: string): Promise<Check> {
  await using session = await toyEngine().open(stack);
  const samples = (await Array.fromAsync(prompts.samples())).slice(0, 6);
  const answers = await Array.fromAsync(e.ask(session, samples));
  const grades = answers.map(({ id, answer }) => ({
    id,
    grade: e.grade(answer, samples[0]!, answer)[name]!,
  }));
  const graded: Graded = { parts: grades.flatMap(({ grade }) => grade.parts ?? []) };
  const metric = e.metrics.find((metric) => metric.name === name)!;
  const paired = grades.map(({ id, grade: { value, weight = 1 } }) => ({
    id,
    cluster: id,
    base: 0,
    candidate: value,
    weight,
  }));
  return compare(metric, { eval: e.name, when: "quiet", against: "baseline" }, paired, graded);
}

Deno.test("draws of right stacks follow their law, are possible, and come again under their seed", async () => {
  const stacked = (await compose(baseline, [promptLookup(), continuousBatching()])).at(-1)!;
  for (const stack of [baseline, stacked]) {
    for (const name of ["law", "repeats", "impossible", "replay"]) {
      assertEquals((await check(stack, name)).decision, "pass", `${name} of ${stack.decoder.name}`);
    }
  }
});

Deno.test("a decoder that answers the likeliest token under sampling breaks the law", async () => {
  const law = await check(decoder("argmax_decoder"), "law");
  assertEquals(law.decision, "fail");
  assert(law.candidate < 1e-6);
});

Deno.test("a decoder that draws what topK cuts away draws the impossible", async () => {
  assertEquals((await check(decoder("uncut_decoder"), "impossible")).decision, "fail");
});

Deno.test("a decoder that draws by a count of its own does not draw the same again", async () => {
  assertEquals((await check(decoder("counting_decoder"), "replay")).decision, "fail");
});

Deno.test("a decoder that shuns what was said before breaks the law of repeats", async () => {
  assertEquals((await check(decoder("shy_decoder"), "repeats")).decision, "fail");
});
