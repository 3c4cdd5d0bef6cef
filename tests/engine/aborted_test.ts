import { assert, assertEquals } from "@std/assert";
import { dense, oneAtATime, plain, type Request, type Stack } from "../../engine/mod.ts";
import { toyEngine, toyModel } from "../../engine/engines/toy.ts";
import { compose, continuousBatching, prefixCache } from "../../techniques/mod.ts";

const baseline: Stack = { model: toyModel, cache: dense(), decoder: plain, scheduler: oneAtATime };
const ask = (id: string, signal?: AbortSignal): Request => ({
  id,
  prompt: [3, 4, 5, 6 + id.length],
  maxTokens: 30,
  stop: [],
  ...(signal && { signal }),
});

/** Tokens by request; the controller named is aborted once that request has told as many tokens. */
async function told(
  stack: Stack,
  asked: readonly Request[],
  abort: AbortController,
  id: string,
  after: number,
) {
  await using session = await toyEngine().open(stack);
  const tokens: Record<string, number[]> = {};
  for await (const emission of session.generate(asked)) {
    (tokens[emission.id] ??= []).push(...emission.tokens);
    if (emission.id === id && tokens[id]!.length === after) abort.abort();
  }
  return { tokens, after: (await session.stats()).counters };
}

for (
  const [name, techniques] of [["one at a time", []], ["in a batch", [
    prefixCache(512),
    continuousBatching(),
  ]]] as const
) {
  Deno.test(`an aborted request ends at the next step, ${name}, and the others answer as ever`, async () => {
    const stack = (await compose(baseline, techniques)).at(-1)!;
    const [controller, never] = [new AbortController(), new AbortController()];
    const others = ["b", "ccc"].map((id) => ask(id));
    const { tokens } = await told(stack, [ask("aa", controller.signal), ...others], controller, "aa", 4);
    const whole = await told(stack, [ask("aa"), ...others], never, "", 0);
    assertEquals(tokens.aa, whole.tokens.aa!.slice(0, 4));
    assertEquals([tokens.b, tokens.ccc], [whole.tokens.b, whole.tokens.ccc]);
  });
}

Deno.test("a request that is aborted before it comes, or while it waits, is never run", async () => {
  const [first, controller] = [new AbortController(), new AbortController()];
  first.abort();
  const asked = [ask("aa"), ask("b", controller.signal), ask("ccc", first.signal)];
  const { tokens } = await told(baseline, asked, controller, "aa", 2);
  assertEquals([Object.keys(tokens), tokens.aa!.length], [["aa"], 30]);
});

Deno.test("an aborted request gives its pages back", async () => {
  const controller = new AbortController();
  // Room for one of them at a time only.
  const stack = { ...baseline, cache: dense(48) };
  const { tokens } = await told(stack, [ask("aa", controller.signal), ask("b")], controller, "aa", 1);
  assert(tokens.b!.length === 30);
});
