import { assert, assertEquals } from "@std/assert";
import type { Stack } from "../../../engine/mod.ts";
import { toyEngine } from "../../../engine/engines/toy.ts";
import { drafts } from "../../../evals/mod.ts";
import { compose, promptLookup } from "../../../techniques/mod.ts";
import { baseline, prompts } from "../toy_bench.ts";

const e = drafts(prompts, { count: 6, tokens: 60 });

async function mean(metric: "rot" | "wrong", stack: Stack): Promise<number> {
  await using session = await toyEngine().open(stack);
  const samples = (await Array.fromAsync(prompts.samples())).slice(0, 6);
  const values: number[] = [];
  for await (const { answer } of e.ask(session, samples)) {
    values.push(e.grade(answer, samples[0]!, answer)[metric]!.value);
  }
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}

Deno.test("without guesses both halves take a step a token", async () => {
  assertEquals(await mean("rot", baseline), 0);
});

Deno.test("guesses that look at the text, and at how they fared, take no more steps going on than anew", async () => {
  assert(await mean("rot", (await compose(baseline, [promptLookup()])).at(-1)!) < 0.1);
});

Deno.test("guesses that stop after some tokens rot", async () => {
  const module = import.meta.resolve("../faults/tiring_decoder.ts");
  assert(await mean("rot", { ...baseline, decoder: { name: "tiring", params: {}, module } }) > 0.3);
});

Deno.test("guesses that look at the text, and at how they fared, are no worse going on than anew", async () => {
  assert(await mean("wrong", (await compose(baseline, [promptLookup()])).at(-1)!) <= 0);
});

Deno.test("guesses that go astray after some tokens are wrong where new ones are right", async () => {
  const module = import.meta.resolve("../faults/rotting_decoder.ts");
  assert(await mean("wrong", { ...baseline, decoder: { name: "rotting", params: {}, module } }) > 0);
});
