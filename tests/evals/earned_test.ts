/** Answers that the engine worked for, and answers that it did not. */
import { assert, assertEquals } from "@std/assert";
import { type Eval, type Outcome, perplexity, tokenMatch } from "../../evals/mod.ts";
import { continuousBatching } from "../../techniques/mod.ts";
import { outcomes, prompts, texts, toyBench, toyInt8 } from "./toy_bench.ts";

const reasonOf = (outcome: Outcome | undefined) => {
  assert(outcome?.kind === "void", outcome?.kind);
  return outcome.reason;
};
const match = tokenMatch(prompts, { count: 4, tokens: 12 });

/** Keeps answers by sample, whoever is asked. */
function keeping<E extends Eval>(e: E): E {
  const known = new Map<string, unknown>();
  return {
    ...e,
    async *ask(session, samples) {
      const left = samples.filter(({ id }) => !known.has(id));
      if (left.length > 0) { for await (const { id, answer } of e.ask(session, left)) known.set(id, answer); }
      for (const { id } of samples) yield { id, answer: known.get(id) };
    },
  };
}

Deno.test("answers that another stack gave are void", async () => {
  const evals = [match, keeping(perplexity(texts, { count: 30, tokens: 40 }) as unknown as Eval)];
  const found = await outcomes(toyBench({ suite: { candidates: { int8: [toyInt8] }, evals } }));
  assertEquals(
    reasonOf(found.int8),
    "answers to toy_texts_nll came without the engine: it computed 0 tokens for 30 of them",
  );
});

Deno.test("an eval that says it sees the scheduler and only scores is void", async () => {
  const scoring: Eval = {
    ...match,
    name: "scoring",
    metrics: [{ name: "odd", unit: "breaches", better: "lower", rule: "exact", claim: "identical" }],
    async *ask(session, samples) {
      const items = samples.map(({ id }) => ({ id, context: [5], continuations: [[6]] }));
      for await (const { id } of session.score(items)) yield { id, answer: id };
    },
    grade: () => ({ odd: { value: 0 } }),
    show: () => "",
  };
  const suite = { candidates: { batching: [continuousBatching()] }, evals: [scoring] };
  const found = await outcomes(toyBench({ suite }));
  assertEquals(
    reasonOf(found.batching),
    "scoring is said to see the cache slot, and had no token of it",
  );
});

Deno.test("a baseline that answers otherwise in a crowd than alone judges nothing", async () => {
  const config = toyBench({
    suite: { candidates: { batching: [continuousBatching()] } },
    per: () => ({
      distort: (logits, _row, batch) => {
        if (batch.past.length > 1) logits.forEach((value, i) => (logits[i] = -99 * value));
      },
    }),
  });
  const reason = reasonOf((await outcomes(config)).batching);
  assert(/^the baseline's own answers to toy_prompts_match move by \d+\.\d{3} logits/.test(reason), reason);
});
