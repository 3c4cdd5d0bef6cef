import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { localModel, UserError } from "../../../engine/mod.ts";
import { modelConfig, openWeights } from "../../../engine/weights/mod.ts";
import {
  CONFIG,
  type Files,
  folderOf,
  joined,
  jsonBytes,
  safetensorsFile,
  sharded,
  type Stored,
  tensorsOf,
  textBytes,
  withFolder,
} from "../model_folder.ts";
import { SIZE, tinyLlama, withBiases } from "../tiny_llama.ts";

const tensors = tensorsOf(tinyLlama());
const whole = safetensorsFile(tensors);
const [first] = tensors as [Stored, ...Stored[]];
const bytes = tensors.reduce((sum, { data }) => sum + data.length, 0);

Deno.test("a folder's tensors are those of its file, under GGUF's names", async () => {
  await withFolder(folderOf(whole), (path) => {
    using weights = openWeights(path);
    const expected = new Float32Array(tensors.at(-1)!.data.slice().buffer);
    assertEquals(weights.read("output_norm.weight"), expected);
    assertEquals(weights.called("blk.1.ffn_up.weight"), "model.layers.1.mlp.up_proj.weight");
    const row = new Float32Array(SIZE.width);
    weights.rows("token_embd.weight")(7, row, 0);
    assertEquals(
      row,
      weights.read("token_embd.weight").slice(7 * SIZE.width, 8 * SIZE.width),
    );
  });
});

Deno.test("shards hold the same tensors as one file", async () => {
  await withFolder(folderOf(whole), async (one) => {
    await withFolder(folderOf(sharded(tensors)), (two) => {
      using a = openWeights(one);
      using b = openWeights(two);
      assertEquals([...b.names()].sort(), [...a.names()].sort());
      for (const name of a.names()) assertEquals(b.read(name), a.read(name));
    });
  });
});

Deno.test("a folder's dimensions are those that its config states", async () => {
  await withFolder(folderOf(whole), (path) => {
    using weights = openWeights(path);
    const { layers, width, heads, kvHeads, headDim, ffn, vocabulary, context } = SIZE;
    assertEquals(modelConfig(weights), {
      ...{ layers, width, heads, kvHeads, headDim, ffn, vocabulary, context },
      ...{
        ropeBase: 10000,
        epsilon: CONFIG.rms_norm_eps,
        tiedHead: true,
        interleaved: false,
        qkvBias: false,
      },
    });
  });
});

Deno.test("a head that is stored although it is tied is the table again, and is passed over", async () => {
  const head = { ...first, name: "lm_head.weight" };
  await withFolder(folderOf(safetensorsFile([...tensors, head])), (path) => {
    using weights = openWeights(path);
    assertEquals(modelConfig(weights).tiedHead, true);
  });
});

Deno.test("a recipe tells the folder's name, its stored type, and a digest of all that makes the model", async () => {
  const digests = new Set<string>();
  for (
    const files of [
      folderOf(whole),
      folderOf(whole, { "config.json": { ...CONFIG, rope_theta: 5000 } }),
      folderOf(whole, { "tokenizer_config.json": { eos_token: "<s>" } }),
      folderOf(safetensorsFile(tensorsOf(tinyLlama(), "BF16"))),
    ]
  ) {
    await withFolder(files, async (path) => {
      const { name, params } = await localModel(`${path}/`);
      assertEquals(name, "tiny");
      assertEquals(params, (await localModel(path)).params);
      digests.add(params.weights);
      if (digests.size === 4) assertEquals(params.stored, "BF16");
    });
  }
  assertEquals(digests.size, 4);
});

Deno.test("the digest passes over what makes no difference to the model", async () => {
  const recipes: string[] = [];
  for (const over of [{}, { "README.md": "x" }]) {
    await withFolder(folderOf(whole, over), async (path) => {
      recipes.push((await localModel(path)).params.weights);
    });
  }
  assertEquals(recipes[0], recipes[1]);
});

const index = (map: unknown): Files =>
  new Map([...sharded(tensors), ["model.safetensors.index.json", jsonBytes({ weight_map: map })]]);
const without = (files: Files, name: string): Files => new Map([...files].filter(([own]) => own !== name));
const at = (name: string, told: object) =>
  safetensorsFile(tensors, (head) => ({ ...head, [name]: { ...head[name] as object, ...told } }));
const config = (over: object) => folderOf(whole, { "config.json": { ...CONFIG, ...over } });

const { rope_theta: _, ...BARE } = CONFIG;
const REFUSED: Readonly<Record<string, readonly [Files, string]>> = {
  "without config.json": [folderOf(whole, { "config.json": undefined }), "must hold a config.json"],
  "with a config.json that is no object": [
    folderOf(whole, { "config.json": [1] }),
    "must hold one JSON object",
  ],
  "without weights": [folderOf(new Map()), "it holds neither"],
  "of another architecture": [config({ model_type: "mistral" }), "found mistral (LlamaForCausalLM)"],
  "of a model that is no language model": [
    config({ architectures: ["LlamaForSequenceClassification"] }),
    "found llama (LlamaForSequenceClassification)",
  ],
  "with quantized weights": [config({ quantization_config: { quant_method: "gptq" } }), 'found "gptq"'],
  "with scaled positions": [config({ rope_scaling: { rope_type: "yarn", factor: 4 } }), 'found "yarn"'],
  "with scaled positions, as of transformers 5": [
    config({ rope_parameters: { rope_type: "linear", factor: 4 } }),
    'found "linear"',
  ],
  "with biases of attention": [config({ attention_bias: true }), "(attention_bias)"],
  "with biases of the MLP": [config({ mlp_bias: true }), "(mlp_bias)"],
  "with a sliding window": [config({ use_sliding_window: true, sliding_window: 64 }), "found 64"],
  "with another activation": [config({ hidden_act: "gelu" }), 'must be silu: found "gelu"'],
  "with half rotated heads": [config({ partial_rotary_factor: 0.5 }), "rotated whole"],
  "with an endless dimension": [
    config({ hidden_size: 1e300 }),
    "hidden_size in config.json must be a whole number",
  ],
  "with a dimension that is text": [config({ vocab_size: "40" }), "must say vocab_size in config.json"],
  "whose head is missing": [config({ tie_word_embeddings: false }), "must hold the tensor lm_head.weight"],
  "without a tensor of a layer": [
    folderOf(safetensorsFile(tensors.filter(({ name }) => name !== "model.layers.1.mlp.up_proj.weight"))),
    "must hold the tensor model.layers.1.mlp.up_proj.weight",
  ],
  "with a tensor of another shape": [
    config({ intermediate_size: 63 }),
    "tensor model.layers.0.mlp.gate_proj.weight must be 63 x 32: found 64 x 32",
  ],
  "with a tensor that is not known": [
    folderOf(safetensorsFile([...tensors, { ...first, name: "model.layers.0.self_attn.q_norm.weight" }])),
    "must be known: found model.layers.0.self_attn.q_norm.weight",
  ],
  "of llama with biases": [
    folderOf(safetensorsFile(tensorsOf(withBiases(tinyLlama())))),
    "found model.layers.0.self_attn.q_proj.bias",
  ],
  "of a type that is not known": [folderOf(at(first.name, { dtype: "F8_E4M3" })), "found F8_E4M3"],
  "that is cut short": [folderOf(whole.slice(0, -1)), "must be whole"],
  "with bytes at its end": [folderOf(Uint8Array.from([...whole, 0])), "must be whole"],
  "of five bytes": [folderOf(whole.slice(0, 5)), "in a file of 5 bytes"],
  "whose head is longer than the file": [
    folderOf(Uint8Array.from([255, 255, 255, 255, 255, 255, 255, 255, ...whole.slice(8)])),
    "must begin with the length of its head",
  ],
  "with a number without end": [
    folderOf(whole, { "config.json": textBytes('{"rope_theta":1e999,' + JSON.stringify(BARE).slice(1)) }),
    "rope_theta in config.json, a number above 0: found Infinity",
  ],
  "whose head is no JSON": [folderOf(joined(textBytes("{{{"), [])), "must be a JSON object"],
  "whose head is no UTF-8": [
    folderOf(joined(Uint8Array.from([0x22, 0xff, 0x22]), [])),
    "must be a JSON object",
  ],
  "with a tensor beyond its end": [
    folderOf(at(first.name, { data_offsets: [bytes, bytes + first.data.length] })),
    "each of its bytes must belong to one tensor",
  ],
  "with tensors that overlap": [
    folderOf(at(tensors[1]!.name, { data_offsets: [0, tensors[1]!.data.length] })),
    "each of its bytes must belong to one tensor",
  ],
  "with bytes that are not those of the shape": [
    folderOf(at(first.name, { shape: [1] })),
    "those of its shape",
  ],
  "with a shape below nothing": [folderOf(at(first.name, { shape: [-1, -1] })), "those of its shape"],
  "with an endless shape": [folderOf(at(first.name, { shape: [2 ** 40, 2 ** 40] })), "those of its shape"],
  "with a tensor that says nothing": [
    folderOf(safetensorsFile(tensors, (head) => ({ ...head, [first.name]: null }))),
    "found undefined",
  ],
  "without a shard": [
    folderOf(without(sharded(tensors), "model-00002-of-00002.safetensors")),
    "must hold the shard model-00002-of-00002.safetensors",
  ],
  "whose index names a file elsewhere": [
    folderOf(index({ a: "../x.safetensors" })),
    'found "../x.safetensors"',
  ],
  "whose index names an absolute path": [folderOf(index({ a: "/x.safetensors" })), 'found "/x.safetensors"'],
  "whose index names no file": [folderOf(index({})), "found null"],
  "whose index names a tensor that its shard lacks": [
    folderOf(index({ "a.weight": "model-00001-of-00002.safetensors" })),
    "must hold the tensor a.weight",
  ],
  "with a tensor in two shards": [
    folderOf(new Map([...sharded(tensors), ["model-00002-of-00002.safetensors", whole]])),
    "each tensor must be there once",
  ],
};

for (const [what, [files, says]] of Object.entries(REFUSED)) {
  Deno.test(`a folder is refused ${what}`, async () => {
    await withFolder(files, (path) => {
      const error = assertThrows(
        () => {
          using weights = openWeights(path);
          modelConfig(weights);
        },
        UserError,
        says,
      );
      assertEquals(error.message.split("\n").length, 1);
    });
  });
}

const IN_THE_WAY: Readonly<Record<string, (path: string) => void>> = {
  "chat_template.jinja": (path) => Deno.mkdirSync(path),
  "generation_config.json": (path) => Deno.symlinkSync("/nowhere", path),
  "model.safetensors": (path) => {
    Deno.removeSync(path);
    Deno.mkdirSync(path);
  },
};

for (const [name, put] of Object.entries(IN_THE_WAY)) {
  Deno.test(`a folder whose ${name} is no file is refused in one sentence`, async () => {
    await withFolder(folderOf(whole), async (path) => {
      put(`${path}/${name}`);
      await assertRejects(
        () => localModel(path),
        UserError,
        `Cannot read ${path}/${name} as it must be a file`,
      );
    });
  });
}
