/** Calibration of the KV cache on a real graph: what is read of a text lies within the extent that it left. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { openNetwork } from "../../../engine/engines/onnx_open.ts";
import {
  calibrateKv,
  dense,
  type KvPrecision,
  localModel,
  oneAtATime,
  PagedCache,
  pageForm,
  plain,
  type Stack,
  UserError,
} from "../../../engine/mod.ts";
import { fileTokenizer } from "../../../engine/file_tokenizer.ts";
import { readExtent } from "../../../engine/kv_extent.ts";
import { openWeights } from "../../../engine/weights/mod.ts";
import { useTestCache } from "../test_cache.ts";
import { llamaFile, tinyLlama } from "../tiny_llama.ts";

useTestCache();
const file = `${Deno.makeTempDirSync()}/tiny.gguf`;
Deno.writeFileSync(file, llamaFile(tinyLlama()));
globalThis.addEventListener(
  "unload",
  () => Deno.removeSync(file.slice(0, file.lastIndexOf("/")), { recursive: true }),
);

const stack: Stack = { model: await localModel(file), cache: dense(), decoder: plain, scheduler: oneAtATime };
/** A token a letter; longer than the model's context of 256. */
const text = (seed: number) =>
  Array.from({ length: 300 }, (_, i) => String.fromCharCode(97 + (i * i * (seed + 1) + 3 * i) % 26)).join("");
const texts = Array.from({ length: 17 }, (_, i) => text(i));

async function named(given: Stack, progress: (done: number) => void = () => {}): Promise<string> {
  return await calibrateKv(given, { texts, tokens: 512 }, progress);
}

Deno.test("every row of the calibration text is within half a step of its channel's grid", async () => {
  const kv: KvPrecision = { bits: 8, keys: "channel", values: "channel", extent: await named(stack) };
  await using network = await openNetwork({ stack, backend: "native", threads: 1 }, () => {});
  const { shape } = network;
  using weights = openWeights(file);
  const ids = fileTokenizer(weights).encode(text(3)).slice(0, 200);
  const { kv: rows } = await network.forward({
    tokens: Int32Array.from(ids),
    positions: Int32Array.from(ids.keys()),
    sequence: new Int32Array(ids.length),
    past: [{ id: 0, epoch: 0, length: 0, copy() {} }],
    want: new Int32Array(0),
  });
  const read = (cache: PagedCache) => {
    const { seq } = cache.start([], "");
    cache.reserve(seq, ids.length);
    cache.commit(seq, rows, [...ids.keys()], ids);
    const into = new Float32Array(shape.kvHeads * ids.length * shape.headDim);
    return [0, 1].flatMap((layer) =>
      ([0, 1] as const).flatMap((kind) => {
        cache.view(seq).copy(layer, kind, 0, ids.length, into, 0, ids.length * shape.headDim);
        return [...into];
      })
    );
  };
  const exact = read(new PagedCache(shape, 512));
  const rounded = read(new PagedCache(shape, 512, pageForm({ tokens: 512, kv }, shape)));
  const extent = readExtent(kv.extent!, shape);
  const steps = [0, 1].flatMap((layer) =>
    ([0, 1] as const).flatMap((kind) => {
      const { step } = extent.grids(kind, 255);
      return Array.from({ length: shape.kvHeads }, (_, head) => {
        const first = (layer * shape.kvHeads + head) * shape.headDim;
        return ids.flatMap(() => [...step.subarray(first, first + shape.headDim)]);
      }).flat();
    })
  );
  rounded.forEach((value, i) => assert(Math.abs(value - exact[i]!) <= steps[i]! * 0.501, `place ${i}`));
  assert(rounded.some((value, i) => value !== exact[i]));
});

Deno.test("what was calibrated is not calibrated again, and another model's is another", async () => {
  const told: number[] = [];
  const other: Stack = {
    ...stack,
    model: {
      ...stack.model,
      params: { ...stack.model.params, body: { bits: 8, block: 32, symmetric: true } },
    },
  };
  const name = await named(stack);
  assertEquals(await named(stack, (done) => told.push(done)), name);
  assertEquals(told, []);
  assert(await named(other, (done) => told.push(done)) !== name);
  assertEquals(told.at(-1), 1);
});

Deno.test("too little text is refused in one sentence, and leaves nothing", async () => {
  const make = () => calibrateKv(stack, { texts: [text(0)], tokens: 512 }, () => {});
  await assertRejects(make, UserError, "its texts must have 4096 tokens: found 256");
  await assertRejects(make, UserError, "its texts must have 4096 tokens");
});
