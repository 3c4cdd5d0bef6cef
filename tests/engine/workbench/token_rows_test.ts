import { assertEquals } from "@std/assert";
import { TokenRows } from "../../../engine/mod.ts";
import { f32 } from "../gguf_file.ts";
import { llamaFile, SIZE, tinyLlama } from "../tiny_llama.ts";

const { width, vocabulary } = SIZE;

async function rows(table: "embedding" | "head", llama = tinyLlama()): Promise<Float32Array> {
  const file = await Deno.makeTempFile({ suffix: ".gguf" });
  try {
    await Deno.writeFile(file, llamaFile(llama));
    using all = new TokenRows({ file }, table);
    assertEquals(all.width, width);
    return all.of([7, 0, 7]);
  } finally {
    await Deno.remove(file);
  }
}

function expected(name: string, llama = tinyLlama()): Float32Array {
  const all = new Float32Array(llama.get(name)!.data.slice().buffer);
  return Float32Array.from([7, 0, 7].flatMap((row) => [...all.subarray(row * width, (row + 1) * width)]));
}

Deno.test("a table that is the LM head too gives both", async () => {
  for (const table of ["embedding", "head"] as const) assertEquals(await rows(table), expected("token_embd"));
});

Deno.test("an LM head of its own gives its own rows", async () => {
  const values = Array.from({ length: vocabulary * width }, (_, i) => i);
  const llama = new Map([...tinyLlama(), ["output", f32("output.weight", [vocabulary, width], values)]]);
  assertEquals(await rows("head", llama), expected("output", llama));
  assertEquals(await rows("embedding", llama), expected("token_embd"));
});
