/** The whole way from a GGUF file to logits on ONNX Runtime, beside a forward pass written out in 64-bit floats. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  type Batch,
  dense,
  type KvView,
  LiveSession,
  LoadedGraph,
  localModel,
  oneAtATime,
  onnxEngine,
  openSlots,
  PagedCache,
  plain,
  type Precision,
  type Request,
  type Session,
  type Stack,
  systemClock,
  UserError,
} from "../../../engine/mod.ts";
import { openNetwork } from "../../../engine/engines/onnx_open.ts";
import { graphBytes, graphFolder } from "../../../engine/engines/graph_files.ts";
import { toyTokenizer } from "../../../engine/engines/toy.ts";
import { dequantize, quantize } from "../../../engine/graph/quantize.ts";
import { compose, continuousBatching, prefixCache, promptLookup } from "../../../techniques/mod.ts";
import { useTestCache } from "../test_cache.ts";
import { type Llama, llamaFile, mapMatrices, naiveForward, SIZE, tinyLlama } from "../tiny_llama.ts";

useTestCache();
const folder = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

const { Worker } = globalThis;

const BACKENDS = ["native", "wasm"] as const;
const llama = tinyLlama();
const { vocabulary } = SIZE;

async function stackOf(model: Llama, precision: Precision = { bits: 32 }): Promise<Stack> {
  const file = `${folder}/${crypto.randomUUID()}.gguf`;
  await Deno.writeFile(file, llamaFile(model));
  const recipe = await localModel(file);
  const params = { ...recipe.params, body: precision, head: precision };
  return { model: { ...recipe, params }, cache: dense(), decoder: plain, scheduler: oneAtATime };
}

const baseline = await stackOf(llama);
const open = (stack: Stack, backend: (typeof BACKENDS)[number] = "native") =>
  openNetwork({ stack, backend, threads: 1 }, () => {});
const tokensOf = (count: number, seed = 1) =>
  Array.from({ length: count }, (_, i) => (seed * 7 + i * i * 5 + i * 3) % vocabulary);

interface Rows {
  readonly tokens: readonly number[];
  readonly past: KvView;
  /** Within the tokens, -1 for the past; absent: a chain. */
  readonly parent?: readonly number[];
}

function batchOf(all: readonly Rows[]): Batch {
  const [tokens, positions, sequence, parent]: number[][] = [[], [], [], []];
  all.forEach(({ tokens: own, past, parent: follows = own.map((_, i) => i - 1) }, index) => {
    const first = tokens!.length;
    own.forEach((token, i) => {
      const before = follows[i]!;
      positions!.push(before < 0 ? past.length : positions![first + before]! + 1);
      parent!.push(before < 0 ? -1 : first + before);
      tokens!.push(token);
      sequence!.push(index);
    });
  });
  const ints = (values: number[] | undefined) => Int32Array.from(values!);
  return {
    tokens: ints(tokens),
    positions: ints(positions),
    sequence: ints(sequence),
    past: all.map(({ past }) => past),
    want: Int32Array.from(tokens!, (_, i) => i),
    ...(all.some((rows) => rows.parent) ? { parent: ints(parent) } : {}),
  };
}

const EMPTY: KvView = { id: 0, epoch: 0, length: 0, copy() {} };

function assertNear(actual: Float32Array, expected: readonly number[], tolerance: number, what = ""): void {
  assertEquals(actual.length, expected.length);
  actual.forEach((value, i) => assertAlmostEquals(value, expected[i]!, tolerance, `${what}[${i}]`));
}

for (const backend of BACKENDS) {
  Deno.test(`logits on ${backend} are those of the plain forward pass`, async () => {
    await using network = await open(baseline, backend);
    const tokens = tokensOf(24);
    const { logits } = await network.forward(batchOf([{ tokens, past: EMPTY }]));
    assertNear(logits, naiveForward(llama, tokens).flat(), 1e-4);
  });

  Deno.test(`each row of a draft tree on ${backend} sees the past and its own ancestors only`, async () => {
    await using network = await open(baseline, backend);
    const [tokens, guesses] = [tokensOf(9), [3, 5, 7, 11, 13, 17, 19]];
    const parent = [-1, 0, 0, 1, 2, 2, -1];
    const cache = new PagedCache(network.shape, 64);
    const { seq } = cache.start(tokens, "");
    cache.reserve(seq, 9);
    const { kv } = await network.forward(batchOf([{ tokens, past: cache.view(seq) }]));
    cache.commit(seq, kv, tokens.map((_, i) => i), tokens);
    const { logits } = await network.forward(batchOf([{ tokens: guesses, parent, past: cache.view(seq) }]));
    const whole = naiveForward(
      llama,
      [...tokens, ...guesses],
      [...tokens.map((_, i) => i - 1), ...parent.map((p) => p + 9)],
    );
    assertNear(logits, whole.slice(9).flat(), 1e-4);
  });
}

Deno.test("sequences of any lengths over pasts of any lengths in one batch give what each gives alone", async () => {
  await using network = await open(baseline);
  const cache = new PagedCache(network.shape, 2048);
  const lengths = [[0, 1], [90, 1], [3, 17], [70, 5], [0, 40], [33, 1]] as const;
  const all: (Rows & { readonly before: readonly number[] })[] = [];
  for (const [index, [past, rows]] of lengths.entries()) {
    const before = tokensOf(past, index);
    const { seq } = cache.start(before, "");
    cache.reserve(seq, past);
    if (past > 0) {
      const { kv } = await network.forward(batchOf([{ tokens: before, past: cache.view(seq) }]));
      cache.commit(seq, kv, before.map((_, i) => i), before);
    }
    all.push({ before, tokens: tokensOf(rows, index + 50), past: cache.view(seq) });
  }
  const { logits } = await network.forward(batchOf(all));
  const expected = all.flatMap(({ before, tokens }) =>
    naiveForward(llama, [...before, ...tokens]).slice(before.length).flat()
  );
  assertNear(logits, expected, 1e-4);
});

Deno.test("a prompt in chunks gives the same logits and the same K/V as in one piece", async () => {
  await using network = await open(baseline);
  const tokens = tokensOf(50);
  const cache = new PagedCache(network.shape, 256);
  const { seq } = cache.start(tokens, "");
  const whole = await network.forward(batchOf([{ tokens, past: EMPTY }]));
  let done = 0;
  for (const size of [1, 16, 17, 3, 13]) {
    const chunk = tokens.slice(done, done + size);
    cache.reserve(seq, size);
    const { logits, kv } = await network.forward(batchOf([{ tokens: chunk, past: cache.view(seq) }]));
    assertNear(logits, [...whole.logits.subarray(done * vocabulary, (done + size) * vocabulary)], 1e-4);
    const width = SIZE.layers * 2 * SIZE.kvHeads * SIZE.headDim;
    assertNear(kv, [...whole.kv.subarray(done * width, (done + size) * width)], 1e-4);
    cache.commit(seq, kv, chunk.map((_, i) => i), chunk);
    done += size;
  }
  assertEquals(done, tokens.length);
});

Deno.test("the sum of exponentials is that of each row", async () => {
  await using network = await open(baseline);
  const rows = Float32Array.from({ length: 3 * vocabulary }, (_, i) => (i * 37 % 101) - 50);
  const expected = [0, 1, 2].map((row) =>
    Math.log(
      rows.subarray(row * vocabulary, (row + 1) * vocabulary).reduce((sum, v) => sum + Math.exp(v), 0),
    )
  );
  assertNear(await network.logSumExp(rows), expected, 1e-4);
});

const requests: readonly Request[] = Array.from({ length: 6 }, (_, i) => ({
  id: `r${i}`,
  prompt: [...tokensOf(20), ...tokensOf(3 + i * 11, i)],
  maxTokens: 20 + i,
  stop: [],
  ...(i % 3 === 2 ? { sampling: { temperature: 0.8, topP: 0.9, seed: i } } : {}),
}));

async function answers(session: Session): Promise<Record<string, number[]>> {
  const tokens: Record<string, number[]> = {};
  for await (const emission of session.generate(requests)) {
    (tokens[emission.id] ??= []).push(...emission.tokens);
  }
  return tokens;
}

Deno.test("native and wasm answer with the same tokens, from workers of their own", async () => {
  // In Deno onnxruntime-web, loaded above, puts Node's workers in the place of the web's.
  globalThis.Worker = Worker;
  const [native, wasm] = await Promise.all(BACKENDS.map(async (backend) => {
    await using session = await onnxEngine({ backend, threads: 1 }).open(baseline);
    return await answers(session);
  }));
  assertEquals(native, wasm);
  assertEquals(Object.values(native!).map((tokens) => tokens.length), [20, 21, 22, 23, 24, 25]);
});

Deno.test("prefix sharing, guesses and batching together change no token of the network's answers", async () => {
  const techniques = [prefixCache(400), promptLookup(), continuousBatching({ sequences: 4, rows: 48 })];
  const stacks = [baseline, (await compose(baseline, techniques)).at(-1)!];
  const [plainly, together] = await Promise.all(stacks.map(async (stack) => {
    const network = await open(stack);
    const slots = await openSlots(stack, {
      shape: network.shape,
      model: stack.model,
      clock: systemClock,
      network: (model) => open({ ...stack, model }),
      program: LoadedGraph.open,
    });
    await using session = new LiveSession(network, toyTokenizer, slots, systemClock);
    return { tokens: await answers(session), counters: (await session.stats()).counters };
  }));
  assertEquals(together!.tokens, plainly!.tokens);
  const { prefixRows, accepted, largestBatch } = together!.counters;
  assert(prefixRows! > 0 && accepted! > 0 && largestBatch! > 1, JSON.stringify(together!.counters));
});

/** Activations as the integer kernels take them: 8 bits, one scale a block of 32. */
function toEightBits(x: readonly number[]): readonly number[] {
  return x.map((value, i) => {
    const block = x.slice(i - i % 32, i - i % 32 + 32);
    const scale = Math.max(...block.map(Math.abs)) / 127;
    return scale === 0 ? 0 : Math.round(value / scale) * scale;
  });
}

for (const bits of [8, 4] as const) {
  Deno.test(`weights of ${bits} bits act as the floats that they stand for`, async () => {
    const precision = { bits, block: 32, symmetric: false } as const;
    const rounded = mapMatrices(
      llama,
      (w, out, input) => dequantize(quantize(w, out, input, precision), out, input, precision),
    );
    const tokens = tokensOf(24);
    await using network = await open(await stackOf(llama, precision));
    const { logits } = await network.forward(batchOf([{ tokens, past: EMPTY }]));
    const expected = naiveForward(rounded, tokens, undefined, toEightBits).flat();
    const rms = (values: readonly number[]) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));
    const away = rms(expected.map((value, i) => logits[i]! - value)) / rms(expected);
    assert(away < 0.005, `${away}`);
  });
}

Deno.test("a graph is written once, and again where its precision differs", async () => {
  const writes: number[] = [];
  const model = await stackOf(tinyLlama(2));
  for (const stack of [model, model]) {
    await (await openNetwork({ stack, backend: "native", threads: 1 }, (done) => writes.push(done)))
      [Symbol.asyncDispose]();
  }
  assertEquals(writes, [1 / 3, 2 / 3, 1]);
});

Deno.test("a model that lacks a tensor is a user error before anything is written", async () => {
  const lacking = new Map(llama);
  lacking.delete("blk.1.ffn_up");
  const file = `${folder}/lacking.gguf`;
  await Deno.writeFile(file, llamaFile(lacking));
  const stack = { ...baseline, model: { ...baseline.model, file } };
  await assertRejects(() => onnxEngine({ backend: "native" }).open(stack), UserError, "blk.1.ffn_up.weight");
});

Deno.test("the bytes of a graph are counted without writing it", async () => {
  for (const precision of [{ bits: 32 }, { bits: 8, block: 32, symmetric: false }] as const) {
    const stack = await stackOf(llama, precision);
    for (const kind of ["split", "fused"] as const) {
      const written = await Deno.stat(`${await graphFolder(stack, kind, () => {})}/weights.bin`);
      assertEquals(graphBytes(stack, kind), written.size, kind);
    }
  }
});

Deno.test("weights that WebAssembly cannot address are refused before anything is written", async () => {
  const [rows, file] = [34_000_000, `${folder}/large.gguf`];
  const large = new Map(llama);
  large.delete("token_embd");
  large.set("token_embd", { ...llama.get("token_embd")!, shape: [rows, SIZE.width] });
  const bytes = llamaFile(large);
  await Deno.writeFile(file, bytes);
  // The rest is a hole, which takes no room.
  await Deno.truncate(file, bytes.length + rows * SIZE.width * 4);
  const stack = { ...baseline, model: { ...baseline.model, file } };
  await assertRejects(
    () => onnxEngine({ backend: "wasm" }).open(stack),
    UserError,
    "must fit WebAssembly's 4.3 GB: they are 4.4 GB",
  );
});
