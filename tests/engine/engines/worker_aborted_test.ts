/** A session in a worker: what is aborted here ends there, and its counts are told while it answers. */
import { assert, assertEquals } from "@std/assert";
import { dense, localModel, oneAtATime, onnxEngine, plain } from "../../../engine/mod.ts";
import { useTestCache } from "../test_cache.ts";
import { llamaFile, tinyLlama } from "../tiny_llama.ts";

useTestCache();

Deno.test("an aborted request ends in the worker, the next one is answered as ever, and counts are told meanwhile", async () => {
  const file = await Deno.makeTempFile({ suffix: ".gguf" });
  await Deno.writeFile(file, llamaFile(tinyLlama()));
  const stack = { model: await localModel(file), cache: dense(), decoder: plain, scheduler: oneAtATime };
  await using session = await onnxEngine({ backend: "native", threads: 1 }).open(stack);
  const controller = new AbortController();
  const asked = (id: string, signal?: AbortSignal) => ({
    id,
    prompt: [5, 6, 7],
    maxTokens: 240,
    stop: [],
    ...(signal ? { signal } : {}),
  });
  const tokens: Record<string, number[]> = { a: [], b: [] };
  let steps = 0;
  for await (const emission of session.generate([asked("a", controller.signal), asked("b")])) {
    tokens[emission.id]!.push(...emission.tokens);
    controller.abort();
    if (steps === 0) steps = (await session.stats()).counters.steps!;
  }
  assert(steps > 0 && tokens.a!.length < 240, `${tokens.a!.length}`);
  assertEquals([tokens.b!.length, tokens.b!.slice(0, tokens.a!.length)], [240, tokens.a]);
  await Deno.remove(file);
});
