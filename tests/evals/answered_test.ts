import { assertEquals } from "@std/assert";
import type { Request } from "../../engine/mod.ts";
import { answered, type Block } from "../../evals/mod.ts";
import { workload } from "./toy_bench.ts";

const load = workload({ requests: 1, maxTokens: 4 });
const timing: Block["timings"][number] = {
  id: "a",
  sent: 90,
  tokens: [100, 150, 200, 250],
  finish: "length",
  lag: 0,
};
const whole: Block = { arm: "base", startedAt: 0, duration: 250, timings: [timing] };
const but = (over: Partial<typeof timing>): Block => ({ ...whole, timings: [{ ...timing, ...over }] });
const { finish: _, ...endless } = timing;
const stopping = new Map([["a", { id: "a", prompt: [1], maxTokens: 4, stop: [2] } satisfies Request]]);

Deno.test("nothing is wrong with a whole block", () => assertEquals(answered(whole, load, new Map()), []));

Deno.test("a request that a token may stop may be shorter", () => {
  assertEquals(answered(but({ tokens: [100, 150], finish: "stop" }), load, stopping), []);
});

for (
  const [what, block, reason] of [
    ["a missing request", { ...whole, timings: [] }, "0 of 1 requests were answered"],
    ["a missing token", but({ tokens: [100, 150, 200] }), "request a has 3 tokens where 4 were asked"],
    [
      "a token too many",
      but({ tokens: [100, 150, 200, 210, 220] }),
      "request a has 5 tokens where 4 were asked",
    ],
    [
      "an answer that says only that it stopped",
      but({ tokens: [100, 150], finish: "stop" }),
      "request a stopped where nothing was to stop it",
    ],
    [
      "an error after some tokens",
      but({ tokens: [100, 150], finish: "error" }),
      "request a ended by an error after 2 tokens",
    ],
    ["an error after all tokens", but({ finish: "error" }), "request a ended by an error after 4 tokens"],
    ["a stream without an end", { ...whole, timings: [endless] }, "request a never said that it ended"],
    [
      "a token before it was asked for",
      but({ tokens: [80, 150, 200, 250] }),
      "request a has tokens before their time",
    ],
    [
      "a token before the one before it",
      but({ tokens: [100, 200, 150, 250] }),
      "request a has tokens before their time",
    ],
    ["a token after the end", but({ tokens: [100, 150, 200, 252] }), "request a ends after its block"],
    [
      "a time that is no number",
      but({ tokens: [100, NaN, 200, 250] }),
      "request a has tokens before their time",
    ],
    [
      "an end that is dated after the client had it",
      but({ lag: -20 }),
      "request a ended 20 ms after the client had its end",
    ],
    [
      "a whole answer at one moment",
      but({ tokens: [200, 200, 200, 200] }),
      "request a has 4 tokens within 0.000 ms, which no engine takes",
    ],
    [
      "an answer told in parts that took no time",
      but({ tokens: [200, 200.001, 200.002, 200.003] }),
      "request a has 4 tokens within 0.003 ms, which no engine takes",
    ],
  ] as readonly (readonly [string, Block, string])[]
) {
  Deno.test(`found: ${what}`, () =>
    assertEquals(answered(block, load, new Map()), [
      `toy_single, base: ${reason}`,
    ]));
}

Deno.test("found: a block that took no time", () => {
  const block: Block = { ...whole, duration: 0, timings: [{ ...timing, sent: 0, tokens: [0] }] };
  assertEquals(answered(block, workload({ requests: 1, maxTokens: 1 }), new Map()), [
    "toy_single, base: it took no time",
  ]);
});
