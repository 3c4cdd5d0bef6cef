/** Models opened at precisions of their own: the embedding table, floats of eight bits, and what cannot be rounded. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  checkPrecision,
  dense,
  type Engine,
  type Integers,
  isCached,
  listCache,
  localModel,
  type Model,
  oneAtATime,
  onnxEngine,
  plain,
  type Scored,
  type Stack,
  transformersJs,
  UserError,
} from "../../../engine/mod.ts";
import { graphName } from "../../../engine/engines/graph_files.ts";
import { inFloat8 } from "../../../engine/graph/float8.ts";
import { dequantize, quantize } from "../../../engine/graph/quantize.ts";
import { f32 } from "../gguf_file.ts";
import { useTestCache } from "../test_cache.ts";
import { type Llama, llamaFile, mapMatrices, SIZE, tinyLlama } from "../tiny_llama.ts";

useTestCache();
const folder = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

const native = onnxEngine({ backend: "native", threads: 1 });
const engines = [native, transformersJs({ threads: 1 })];
const llama = tinyLlama(3);

async function stackOf(model: Llama, params: Partial<Model["params"]> = {}): Promise<Stack> {
  const file = `${folder}/${crypto.randomUUID()}.gguf`;
  await Deno.writeFile(file, llamaFile(model));
  const recipe = await localModel(file);
  return {
    model: { ...recipe, params: { ...recipe.params, ...params } },
    cache: dense(),
    decoder: plain,
    scheduler: oneAtATime,
  };
}

/** The log-probabilities of a text, and the bytes of the weights. */
async function scored(engine: Engine, stack: Stack) {
  await using session = await engine.open(stack);
  const item = { id: "text", context: [3], continuations: [[5, 8, 13, 21, 34, 2, 4]] };
  const [{ logProbs }] = await Array.fromAsync(session.score([item])) as [Scored];
  return { logProbs: [...logProbs[0]!], bytes: (await session.stats()).weightBytes! };
}

const valuesOf = (model: Llama, name: string) => new Float32Array(model.get(name)!.data.slice().buffer);

/** With other values in one tensor, and the LM head as it was. */
function changed(model: Llama, name: string, change: (values: Float32Array) => Float32Array): Llama {
  const { name: called, shape } = model.get(name)!;
  const head = model.get("token_embd")!;
  return new Map([
    ...model,
    ["output", model.get("output") ?? { ...head, name: "output.weight" }],
    [name, f32(called, shape, change(valuesOf(model, name)))],
  ]);
}

for (
  const precision of [
    { bits: 8, block: "channel", symmetric: true },
    { bits: 4, block: 16, symmetric: false },
    { bits: 2, block: 64, symmetric: false },
    { bits: 3, block: 32, symmetric: true },
  ] as const satisfies readonly Integers[]
) {
  const form = `${precision.bits} bits by ${precision.block}`;
  for (const engine of engines) {
    Deno.test(`${engine.name}: an embedding at ${form} is a table of what its rows stand for`, async () => {
      const { vocabulary, width } = SIZE;
      const rounded = changed(
        llama,
        "token_embd",
        (w) => dequantize(quantize(w, vocabulary, width, precision), vocabulary, width, precision),
      );
      const meant = await scored(engine, await stackOf(rounded));
      const found = await scored(engine, await stackOf(llama, { embedding: precision }));
      assertEquals(found.logProbs, meant.logProbs);
      const plainly = await scored(engine, await stackOf(llama));
      assert(found.logProbs.some((value, i) => value !== plainly.logProbs[i]));
    });
  }

  Deno.test(`an embedding at ${form} is held as its integers, and their bytes are told`, async () => {
    const { values, scales, zeros } = quantize(
      valuesOf(llama, "token_embd"),
      SIZE.vocabulary,
      SIZE.width,
      precision,
    );
    const own = values.byteLength + scales.byteLength + (zeros?.byteLength ?? 0);
    const [rounded, stored] = [
      await scored(native, await stackOf(llama, { embedding: precision })),
      await scored(native, await stackOf(llama)),
    ];
    assertEquals(stored.bytes - rounded.bytes, SIZE.vocabulary * SIZE.width * 4 - own);
  });
}

for (const per of ["channel", "tensor"] as const) {
  for (const engine of engines) {
    Deno.test(`${engine.name}: e4m3 by ${per} answers as a file of the floats that it stands for`, async () => {
      const precision = { bits: 8, float: "e4m3", per } as const;
      const meant = mapMatrices(llama, (w, out, width) => {
        const rows = () => (row: number, into: Float32Array, offset: number) =>
          into.set(w.subarray(row * width, (row + 1) * width), offset);
        const [rounded, write] = [
          new Float32Array(w.length),
          inFloat8({ name: "", out, in: width, rows }, precision).rows(),
        ];
        for (let row = 0; row < out; row++) write(row, rounded, row * width);
        return rounded;
      });
      const expected = await scored(engine, await stackOf(meant));
      const found = await scored(engine, await stackOf(llama, { body: precision, head: precision }));
      found.logProbs.forEach((value, i) => assert(Math.abs(value - expected.logProbs[i]!) < 1e-5));
      assertEquals(found.bytes, expected.bytes);
    });
  }
}

Deno.test("a channel of zeros stays one at every precision", async () => {
  const { ffn, width } = SIZE;
  const holed = changed(llama, "blk.0.ffn_up", (w) => w.fill(0, 0, ffn / 2 * width));
  const whole = changed(llama, "blk.0.ffn_up", (w) => w.fill(0));
  for (const model of [holed, whole]) {
    for (
      const body of [
        { bits: 8, block: "channel", symmetric: true },
        { bits: 3, block: 64, symmetric: false },
        { bits: 8, float: "e5m2", per: "tensor" },
      ] as const
    ) {
      const { logProbs } = await scored(native, await stackOf(model, { body }));
      assert(logProbs.every(Number.isFinite));
    }
  }
});

for (
  const body of [{ bits: 4, block: 64, symmetric: false }, { bits: 8, float: "e4m3", per: "tensor" }] as const
) {
  const form = "float" in body ? body.float : `${body.bits} bits`;
  Deno.test(`weights that are no numbers are refused at ${form} by the file's name, and no graph is left`, async () => {
    const broken = changed(llama, "blk.1.attn_k", (w) => w.fill(NaN, 2 * SIZE.width, 2 * SIZE.width + 1));
    const stack = await stackOf(broken, { body });
    const error = await assertRejects(() => native.open(stack), UserError);
    assertEquals(
      error.message,
      "Cannot quantize the weights as all must be finite numbers: row 2 of blk.1.attn_k.weight holds NaN.",
    );
    assertEquals(await isCached(await graphName(stack, "split")), false);
    const name = (await graphName(stack, "split")).split("/").at(-1)!;
    assertEquals((await listCache()).filter((file) => file.name.includes(name)), []);
  });
}

Deno.test("a precision that there is not is refused before anything is written", async () => {
  const cases = [
    [{ body: { bits: 5, block: 64, symmetric: true } }, "found 5, 64 and true"],
    [{ head: { bits: 4, block: 48, symmetric: true } }, "found 4, 48 and true"],
    [{ embedding: { bits: 4, block: 64 } }, "found 4, 64 and undefined"],
    [{ body: { bits: 8, float: "e3m4", per: "tensor" } }, "found e3m4 of 8 and tensor"],
    [{ body: { bits: 8, float: "e4m3", per: "block" } }, "found e4m3 of 8 and block"],
    [
      { body: { bits: 8, block: 64, symmetric: true, activations: "token" } },
      "found symmetric 8 bits by 64, and token",
    ],
    [
      { body: { bits: 8, block: "channel", symmetric: true, activations: "row" } },
      "found symmetric 8 bits by channel, and row",
    ],
  ] as const;
  for (const [params, found] of cases) {
    const stack = await stackOf(llama, params as never);
    for (const engine of engines) {
      await assertRejects(() => engine.open(stack), UserError, found);
    }
    assertEquals(await isCached(await graphName(stack, "split")), false);
  }
});

Deno.test("a block that does not divide the inputs is refused, and what does is named; one longer than a row is the row", () => {
  const by = (block: Integers["block"]) => ({ bits: 4, block, symmetric: false }) as const;
  const error = assertThrows(() => checkPrecision(by(128), [576, 1536]), UserError);
  assertEquals(
    error.message,
    "Cannot round a matrix of 576 inputs in blocks of 128 as they must divide its inputs: take 16, 32, 64, channel.",
  );
  for (const block of [16, 64, "channel"] as const) checkPrecision(by(block), [576, 1536]);
  checkPrecision(by(64), [32, 64]);
});
