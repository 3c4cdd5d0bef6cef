import { assertEquals } from "@std/assert";
import { endpoint } from "./served.ts";

const ok = { prompt: "hello" };
const messages = [{ role: "user", content: "hello" }];

for (
  const [body, status, message] of [
    ["{", 400, "Cannot read the body as it must be JSON"],
    ["[]", 400, "Cannot read the body as it must be a JSON object: found a list of 0"],
    [{}, 400, "Cannot use prompt as it must be a text, a list of token ids"],
    [{ prompt: "" }, 400, "Cannot use prompt as it must be a text"],
    [{ prompt: [] }, 400, "Cannot use prompt as it must be a text"],
    [{ prompt: ["a", 5] }, 400, "each of at least one token: found 5"],
    [{ prompt: [1, 99] }, 400, "Cannot use prompt as it must be ids from 0 to 63: found 99"],
    [{ prompt: [1, 2.5] }, 400, "Cannot use prompt as it must be ids from 0 to 63: found 2.5"],
    [
      { ...ok, max_tokens: 0 },
      400,
      "Cannot use max_tokens as it must be a whole number from 1 to 512: found 0",
    ],
    [
      { ...ok, max_tokens: "9" },
      400,
      'Cannot use max_tokens as it must be a whole number from 1 to 512: found "9"',
    ],
    [{ ...ok, max_tokens: 510 }, 400, "must fit the model's context of 512 tokens: found 5 + 510"],
    [{ ...ok, temperature: -1 }, 400, "Cannot use temperature as it must be a number from 0 to 2: found -1"],
    [{ ...ok, top_p: 0 }, 400, "Cannot use top_p as it must be above 0 and at most 1: found 0"],
    [{ ...ok, n: 129 }, 400, "Cannot use n as it must be a whole number from 1 to 128: found 129"],
    [
      { ...ok, n: 100 },
      400,
      "Cannot use n as it must be such that at most 64 answers are asked for at once: found 100",
    ],
    [{ ...ok, seed: "x" }, 400, "Cannot use seed as it must be a whole number"],
    [
      { ...ok, stop: [""] },
      400,
      'Cannot use stop as it must be a text or a list of texts, none of them empty: found ""',
    ],
    [{ ...ok, stream: 1 }, 400, "Cannot use stream as it must be true or false: found 1"],
    [{ ...ok, stream_options: { include_usage: true } }, 400, "absent unless stream is true"],
    [
      { ...ok, logprobs: true },
      400,
      "Cannot use logprobs as it must be a whole number from 0 to 20: found true",
    ],
    [{ ...ok, temprature: 0 }, 400, "Cannot use temprature as a field must be one that this server knows"],
    [
      { ...ok, presence_penalty: 1 },
      400,
      "Cannot use presence_penalty as this server does not support it: leave it away, or at 0",
    ],
    [{ ...ok, model: "x" }, 404, 'Cannot use the model "x" as it must be toy, which is served here'],
    [{ ...ok, model: 3 }, 400, "Cannot use model as it must be a text: found 3"],
  ] as const
) {
  const shown = JSON.stringify(body);
  Deno.test(`a completion refuses ${shown} with ${status}`, async () => {
    await endpoint(async (ask) => {
      const response = await ask("/v1/completions", body);
      const { error } = await response.json();
      assertEquals([response.status, error.message.includes(message)], [status, true], error.message);
      assertEquals(Object.keys(error), ["message", "type", "param", "code"]);
    });
  });
}

for (
  const [body, message] of [
    [{}, "Cannot use messages as it must be a list of at least one message: found none"],
    [{ messages: [] }, "Cannot use messages as it must be a list of at least one message"],
    [{ messages: ["hello"] }, "Cannot use messages[0] as it must be an object with role and content"],
    [{ messages: [{ role: "tool", content: "" }] }, "Cannot use messages[0].role as it must be one of"],
    [{ messages: [{ role: "user" }] }, "Cannot use messages[0].content as it must be a text"],
    [
      { messages: [{ role: "user", content: [{ type: "image_url" }] }] },
      "Cannot use messages[0].content as it must be of parts of type text",
    ],
    [{ messages, top_logprobs: 2 }, "Cannot use top_logprobs as it must be absent unless logprobs is true"],
    [{ messages, tools: [{}] }, "Cannot use tools as this server does not support it"],
  ] as const
) {
  Deno.test(`a chat refuses ${JSON.stringify(body)}`, async () => {
    await endpoint(async (ask) => {
      const response = await ask("/v1/chat/completions", body);
      const { error } = await response.json();
      assertEquals([response.status, error.message.includes(message)], [400, true], error.message);
    });
  });
}

Deno.test("null is as good as absent, and fields at rest are passed over", async () => {
  await endpoint(async (ask) => {
    const idle = { stop: null, logprobs: null, logit_bias: {}, frequency_penalty: 0, user: "me", best_of: 1 };
    assertEquals((await ask("/v1/completions", { ...ok, ...idle })).status, 200);
  });
});

Deno.test("parts of text are one text, and a developer is the system", async () => {
  await endpoint(async (ask) => {
    const greedy = { temperature: 0, max_tokens: 8, return_token_ids: true };
    const parts = [{ type: "text", text: "hel" }, { type: "text", text: "lo" }];
    const told = async (messages: unknown) =>
      (await (await ask("/v1/chat/completions", { ...greedy, messages })).json()).prompt_token_ids;
    assertEquals(
      await told([{ role: "developer", content: "x" }, { role: "user", content: parts }]),
      await told([{ role: "system", content: "x" }, ...messages]),
    );
  });
});

Deno.test("a body too long, a place where nothing is and another method are told in the same form", async () => {
  await endpoint(async (ask) => {
    const long = await ask("/v1/completions", "x".repeat(16 * 2 ** 20 + 1));
    const nowhere = await ask("/v1/embeddings", {});
    const got = await ask("/v1/completions");
    const found = [];
    for (const response of [long, nowhere, got]) {
      found.push([response.status, typeof (await response.json()).error.message]);
    }
    assertEquals(found, [[413, "string"], [404, "string"], [404, "string"]]);
  });
});
