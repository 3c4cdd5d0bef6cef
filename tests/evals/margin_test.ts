import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../engine/mod.ts";
import { allowing, perplexity, tokenMatch } from "../../evals/mod.ts";
import { prompts, texts } from "./toy_bench.ts";

const nll = perplexity(texts, { count: 30, tokens: 40 });
const match = tokenMatch(prompts, { count: 4, tokens: 12 });

Deno.test("a margin of one's own replaces the metric's, and leaves the rest as it was", () => {
  const own = allowing(nll, { nll: 0.01 });
  assertEquals(own.metrics.map(({ name, allowed }) => [name, allowed]), [["nll", 0.01], [
    "bits_per_byte",
    undefined,
  ]]);
  assertEquals({ ...own, metrics: nll.metrics }, nll);
});

Deno.test("a metric that was only reported is judged once it has a margin", () => {
  assertEquals(allowing(nll, { bits_per_byte: 0.005 }).metrics[1]!.allowed, 0.005);
});

for (
  const [eval_, margins, why] of [
    [nll, { nil: 0.01 }, "nil in eval toy_texts_nll as it must be one of nll, bits_per_byte."],
    [match, { divergent: 1 }, "divergent in eval toy_prompts_match as it must be one of ties, drift."],
    [nll, { nll: NaN }, "nll in eval toy_texts_nll as it must be a number above 0: found NaN."],
    [nll, { nll: -1 }, "nll in eval toy_texts_nll as it must be a number above 0: found -1."],
  ] as const
) {
  Deno.test(`a margin is refused in one sentence: ${JSON.stringify(margins)} of ${eval_.name}`, () => {
    const set = () => allowing(eval_ as typeof nll, margins as unknown as Record<string, number>);
    assertThrows(set, UserError, `Cannot set the margin of ${why}`);
  });
}
