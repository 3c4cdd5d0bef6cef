/** What a worker tells of a step: all of it at once, before the next step. */
import { assertEquals } from "@std/assert";
import { dense, localModel, oneAtATime, plain } from "../../../engine/mod.ts";
import type { Ask, Told } from "../../../engine/engines/worker_host.ts";
import { continuousBatching } from "../../../techniques/mod.ts";
import { useTestCache } from "../test_cache.ts";
import { llamaFile, tinyLlama } from "../tiny_llama.ts";

useTestCache();

Deno.test("the tokens of all streams of a step are told in one message, and a step's before those of the next", async () => {
  const file = await Deno.makeTempFile({ suffix: ".gguf" });
  await Deno.writeFile(file, llamaFile(tinyLlama()));
  const base = { model: await localModel(file), cache: dense(), decoder: plain, scheduler: oneAtATime };
  const stack = await continuousBatching().transform(base);
  const module = new URL("../../../engine/engines/onnx_worker.ts", import.meta.url);
  const worker = new Worker(module, { type: "module" });
  const ask = (asked: Ask) => worker.postMessage(asked);
  const told: Extract<Told, { type: "emitted" }>[] = [];
  const until = (type: Told["type"]) =>
    new Promise<void>((resolve) => {
      worker.onmessage = ({ data }: MessageEvent<Told>) => {
        if (data.type === "emitted") told.push(data);
        if (data.type === type) resolve();
      };
    });
  const [streams, tokens] = [4, 12];
  try {
    ask({ type: "open", opening: { stack, backend: "native", threads: 1 } });
    await until("opened");
    for (let i = 0; i < streams; i++) {
      ask({ type: "submit", request: { id: `${i}`, prompt: [5, 6, 7 + i], maxTokens: tokens, stop: [] } });
    }
    ask({ type: "end" });
    await until("ended");
  } finally {
    worker.terminate();
    await Deno.remove(file);
  }
  assertEquals(told.flatMap(({ emissions }) => emissions).length, streams * tokens);
  const steps = told.map(({ emissions }) => new Set(emissions.map(({ at }) => at)));
  assertEquals(steps.map(({ size }) => size), told.map(() => 1));
  assertEquals(new Set(steps.flatMap((ats) => [...ats])).size, told.length);
});
