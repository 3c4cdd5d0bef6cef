import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Asking,
  distribution,
  type Draft,
  drawGuess,
  type KvView,
  PagedCache,
  type Sampling,
  type Sequence,
  topTwo,
} from "../../../engine/mod.ts";
import { ToyNetwork } from "../../../engine/engines/toy.ts";
import { Drafter } from "../../../techniques/decoders/drafter.ts";
import { missing, StagedNetwork } from "./staged_network.ts";

const past = {} as KvView;
const asking = (tokens: readonly number[], id = "r", sampling?: Sampling): Asking => ({
  sequence: {
    request: { id, prompt: tokens, maxTokens: 99, stop: [], ...(sampling ? { sampling } : {}) },
    tokens: [...tokens],
    prompted: tokens.length,
  },
  room: 99,
  past,
});
const text = (length: number, seed = 0) => Array.from({ length }, (_, i) => 3 + (i * 5 + seed) % 50);
const drafter = (network = new StagedNetwork(), tokens = 4096, draws = true) =>
  new Drafter(network, { tokens, draws });
const alone = async (asked: Asking, length: number, own = drafter()): Promise<Draft> =>
  (await own.draft([asked], [length]))[0]!;

/** What a toy network answers after a text: one run over all of it. */
async function logitsAfter(tokens: readonly number[]): Promise<Float32Array> {
  const network = new ToyNetwork();
  const cache = new PagedCache(network.shape, 16);
  const { logits } = await network.forward({
    tokens: Int32Array.from(tokens),
    positions: Int32Array.from(tokens.keys()),
    sequence: new Int32Array(tokens.length),
    past: [cache.view(cache.start([], "").seq)],
    want: Int32Array.of(tokens.length - 1),
  });
  return logits;
}

Deno.test("guesses are what the network itself would answer, one after another", async () => {
  const own = text(20);
  for (let i = 0; i < 4; i++) own.push(topTwo(await logitsAfter(own)).top);
  assertEquals(await alone(asking(text(20)), 4), { tokens: own.slice(20), parent: [-1, 0, 1, 2] });
});

Deno.test("guesses of a request that samples are drawn by its own law, which they say", async () => {
  const sampling = { temperature: 0.8, topK: 9, seed: 4 };
  const own = text(20);
  const laws = [];
  for (let i = 0; i < 3; i++) {
    const logits = await logitsAfter(own);
    laws.push(distribution(logits, sampling));
    own.push(drawGuess(logits, sampling, own.length).token);
  }
  assertEquals(await alone(asking(text(20), "r", sampling), 3), {
    tokens: own.slice(20),
    parent: [-1, 0, 1],
    laws,
  });
});

Deno.test("a text that was read before but for its last token gets the same guesses, from that token alone", async () => {
  for (const length of [5, 17, 18, 400]) {
    const network = new StagedNetwork();
    const own = drafter(network);
    const rows = () => network.batches.reduce((sum, { tokens }) => sum + tokens.length, 0);
    await own.catchUp([asking(text(length))]);
    const before = rows();
    assertEquals(before, length > 16 ? length - 1 : 0);
    assertEquals(await alone(asking(text(length)), 3, own), await alone(asking(text(length)), 3));
    assertEquals(rows() - before, length - before + 2);
    await own.catchUp([asking([...text(length), 7])]);
    assertEquals(rows() - before, length - before + 2);
  }
});

Deno.test("where none is to be drawn, guesses of a request that samples are the likeliest tokens", async () => {
  const own = drafter(new StagedNetwork(), 4096, false);
  const sampled = await alone(asking(text(20), "r", { temperature: 0.8, seed: 4 }), 3, own);
  assertEquals(sampled, await alone(asking(text(20)), 3));
});

Deno.test("whatever was accepted or rejected before, drafts are those of a drafter that is new", async () => {
  const step = fc.record({
    lengths: fc.array(fc.nat(5), { minLength: 3, maxLength: 3 }),
    kept: fc.array(fc.nat(5), { minLength: 3, maxLength: 3 }),
    others: fc.array(fc.nat(3), { minLength: 3, maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 12 }),
      fc.integer({ min: 1, max: 9 }),
      async (steps, every) => {
        const old = drafter(new StagedNetwork(missing(every)));
        const texts = [text(5), text(60, 1), text(23, 2)];
        const draws = [undefined, { temperature: 0.7, seed: every }, undefined];
        for (const { lengths, kept, others } of steps) {
          const asked = texts.map((tokens, i) => asking(tokens, `r${i}`, draws[i]));
          const drafts = await old.draft(asked, lengths);
          assertEquals(drafts, await drafter(new StagedNetwork(missing(every))).draft(asked, lengths));
          texts.forEach((tokens, i) => {
            const guessed = drafts[i]!.tokens;
            tokens.push(...guessed.slice(0, kept[i]));
            // The token after the accepted guesses, then others that came without a draft.
            tokens.push(...Array.from({ length: 1 + others[i]! }, (_, j) => 40 + (tokens.length + j) % 20));
          });
        }
      },
    ),
    { seed: 1, numRuns: 150 },
  );
});

Deno.test("a text that is another than before is read anew, not behind rows of the old one", async () => {
  const own = drafter();
  await alone(asking(text(40)), 3, own);
  assertEquals(await alone(asking(text(50, 7)), 3, own), await alone(asking(text(50, 7)), 3));
});

Deno.test("all sequences draft in one run a depth, each as far as it wants", async () => {
  const network = new StagedNetwork();
  const own = drafter(network);
  const texts = [text(9), text(30, 1), text(17, 2)];
  const asked = texts.map((tokens, i) => asking(tokens, `r${i}`));
  const drafts = await own.draft(asked, [1, 4, 2]);
  assertEquals(drafts.map(({ tokens }) => tokens.length), [1, 4, 2]);
  assertEquals(network.batches.map(({ past }) => past.length), [3, 2, 1, 1]);
  assertEquals(network.batches.map(({ tokens }) => tokens.length), [56, 2, 1, 1]);
  // Guesses that were accepted are not read again: the last guess and the token after it are.
  const next = asked.map(({ sequence }, i) => asking([...sequence.tokens, ...drafts[i]!.tokens, 5], `r${i}`));
  await own.draft(next, [1, 1, 1]);
  assertEquals(network.batches.at(-1)!.tokens.length, 6);
});

Deno.test("after a rejection only what was accepted unread and the token that came instead are read", async () => {
  for (const [kept, read] of [[0, 1], [2, 1], [4, 2]] as const) {
    const network = new StagedNetwork();
    const own = drafter(network);
    const { tokens } = await alone(asking(text(30)), 4, own);
    await alone(asking([...text(30), ...tokens.slice(0, kept), 60]), 1, own);
    assertEquals(network.batches.at(-1)!.tokens.length, read);
  }
});

Deno.test("a long text is read in pieces", async () => {
  const network = new StagedNetwork();
  const asked = [asking(text(300), "a"), asking(text(100, 1), "b")];
  const drafts = await drafter(network).draft(asked, [2, 2]);
  assert(network.batches.every(({ tokens }) => tokens.length <= 256));
  assertEquals(drafts, await Promise.all(asked.map((one) => alone(one, 2))));
});

Deno.test("guesses end where the draft's context does", async () => {
  assertEquals((await alone(asking(text(510)), 9)).tokens.length, 3);
  assertEquals((await alone(asking(text(512)), 9)).tokens.length, 1);
  assertEquals((await alone(asking(text(513)), 9)).tokens.length, 0);
});

Deno.test("where the cache is full there are no guesses, and others go on; room comes with the end of another", async () => {
  const own = drafter(new StagedNetwork(), 64);
  const asked = [asking(text(30), "a"), asking(text(40, 1), "b")];
  const lengths = async () => (await own.draft(asked, [3, 3])).map(({ tokens }) => tokens.length);
  assertEquals(await lengths(), [3, 0]);
  assertEquals(await lengths(), [3, 0]);
  own.finish(asked[0]!.sequence);
  assertEquals((await alone(asked[1]!, 3, own)).tokens.length, 3);
});

Deno.test("what grows beyond the cache leaves its room to others", async () => {
  const own = drafter(new StagedNetwork(), 64);
  const lengths = async (a: number, b: number) => {
    const asked = [asking(text(a), "a"), asking(text(b, 1), "b")];
    return (await own.draft(asked, [2, 2])).map(({ tokens }) => tokens.length);
  };
  assertEquals(await lengths(30, 25), [2, 2]);
  assertEquals([await lengths(30, 40), own.rows], [[2, 0], 31]);
  assertEquals(await lengths(60, 41), [2, 0]);
});

Deno.test("a request that ends leaves nothing behind, and one that was never drafted ends too", async () => {
  const own = drafter();
  const sequences: Sequence[] = [asking(text(30), "a"), asking(text(7), "b")].map(({ sequence }) => sequence);
  await own.draft(sequences.map((sequence) => ({ sequence, room: 9, past })), [3, 0]);
  assertEquals(own.rows, 32);
  for (const sequence of sequences) own.finish(sequence);
  assertEquals(own.rows, 0);
});
