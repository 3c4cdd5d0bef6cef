import { assert, assertEquals } from "@std/assert";
import { endpoint } from "./served.ts";

const PATH = "/v1/completions";
const prompt = "the moon and the sun";
const greedy = { prompt, max_tokens: 20, temperature: 0 };

type Ask = Parameters<Parameters<typeof endpoint>[0]>[0];

async function answered(ask: Ask, body: unknown) {
  const response = await ask(PATH, body);
  const text = await response.text();
  assertEquals(response.status, 200, text);
  return JSON.parse(text);
}

/** The events of a stream, as JSON but for the last. */
async function events(ask: Ask, body: Record<string, unknown>) {
  const text = await (await ask(PATH, { ...body, stream: true })).text();
  const lines = text.trimEnd().split("\n\n").map((line) => line.replace(/^data: /, ""));
  return { last: lines.at(-1), parts: lines.slice(0, -1).map((line) => JSON.parse(line)) };
}

Deno.test("temperature 0 answers the same every time; a seed fixes what is drawn, and each choice has its own", async () => {
  await endpoint(async (ask) => {
    const drawn = { prompt, max_tokens: 20, n: 3, seed: 7 };
    const texts = async (body: unknown) =>
      (await answered(ask, body)).choices.map(({ text }: { text: string }) => text);
    assertEquals(await texts(greedy), await texts(greedy));
    const three = await texts(drawn);
    assertEquals(new Set(three).size, 3);
    assertEquals(await texts(drawn), three);
    assertEquals(await texts({ ...drawn, n: 1, seed: 8 }), [three[1]]);
  });
});

Deno.test("a stop of several tokens ends the answer before it, whole or as a stream, and the engine too", async () => {
  await endpoint(async (ask, session) => {
    const { choices: [{ text }] } = await answered(ask, greedy);
    const stop = text.slice(6, 10);
    const body = { ...greedy, stop: ["nowhere in it", stop], return_token_ids: true };
    const { choices: [choice], usage } = await answered(ask, body);
    assertEquals([choice.text, choice.finish_reason], [text.slice(0, text.indexOf(stop)), "stop"]);
    assertEquals(usage.completion_tokens, text.indexOf(stop) + 4);
    assertEquals(choice.token_ids.length, usage.completion_tokens);
    const before = (await session.stats()).counters.tokens!;
    const { parts, last } = await events(ask, { ...body, max_tokens: 400 });
    assertEquals(parts.map((part) => part.choices[0].text).join(""), choice.text);
    assertEquals([parts.at(-1).choices[0].finish_reason, last], ["stop", "[DONE]"]);
    assert((await session.stats()).counters.tokens! - before < 100);
  });
});

Deno.test("what may begin a stop is held back, and told where it does not go on", async () => {
  await endpoint(async (ask) => {
    const { choices: [{ text }] } = await answered(ask, greedy);
    const almost = [text.slice(3, 8) + "?", text.slice(-3) + "?"];
    const { parts } = await events(ask, { ...greedy, stop: almost });
    assertEquals(parts.map((part) => part.choices[0].text).join(""), text);
    assertEquals(parts.at(-1).choices[0].finish_reason, "length");
  });
});

Deno.test("echo with no tokens scores the prompt, each token given all those before it", async () => {
  await endpoint(async (ask, session) => {
    const ids = session.tokenizer.encode(prompt);
    const body = { prompt: ids, max_tokens: 0, echo: true, logprobs: 1, temperature: 0 };
    const { choices: [{ text, logprobs, finish_reason }], usage } = await answered(ask, body);
    assertEquals([text, finish_reason], [session.tokenizer.decode(ids), "length"]);
    assertEquals([usage.prompt_tokens, usage.completion_tokens], [ids.length, 0]);
    const item = { id: "", context: ids.slice(0, 1), continuations: [ids.slice(1)] };
    const [scored] = await Array.fromAsync(session.score([item]));
    assertEquals(logprobs.token_logprobs[0], null);
    const own: number[] = logprobs.token_logprobs.slice(1);
    own.forEach((value, i) => assert(Math.abs(value - scored!.logProbs[0]![i]!) < 1e-5));
    const tops: Record<string, number>[] = logprobs.top_logprobs.slice(1);
    tops.forEach((top, i) =>
      assert(Math.abs(Math.max(...Object.values(top)) - scored!.tops[0]![i]!) < 1e-5, `${i}`)
    );
    assertEquals(logprobs.text_offset, Array.from(ids, (_, i) => i));
  });
});

Deno.test("echo with tokens has prompt and answer in one, whole and as a stream", async () => {
  await endpoint(async (ask) => {
    const body = { ...greedy, max_tokens: 3, echo: true, logprobs: 2 };
    const { choices: [{ text, logprobs }] } = await answered(ask, body);
    assert(text.startsWith(prompt));
    assertEquals(logprobs.tokens.length, prompt.length + 3);
    const { parts } = await events(ask, body);
    assertEquals(parts.map((part) => part.choices[0].text).join(""), text);
    assertEquals(parts.flatMap((part) => part.choices[0].logprobs.token_logprobs), logprobs.token_logprobs);
    assertEquals(parts.flatMap((part) => part.choices[0].logprobs.text_offset), logprobs.text_offset);
  });
});

Deno.test("several prompts, as texts or ids, are answered in their order with n answers each", async () => {
  await endpoint(async (ask, session) => {
    const texts = ["one", "two and"];
    const body = { ...greedy, n: 2, return_token_ids: true, ignore_eos: true };
    const { choices, usage } = await answered(ask, { ...body, prompt: texts });
    const ids = texts.map((text) => session.tokenizer.encode(text));
    assertEquals(choices.map((one: { index: number }) => one.index), [0, 1, 2, 3]);
    assertEquals(
      choices.map((one: { prompt_token_ids: number[] }) => one.prompt_token_ids),
      [ids[0], ids[0], ids[1], ids[1]],
    );
    assertEquals([usage.prompt_tokens, usage.completion_tokens], [10, 80]);
    assertEquals((await answered(ask, { ...body, prompt: ids })).choices, choices);
  });
});

Deno.test("a stream tells the ids of its prompt once, those of the answer as they come, and its usage at the end", async () => {
  await endpoint(async (ask) => {
    const { choices: [whole], usage } = await answered(ask, { ...greedy, return_token_ids: true });
    const { parts, last } = await events(ask, {
      ...greedy,
      return_token_ids: true,
      stream_options: { include_usage: true },
    });
    const choices = parts.slice(0, -1).map((part) => part.choices[0]);
    assertEquals(choices.flatMap((one) => one.prompt_token_ids ?? []), whole.prompt_token_ids);
    assertEquals(choices.flatMap((one) => one.token_ids), whole.token_ids);
    assertEquals(parts.slice(0, -1).map((part) => part.usage), choices.map(() => null));
    assertEquals([parts.at(-1).choices, parts.at(-1).usage, last], [[], usage, "[DONE]"]);
  });
});

Deno.test("an answer ends at the model's own end, which is no text of it, unless that is to be ignored", async () => {
  await endpoint(async (ask, session) => {
    // What the toy says after this is its end.
    const drawn = { prompt, max_tokens: 300, temperature: 2, seed: 1, return_token_ids: true };
    const { choices: [ended] } = await answered(ask, drawn);
    assertEquals([ended.finish_reason, ended.token_ids.at(-1)], ["stop", session.tokenizer.eos]);
    assertEquals(ended.text, session.tokenizer.decode(ended.token_ids.slice(0, -1)));
    const { choices: [whole] } = await answered(ask, { ...drawn, ignore_eos: true });
    assertEquals([whole.finish_reason, whole.token_ids.length], ["length", 300]);
  });
});
