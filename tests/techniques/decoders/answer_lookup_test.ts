import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { DecoderLive, KvView, Sequence } from "../../../engine/mod.ts";
import { open } from "../../../techniques/decoders/answer_lookup.ts";
import { EarlierAnswers } from "../../../techniques/decoders/earlier_answers.ts";

const past = {} as KvView;
function request(
  id: string,
  prompt: readonly number[],
  answer: readonly number[],
  tenant?: string,
): Sequence {
  return {
    request: { id, prompt, maxTokens: 99, stop: [], ...(tenant === undefined ? {} : { tenant }) },
    tokens: [...prompt, ...answer],
    prompted: prompt.length,
  };
}
const draft = async (live: DecoderLive, sequence: Sequence, room = 2) =>
  (await live.propose([{ sequence, room, past }]))[0]!.tokens;

Deno.test("what followed the same words in an earlier answer is proposed", async () => {
  const live = open({ guesses: 4, tokens: 100 });
  live.finish!(request("a", [9], [1, 2, 3, 4]));
  assertEquals(await draft(live, request("b", [8], [1, 2])), [3, 4]);
});

Deno.test("the longer match proposes, the request's own where both are as long", async () => {
  const live = open({ guesses: 4, tokens: 100 });
  live.finish!(request("a", [9], [1, 2, 3, 4]));
  assertEquals(await draft(live, request("b", [2, 7, 8], [1, 2])), [3, 4]);
  assertEquals(await draft(live, request("c", [1, 2, 7, 8], [1, 2])), [7, 8]);
});

Deno.test("prompts are not remembered, and no guess goes over the end of an answer", async () => {
  const live = open({ guesses: 4, tokens: 100 });
  live.finish!(request("a", [5, 6, 7], [1, 2]));
  live.finish!(request("b", [9], [3, 4]));
  assertEquals(await draft(live, request("c", [8], [5])), []);
  assertEquals(await draft(live, request("d", [8], [1])), [2]);
});

Deno.test("an answer that is given while another request runs is seen by it", async () => {
  const live = open({ guesses: 4, tokens: 100 });
  live.finish!(request("a", [9], [1, 2]));
  assertEquals(await draft(live, request("b", [8], [3, 4])), []);
  live.finish!(request("c", [9], [3, 4, 5, 6]));
  assertEquals(await draft(live, request("b", [8], [3, 4])), [5, 6]);
});

Deno.test("no tenant is shown a token of another's answers, whatever is asked and evicted between them", () => {
  const tenants = ["", "a", "b"];
  const event = fc.record({
    tenant: fc.nat(2),
    tokens: fc.array(fc.nat(5), { minLength: 1, maxLength: 12 }),
    ends: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), fc.integer({ min: 8, max: 80 }), (events, limit) => {
      const earlier = new EarlierAnswers(limit);
      const given: number[][][] = [[], [], []];
      for (const { tenant, tokens, ends } of events) {
        if (ends) {
          earlier.add(tenants[tenant]!, tokens);
          given[tenant]!.push(tokens);
        } else {
          const found = earlier.reader(tenants[tenant]!).find(tokens);
          const guesses = found === undefined ? [] : found.after(8);
          const seen = found === undefined ? [] : tokens.slice(tokens.length - found.length);
          const part = [...seen, ...guesses].join();
          assert(part === "" || given[tenant]!.some((answer) => `,${answer},`.includes(`,${part},`)), part);
        }
        assert(earlier.size <= limit);
      }
    }),
    { numRuns: 500, seed: 7 },
  );
});

Deno.test("the oldest answers go, whole, when there are too many tokens", () => {
  const earlier = new EarlierAnswers(32);
  for (let answer = 0; answer < 20; answer++) earlier.add("t", [answer * 3, answer * 3 + 1, answer * 3 + 2]);
  const kept = Array.from({ length: 20 }, (_, answer) => earlier.reader("t").find([answer * 3])?.after(9));
  const held = kept.findIndex((after) => after !== undefined);
  assertEquals(earlier.size, (20 - held) * 4);
  assert(held > 0 && earlier.size > 20);
  kept.forEach((after, answer) => {
    assertEquals(after, answer < held ? undefined : [answer * 3 + 1, answer * 3 + 2]);
  });
});

Deno.test("an answer that is longer than all may be is left out, and the rest stays", () => {
  const earlier = new EarlierAnswers(8);
  earlier.add("t", [1, 2]);
  earlier.add("t", Array.from({ length: 8 }, (_, i) => 10 + i));
  assertEquals([earlier.size, earlier.reader("t").find([1])?.after(4)], [3, [2]]);
});
