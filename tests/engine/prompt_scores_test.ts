import { assert, assertEquals } from "@std/assert";
import { dense, type Emission, oneAtATime, plain, type Request, type Stack } from "../../engine/mod.ts";
import { toyEngine, toyModel } from "../../engine/engines/toy.ts";
import { compose, continuousBatching, prefixCache } from "../../techniques/mod.ts";

const baseline: Stack = { model: toyModel, cache: dense(), decoder: plain, scheduler: oneAtATime };
const prompt = (length: number, from = 0) => Array.from({ length }, (_, i) => 3 + (from + i * i) % 40);
const scored = (id: string, ids: readonly number[], maxTokens: number): Request => ({
  id,
  prompt: ids,
  maxTokens,
  stop: [],
  scored: { likeliest: 3, prompt: true },
});

async function emissions(stack: Stack, asked: readonly Request[]): Promise<readonly Emission[]> {
  await using session = await toyEngine().open(stack);
  return await Array.fromAsync(session.generate(asked));
}

const promptOf = (all: readonly Emission[], id: string) => {
  const parts = all.filter((one) => one.id === id).flatMap(({ prompted }) => prompted ?? []);
  return {
    logProbs: parts.flatMap(({ logProbs }) => logProbs),
    tops: parts.flatMap(({ tops }) => tops),
    topLogProbs: parts.flatMap(({ topLogProbs }) => topLogProbs),
    likeliest: parts.flatMap(({ likeliest = [] }) => likeliest),
  };
};

for (
  const [name, techniques] of [
    ["one at a time", []],
    ["in a crowd, in chunks, with little memory", [
      prefixCache(160),
      continuousBatching({ sequences: 4, rows: 16 }),
    ]],
  ] as const
) {
  Deno.test(`a prompt's scores through the serving path are those of scoring, ${name}`, async () => {
    const stack = (await compose(baseline, techniques)).at(-1)!;
    const prompts = [prompt(70), prompt(70), prompt(41, 5), prompt(2)];
    const all = await emissions(stack, prompts.map((ids, i) => scored(`${i}`, ids, 0)));
    await using session = await toyEngine().open(baseline);
    for (const [i, ids] of prompts.entries()) {
      const item = { id: "", context: ids.slice(0, 1), continuations: [ids.slice(1)] };
      const [expected] = await Array.fromAsync(session.score([item]));
      const { logProbs, topLogProbs, likeliest } = promptOf(all, `${i}`);
      const close = (ours: readonly number[], theirs: Float32Array) =>
        ours.length === theirs.length && ours.every((value, at) => Math.abs(value - theirs[at]!) < 1e-5);
      assert(close(logProbs, expected!.logProbs[0]!), `log-probabilities of ${i}`);
      assert(close(topLogProbs, expected!.tops[0]!), `the likeliest of ${i}`);
      assertEquals(likeliest.map((list) => list[0]!.logProb), topLogProbs);
    }
  });
}

Deno.test("a request for no tokens ends with its prompt", async () => {
  const all = await emissions(baseline, [scored("a", prompt(20), 0)]);
  assertEquals(all.map(({ tokens, finish }) => [tokens, finish]), [[[], "length"]]);
});

Deno.test("the likeliest tokens come in order, the drawn one's score beside them", async () => {
  const request = { ...scored("a", prompt(9), 5), sampling: { temperature: 2, seed: 3 } };
  for (const { scored, tokens } of await emissions(baseline, [request])) {
    scored!.likeliest!.forEach((list, i) => {
      const values = list.map(({ logProb }) => logProb);
      assertEquals([values.length, values], [3, values.toSorted((a, b) => b - a)]);
      assertEquals([list[0]!.token, values[0]], [scored!.tops[i], scored!.topLogProbs[i]]);
      const own = list.find(({ token }) => token === tokens[i]);
      if (own) assertEquals(own.logProb, scored!.logProbs[i]);
    });
  }
});

Deno.test("scores of a prompt change no token of the answer", async () => {
  const request = scored("a", prompt(30), 12);
  const { scored: _, ...plainly } = request;
  const tokens = (all: readonly Emission[]) => all.flatMap(({ tokens }) => tokens);
  assertEquals(tokens(await emissions(baseline, [request])), tokens(await emissions(baseline, [plainly])));
});
