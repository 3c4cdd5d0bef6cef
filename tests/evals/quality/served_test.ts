import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import type { Session, Stack } from "../../../engine/mod.ts";
import { toyEngine } from "../../../engine/engines/toy.ts";
import { NO_NOISE, perplexity, served } from "../../../evals/mod.ts";
import { baseline, inMemory } from "../toy_bench.ts";

const texts = Array.from({ length: 8 }, (_, i) => ({
  id: `t${i}`,
  cluster: `t${i}`,
  slices: [],
  text: `gold ${i} and lead ${i * 7} and tin `.repeat(8).slice(0, 120),
}));
const e = served(inMemory("made_up", texts), { count: 8, tokens: 30 });
const forgetful: Stack = {
  ...baseline,
  cache: { name: "forgetful", params: {}, module: import.meta.resolve("../faults/forgetful_cache.ts") },
};

async function answers(stack: Stack) {
  await using session = await toyEngine().open(stack);
  return await Array.fromAsync(e.ask(session, texts));
}

Deno.test("each way of asking gives a right stack the same likelihoods", async () => {
  for (const { answer: { alone, crowded, again } } of await answers(baseline)) {
    assertEquals(crowded, alone);
    assertEquals(again.logProbs, alone.logProbs.slice(again.from - alone.from));
  }
});

Deno.test("some texts begin with a short prompt, some with a long one, and some are read further", async () => {
  const all = (await answers(baseline)).map(({ answer: { alone } }) => alone);
  assert(all.some(({ from }) => from <= 8) && all.some(({ from }) => from >= 15));
  const lengths = new Set(all.map(({ from, logProbs }) => from + logProbs.length));
  assertEquals([...lengths].sort((a, b) => a - b), [30, 120]);
});

Deno.test("the likelihood of what is decoded is that of the same text scored at once", async () => {
  await using session = await toyEngine().open(baseline);
  const scoring = perplexity(inMemory("made_up", texts), { count: 8, tokens: 120 });
  const scored = new Map(
    (await Array.fromAsync(scoring.ask(session, texts))).map(({ id, answer }) => [id, answer]),
  );
  for (const { id, answer: { alone } } of await answers(baseline)) {
    alone.logProbs.forEach((value, i) =>
      assertAlmostEquals(-value, scored.get(id)!.nlls[alone.from + i - 1]!, 1e-4)
    );
  }
});

Deno.test("a cache that loses rows is off, drifts and costs likelihood", async () => {
  const [base, faulty] = [await answers(baseline), await answers(forgetful)];
  const off = base.filter(({ answer }, i) =>
    e.grade(faulty[i]!.answer, texts[i]!, answer, NO_NOISE).off!.value === 1
  );
  assertEquals(off.length, base.length);
  for (const [i, { answer }] of base.entries()) {
    const [own, same] = [e.grade(faulty[i]!.answer, texts[i]!, answer), e.grade(answer, texts[i]!, answer)];
    assert(own.drift!.value > 10 && own.lost!.value >= 0);
    assertEquals([same.off!.value, same.drift!.value, same.lost!.value], [0, 1, 0]);
  }
});

Deno.test("drift within what rounding alone moves is not off", async () => {
  const [{ answer }] = await answers(baseline) as [Awaited<ReturnType<typeof answers>>[number]];
  const moved = {
    ...answer,
    alone: { ...answer.alone, logProbs: answer.alone.logProbs.map((v) => v + 0.015) },
  };
  const noise = { drift: 0.01, sum: 1, positions: 100, ties: 0, answers: 8 };
  assertEquals(e.grade(moved, texts[0]!, answer, noise).off!.value, 0);
  assertEquals(e.grade(moved, texts[0]!, answer, { ...noise, drift: 0.005 }).off!.value, 1);
});

Deno.test("likelihood is kept by way and by position", async () => {
  const [{ answer }] = await answers(baseline) as [Awaited<ReturnType<typeof answers>>[number]];
  const { slices } = e.grade(answer, texts[0]!, answer).nll!;
  for (const name of ["alone", "crowded", "again", "positions 16-31"]) assert(name in slices!, name);
});

Deno.test("a session that answers something else than was forced is not scored", async () => {
  await using session = await toyEngine().open(baseline);
  const deaf = {
    tokenizer: session.tokenizer,
    context: session.context,
    generate: (requests: Parameters<Session["generate"]>[0]) =>
      session.generate((async function* () {
        for await (const { forced: _, ...request } of requests) yield { ...request, scored: true };
      })()),
  } as Session;
  await assertRejects(() => Array.fromAsync(e.ask(deaf, texts)), Error, "tokens that were forced");
});
