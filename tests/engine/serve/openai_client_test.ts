import { assert, assertEquals, assertRejects } from "@std/assert";
import OpenAI from "openai";
import { served } from "./served.ts";

const asked = { model: "toy", prompt: "the moon and the sun", max_tokens: 12, temperature: 0 } as const;

Deno.test("OpenAI's client gets a completion, whole and as a stream, and both are the same", async () => {
  await served(async ({ client }) => {
    const whole = await client.completions.create(asked);
    assertEquals(whole.usage, { prompt_tokens: 20, completion_tokens: 12, total_tokens: 32 });
    const { finish_reason, text } = whole.choices[0]!;
    assertEquals(finish_reason, "length");
    let [streamed, usage] = ["", undefined as OpenAI.CompletionUsage | null | undefined];
    const options = { stream: true, stream_options: { include_usage: true } } as const;
    for await (const part of await client.completions.create({ ...asked, ...options })) {
      streamed += part.choices[0]?.text ?? "";
      usage = part.usage;
    }
    assertEquals([streamed, usage], [text, whole.usage]);
  });
});

Deno.test("OpenAI's client gets a chat, whole and as a stream, and both are the same", async () => {
  await served(async ({ client }) => {
    const messages = [{ role: "system", content: "be brief" }, { role: "user", content: "hello" }] as const;
    const chat = { model: "toy", messages: [...messages], max_completion_tokens: 9, temperature: 0 };
    const whole = await client.chat.completions.create(chat);
    assertEquals(whole.choices[0]!.message.role, "assistant");
    const stream = client.chat.completions.stream({ ...chat, stream: true });
    const final = await stream.finalChatCompletion();
    assertEquals(final.choices[0]!.message.content, whole.choices[0]!.message.content);
    assertEquals(final.choices[0]!.finish_reason, "length");
  });
});

Deno.test("a chat's log-probabilities have the likeliest tokens, in the client's own types", async () => {
  await served(async ({ client }) => {
    const messages = [{ role: "user", content: "hello" }] as const;
    const { choices } = await client.chat.completions.create({
      model: "toy",
      messages: [...messages],
      max_completion_tokens: 3,
      temperature: 0,
      logprobs: true,
      top_logprobs: 2,
    });
    const content = choices[0]!.logprobs!.content!;
    assertEquals(content.map(({ token }) => token).join(""), choices[0]!.message.content);
    for (const { token, logprob, bytes, top_logprobs } of content) {
      assertEquals(top_logprobs.length, 2);
      assertEquals([top_logprobs[0]!.token, top_logprobs[0]!.logprob], [token, logprob]);
      assertEquals(new TextDecoder().decode(Uint8Array.from(bytes!)), token);
    }
  });
});

Deno.test("what is wrong comes as the client's own errors", async () => {
  await served(async ({ client }) => {
    await assertRejects(
      () => client.completions.create({ ...asked, model: "gpt" }),
      OpenAI.NotFoundError,
      'Cannot use the model "gpt" as it must be toy',
    );
    await assertRejects(
      () => client.completions.create({ ...asked, max_tokens: 600 }),
      OpenAI.BadRequestError,
      "max_tokens",
    );
    await assertRejects(
      () => client.completions.create({ ...asked, max_tokens: 500 }),
      OpenAI.BadRequestError,
      "must fit the model's context of 512 tokens: found 20 + 500",
    );
  });
});

Deno.test("the client lists the model, and finds it by name", async () => {
  await served(async ({ client }) => {
    const models = await Array.fromAsync(client.models.list());
    assertEquals(models.map(({ id }) => id), ["toy"]);
    assertEquals((await client.models.retrieve("toy")).owned_by, "assay");
  });
});

Deno.test("a key, where there is one, must be shown", async () => {
  await served(async ({ url, client }) => {
    assertEquals((await client.completions.create(asked)).choices.length, 1);
    const stranger = new OpenAI({ baseURL: `${url}/v1`, apiKey: "guess", maxRetries: 0 });
    await assertRejects(() => stranger.completions.create(asked), OpenAI.AuthenticationError);
  }, { key: "secret" });
});

Deno.test("a stream that the client aborts ends in the engine too", async () => {
  await served(async ({ client, url }) => {
    const stream = await client.completions.create({ ...asked, max_tokens: 400, stream: true });
    for await (const _ of stream) break;
    stream.controller.abort();
    for (;;) {
      const text = await (await fetch(`${url}/metrics`)).text();
      if (text.includes("assay_requests_running 0") && text.includes('{how="left"} 1')) break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert((await client.completions.create(asked)).choices[0]!.text.length > 0);
  });
});
