/** WebGPU where Deno finds an adapter, be it in software: a tiny model answers as on the processor; else the reason is told. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  adapter,
  type Backend,
  dense,
  localModel,
  oneAtATime,
  onnxEngine,
  plain,
  type Request,
  type Stack,
  UserError,
} from "../../mod.ts";
import { llamaFile, tinyLlama } from "../engine/tiny_llama.ts";

/** Logits that two orders of 32-bit sums may set apart. */
const NEAR = 1e-4;

const found = await adapter().catch((error: unknown) => error);

async function answers(backend: Backend, stack: Stack) {
  await using session = await onnxEngine({ backend }).open(stack);
  const requests = ["alpha", "be", "gamma"].map((id, i): Request => ({
    id,
    prompt: Array.from(id, (char) => 2 + char.charCodeAt(0) % 36),
    maxTokens: 6 + i * 3,
    stop: [],
    scored: true,
  }));
  const all = await Array.fromAsync(session.generate(requests));
  return requests.map(({ id }) => {
    const own = all.filter((emission) => emission.id === id);
    return {
      tokens: own.flatMap(({ tokens }) => tokens),
      margins: own.flatMap(({ margins }) => margins),
    };
  });
}

Deno.test("webgpu answers as native does, or says that there is no adapter", async () => {
  const file = await Deno.makeTempFile({ suffix: ".gguf" });
  try {
    await Deno.writeFile(file, llamaFile(tinyLlama()));
    const stack = { model: await localModel(file), cache: dense(), decoder: plain, scheduler: oneAtATime };
    if (found instanceof Error) {
      assert(found instanceof UserError);
      await assertRejects(() => answers("webgpu", stack), UserError, "must find an adapter");
      return;
    }
    const [native, webgpu] = [await answers("native", stack), await answers("webgpu", stack)];
    assertEquals(webgpu.map(({ tokens }) => tokens), native.map(({ tokens }) => tokens));
    for (const [i, { margins }] of webgpu.entries()) {
      margins.forEach((margin, at) => assert(Math.abs(margin - native[i]!.margins[at]!) < NEAR));
    }
  } finally {
    await Deno.remove(file);
  }
});
