/** Memory that runs out and disks that fail under a server: whatever befalls a request, no other answer changes. */
import { assert, assertEquals } from "@std/assert";
import { dense, PAGE_TOKENS, type Stack } from "../../../engine/mod.ts";
import { compose, continuousBatching, kvOffload, type Technique } from "../../../techniques/mod.ts";
import { baseline, endpoint, gaugeIn } from "./served.ts";

type Ask = Parameters<Parameters<typeof endpoint>[0]>[0];

const PATH = "/v1/completions";
const body = { prompt: "hello there", max_tokens: 150, temperature: 0, ignore_eos: true };
/** Beginnings of two pages each, all different. */
const prompts = Array.from(
  { length: 6 },
  (_, i) => `${"abcdef"[i]} long beginning, number ${i} of all that come`,
);

const over = async (stack: Stack, techniques: readonly Technique[]) =>
  (await compose(stack, techniques)).at(-1)!;
const small = (pages: number): Stack => ({ ...baseline, cache: dense(pages * PAGE_TOKENS) });

const gauge = async (ask: Ask, name: string) => gaugeIn(await (await ask("/metrics")).text(), name);

async function told(ask: Ask, prompt: string, more: Record<string, unknown> = {}): Promise<string> {
  const response = await ask(PATH, { ...body, prompt, ...more });
  assertEquals(response.status, 200);
  return (await response.json()).choices[0].text;
}

/** Each prompt's answer from a server that has room for everything and answers one at a time. */
async function alone(): Promise<readonly string[]> {
  const answers: string[] = [];
  await endpoint(async (ask) => {
    for (const prompt of prompts) answers.push(await told(ask, prompt));
  }, { stack: baseline });
  return answers;
}

/** Nothing is held any more, and the check that runs when a server is idle found nothing. */
async function clean(ask: Ask): Promise<void> {
  const health = await ask("/health");
  assertEquals([health.status, (await health.json()).status], [200, "ok"]);
  const held = ["requests_waiting", "requests_running", "engine_pages_held"];
  assertEquals(await Promise.all(held.map((name) => gauge(ask, name))), [0, 0, 0]);
}

Deno.test("memory that is exhausted while answers grow costs time: each is what it would be alone, and every page returns", async () => {
  const expected = await alone();
  // Room for one whole answer and a half, while four are let in by their prompts.
  const stack = await over(small(18), [continuousBatching({ sequences: 4, rows: 64 })]);
  await endpoint(async (ask) => {
    assertEquals(await Promise.all(prompts.map((prompt) => told(ask, prompt))), [...expected]);
    assert(await gauge(ask, "engine_preempted") > 0);
    await clean(ask);
  }, { stack });
});

Deno.test("a request that memory could never hold is refused with a status of its own, and the others are answered", async () => {
  const expected = await alone();
  const stack = await over(small(18), [continuousBatching({ sequences: 4, rows: 64 })]);
  await endpoint(async (ask) => {
    const [refused, ...others] = await Promise.all([
      ask(PATH, { ...body, max_tokens: 400 }),
      ...prompts.map((prompt) => told(ask, prompt)),
    ]);
    const { error } = await refused.json();
    assertEquals([refused.status, error.type], [400, "invalid_request_error"]);
    assert(error.message.includes("288"), error.message);
    assertEquals(others, [...expected]);
    await clean(ask);
  }, { stack });
});

Deno.test("clients that leave while memory is exhausted leave no page behind, and change no answer", async () => {
  const expected = await alone();
  const stack = await over(small(18), [continuousBatching({ sequences: 4, rows: 64 })]);
  await endpoint(async (ask) => {
    const leaving = prompts.map(async (prompt, i) => {
      const controller = new AbortController();
      const asked = ask(PATH, { ...body, prompt, stream: true }, { signal: controller.signal });
      const reader = (await asked).body!.getReader();
      for (let read = 0; read < 5 * i; read++) await reader.read();
      await reader.cancel();
    });
    assertEquals(await Promise.all(prompts.map((prompt) => told(ask, prompt))), [...expected]);
    await Promise.all(leaving);
    await clean(ask);
  }, { stack });
});

for (const [fault, counted] of [["full", "kv_pages_refused"], ["damaged", "kv_pages_lost"]] as const) {
  Deno.test(`behind a disk that is ${fault}, conversations are computed again and no answer changes`, async () => {
    const expected = await alone();
    const offloading = await over(baseline, [
      kvOffload({ tokens: 18 * PAGE_TOKENS, fileTokens: 1024 }),
      continuousBatching({ sequences: 4, rows: 64 }),
    ]);
    const module = import.meta.resolve("./faulty_tier.ts");
    const stack = {
      ...offloading,
      cache: { ...offloading.cache, params: { ...offloading.cache.params, fault }, module },
    };
    await endpoint(async (ask) => {
      for (let round = 0; round < 3; round++) {
        assertEquals(await Promise.all(prompts.map((prompt) => told(ask, prompt))), [...expected]);
      }
      assert(await gauge(ask, `engine_${counted}`) > 0);
      assertEquals(await gauge(ask, "engine_kv_pages_restored"), 0);
      assertEquals((await ask("/health")).status, 200);
    }, { stack });
  });
}
