/** How many bytes a session says that its weights take, counted by hand on a model of two layers. */
import { assertEquals } from "@std/assert";
import {
  bitsPerWeight,
  dense,
  localModel,
  oneAtATime,
  onnxEngine,
  plain,
  type Precision,
  type Stack,
  transformersJs,
} from "../../../engine/mod.ts";
import { useTestCache } from "../test_cache.ts";
import { llamaFile, SIZE, tinyLlama } from "../tiny_llama.ts";

useTestCache();
const folder = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const file = `${folder}/tiny.gguf`;
await Deno.writeFile(file, llamaFile(tinyLlama()));
const recipe = await localModel(file);

const { layers, width, heads, kvHeads, headDim, ffn, vocabulary } = SIZE;
const TABLE = vocabulary * width;
/** Weights of the layers' matrices whose inputs are `width` and `ffn` long. */
const BODY = layers * ((heads + 2 * kvHeads) * headDim * width + width * heads * headDim + 3 * ffn * width);
/** Rows of them all. */
const ROWS = BODY / width - layers * ffn + layers * width;
const GAINS = (2 * layers + 1) * width;

async function bytesOf(body: Precision, head: Precision, engine = onnxEngine({ backend: "native" })) {
  const model = { ...recipe, params: { ...recipe.params, body, head } };
  const stack: Stack = { model, cache: dense(), decoder: plain, scheduler: oneAtATime };
  await using session = await engine.open(stack);
  return (await session.stats()).weightBytes;
}

Deno.test("floats take four bytes each, and the table is held beside the head that it is", async () => {
  assertEquals(await bytesOf({ bits: 32 }, { bits: 32 }), 4 * (BODY + TABLE + TABLE + GAINS));
  assertEquals(
    await bytesOf({ bits: 32 }, { bits: 32 }, transformersJs()),
    4 * (BODY + TABLE + TABLE + GAINS),
  );
});

Deno.test("integers take their bits, a scale a block and a zero point where there is one", async () => {
  const block = 32 as const;
  const symmetric = { bits: 8, block, symmetric: true } as const;
  assertEquals(await bytesOf(symmetric, symmetric), (BODY + TABLE) * (1 + 4 / block) + 4 * (TABLE + GAINS));
  // Rows of one block each have half a byte of zero point in a byte of their own.
  const asymmetric = { bits: 4, block: 64, symmetric: false } as const;
  const padded = ROWS * 64;
  assertEquals(await bytesOf(asymmetric, { bits: 32 }), padded / 2 + ROWS * 5 + 4 * (TABLE + TABLE + GAINS));
});

Deno.test("six bits take four and two, and one scale a block for both", async () => {
  const six = { bits: 6, block: 32, symmetric: false } as const;
  // The zero points of a row's one or two blocks take a byte for the upper bits and one for the lower.
  const rows = ROWS + vocabulary;
  assertEquals(await bytesOf(six, six), (BODY + TABLE) / 32 * (24 + 4) + 2 * rows + 4 * (TABLE + GAINS));
});

Deno.test("bits a weight are over all weights, a table that is the head too counted once", () => {
  assertEquals(bitsPerWeight(recipe, BODY + TABLE + GAINS), 8);
});
