import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import {
  type ModelConfig,
  modelConfig,
  openGguf,
  storedAs,
  type Weights,
} from "../../../engine/weights/mod.ts";
import { f32, gguf, type Tensor, type Value, withFile } from "../gguf_file.ts";
import { metadata, SIZE, tinyLlama } from "../tiny_llama.ts";

const llama = tinyLlama();

interface Change {
  readonly metadata?: Readonly<Record<string, Value>>;
  readonly without?: string;
  /** Takes the place of the tensor of its name. */
  readonly tensor?: Tensor;
}

async function opened(change: Change, use: (weights: Weights) => void): Promise<void> {
  const keys = Object.entries(metadata(change.metadata)).filter(([key]) => key !== change.without);
  const tensors = new Map([...llama.values()].map((tensor) => [tensor.name, tensor]));
  if (change.without) tensors.delete(change.without);
  if (change.tensor) tensors.set(change.tensor.name, change.tensor);
  await withFile(gguf({ metadata: Object.fromEntries(keys), tensors: [...tensors.values()] }), (path) => {
    using weights = openGguf(path);
    use(weights);
  });
}

const refused = (change: Change, says: string) =>
  opened(change, (weights) => void assertThrows(() => modelConfig(weights), UserError, says));

const u32 = (value: number): Value => ({ type: "u32", value });

Deno.test("dimensions are those that the metadata and the embedding table say", async () => {
  await opened({}, (weights) => {
    const config: ModelConfig = modelConfig(weights);
    assertEquals(config, {
      ...SIZE,
      ropeBase: 10000,
      epsilon: Math.fround(1e-5),
      tiedHead: true,
      interleaved: true,
      qkvBias: false,
    });
    assertEquals(storedAs(weights), "F32");
  });
  const { vocabulary, width } = SIZE;
  const head = f32("output.weight", [vocabulary, width], new Float32Array(vocabulary * width));
  await opened(
    { tensor: head, metadata: { "llama.rope.freq_base": { type: "f32", value: 500000 } } },
    (weights) => {
      const { tiedHead, ropeBase } = modelConfig(weights);
      assertEquals([tiedHead, ropeBase], [false, 500000]);
    },
  );
});

Deno.test("another architecture is refused by name", async () => {
  await refused({ metadata: { "general.architecture": { type: "string", value: "mamba" } } }, "found mamba");
  await refused({ without: "general.architecture" }, "found undefined");
});

for (
  const key of [
    "block_count",
    "context_length",
    "embedding_length",
    "feed_forward_length",
    "attention.head_count",
    "attention.layer_norm_rms_epsilon",
  ]
) {
  Deno.test(`a file that does not say ${key}, or says a word, is refused`, async () => {
    await refused({ without: `llama.${key}` }, `llama.${key}`);
    await refused({ metadata: { [`llama.${key}`]: { type: "string", value: "many" } } }, `llama.${key}`);
  });
}

Deno.test("dimensions of nothing, of half and of more than can be held are refused", async () => {
  for (const key of ["block_count", "context_length", "embedding_length", "attention.head_count"]) {
    for (const value of [0, 2 ** 32 - 1]) {
      await refused({ metadata: { [`llama.${key}`]: u32(value) } }, `llama.${key}`);
    }
    await refused({ metadata: { [`llama.${key}`]: { type: "f32", value: 2.5 } } }, `llama.${key}`);
  }
});

Deno.test("heads that do not divide are refused", async () => {
  await refused({ metadata: { "llama.attention.head_count_kv": u32(3) } }, "multiple of its K/V heads");
  await refused({ metadata: { "llama.attention.head_count": u32(5) } }, "llama.rope.dimension_count");
});

Deno.test("a tensor that is missing, of another shape or not known is named", async () => {
  await refused({ without: "blk.1.attn_v.weight" }, "blk.1.attn_v.weight");
  await refused({ without: "token_embd.weight" }, "token_embd.weight");
  await refused(
    { tensor: f32("blk.0.attn_k.weight", [8, 32], new Float32Array(256)) },
    "must be 16 x 32: found 8 x 32",
  );
  await refused({ tensor: f32("blk.0.attn_q.bias", [32], new Float32Array(32)) }, "found blk.0.attn_q.bias");
  await refused({ tensor: f32("rope_freqs.weight", [4], new Float32Array(4)) }, "found rope_freqs.weight");
});

Deno.test("scaled positions are refused rather than run as plain ones", async () => {
  await refused({ metadata: { "llama.rope.scaling.type": { type: "string", value: "yarn" } } }, "found yarn");
});
