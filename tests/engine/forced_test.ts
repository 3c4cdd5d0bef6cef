import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { dense, type Emission, oneAtATime, plain, type Request, type Stack } from "../../engine/mod.ts";
import { toyEngine, toyModel } from "../../engine/engines/toy.ts";
import { compose, continuousBatching, draftModel, prefixCache, promptLookup } from "../../techniques/mod.ts";

const baseline: Stack = { model: toyModel, cache: dense(), decoder: plain, scheduler: oneAtATime };
const prompt = [5, 6, 7, 8];
const forced = [9, 10, 9, 10, 9, 10, 11, 12];
const request = (over: Partial<Request> = {}): Request => ({
  id: "r",
  prompt,
  maxTokens: forced.length,
  stop: [],
  forced,
  ...over,
});

async function answered(stack: Stack, requests: readonly Request[]): Promise<readonly Emission[]> {
  await using session = await toyEngine().open(stack);
  return await Array.fromAsync(session.generate(requests));
}

const all = (emissions: readonly Emission[]) => ({
  tokens: emissions.flatMap(({ tokens }) => tokens),
  logProbs: emissions.flatMap(({ scored }) => scored?.logProbs ?? []),
  tops: emissions.flatMap(({ scored }) => scored?.tops ?? []),
});

Deno.test("a forced answer is what was forced, and is scored as teacher forcing scores it", async () => {
  const { tokens, logProbs } = all(await answered(baseline, [request()]));
  assertEquals(tokens, forced);
  await using session = await toyEngine().open(baseline);
  for await (const scored of session.score([{ id: "", context: prompt, continuations: [forced] }])) {
    scored.logProbs[0]!.forEach((value, i) => assertAlmostEquals(logProbs[i]!, value, 1e-5));
  }
});

Deno.test("guesses, batches and shared prefixes change no score of a forced answer", async () => {
  const stack = (await compose(baseline, [prefixCache(), promptLookup(), continuousBatching()])).at(-1)!;
  const requests = [request(), request({ id: "s", prompt: [...prompt, 9, 10, 9] })];
  const own = await answered(stack, requests);
  for (const { id, ...one } of requests) {
    const alone = all(await answered(baseline, [{ ...one, id }]));
    const crowded = all(own.filter((emission) => emission.id === id));
    assertEquals(crowded.tokens, alone.tokens);
    crowded.logProbs.forEach((value, i) => assertAlmostEquals(value, alone.logProbs[i]!, 1e-6));
  }
  assert(own.some(({ tokens }) => tokens.length > 1), "no guess was accepted");
});

Deno.test("guesses that were drawn do not change what is forced", async () => {
  const stack = (await compose(baseline, [draftModel({ draft: toyModel, draws: true })])).at(-1)!;
  const own = await answered(stack, [request({ sampling: { temperature: 1, seed: 5 } })]);
  assertEquals(all(own).tokens, forced);
  assert(own.some(({ offered = 0 }) => offered > 0), "no guess was offered");
});

Deno.test("a decoder does not see what is forced", async () => {
  const stack: Stack = {
    ...baseline,
    decoder: { name: "peeking", params: {}, module: import.meta.resolve("./peeking_decoder.ts") },
  };
  assertEquals(all(await answered(stack, [request()])).tokens, forced);
});

Deno.test("scores are told where they are asked for, with the likeliest token of each place", async () => {
  const { forced: _, ...free } = request();
  assertEquals(all(await answered(baseline, [free])).logProbs, []);
  const { tokens, logProbs, tops } = all(await answered(baseline, [{ ...free, scored: true }]));
  assertEquals(tops, tokens);
  assertEquals(logProbs.length, tokens.length);
});

Deno.test("what is forced must be as long as the answer", async () => {
  await assertRejects(
    () => answered(baseline, [request({ maxTokens: 3 })]),
    RangeError,
    "must force 3 tokens",
  );
});

Deno.test("an adapter that nobody holds is refused by name", async () => {
  await assertRejects(
    () => answered(baseline, [request({ adapter: "french" })]),
    RangeError,
    "its adapter must be one of []: found french",
  );
});

Deno.test("a decoder's own rule of acceptance is used in place of ours", async () => {
  const stack: Stack = {
    ...baseline,
    decoder: { name: "stubborn", params: {}, module: import.meta.resolve("./stubborn_decoder.ts") },
  };
  const { forced: _, ...free } = request();
  assertEquals(all(await answered(stack, [free])).tokens, new Array(forced.length).fill(7));
});
