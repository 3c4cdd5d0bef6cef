/** A model's dimensions as the config.json of transformers states them (LlamaConfig, Qwen2Config). */
import { UserError } from "../engine.ts";
import type { ModelConfig } from "./config.ts";
import { type Fields, fields } from "./json.ts";
import { numbers } from "./numbers.ts";

/** Which class each architecture's language model is, and whether q, k and v have biases. */
const ARCHITECTURES: Readonly<Record<string, { readonly model: string; readonly qkvBias: boolean }>> = {
  llama: { model: "LlamaForCausalLM", qkvBias: false },
  qwen2: { model: "Qwen2ForCausalLM", qkvBias: true },
};

/** @throws {UserError} when the architecture is not known, a dimension is missing, or the graph lacks what it asks. */
export function folderConfig(path: string, config: Fields): ModelConfig {
  const type = `${config.model_type}`;
  const family = Object.hasOwn(ARCHITECTURES, type) ? ARCHITECTURES[type] : undefined;
  const [model = family?.model] = Array.isArray(config.architectures) ? config.architectures : [];
  if (!family || model !== family.model) {
    throw new UserError(
      `Cannot run ${path} as its architecture must be ${
        Object.values(ARCHITECTURES).map((one) => one.model).join(" or ")
      }: found ${type}${model === undefined ? "" : ` (${model})`}.`,
    );
  }
  for (const [what, found] of unsupported(type, config)) {
    throw new UserError(`Cannot run ${path} as ${what}: found ${JSON.stringify(found)?.slice(0, 100)}.`);
  }
  const { number, size } = numbers(path, (key) => config[key], (key) => `${key} in config.json`);
  const [width, heads] = [size("hidden_size"), size("num_attention_heads")];
  const rope = fields(config.rope_parameters);
  const base = numbers(path, (key) => config[key] ?? rope[key], (key) => `${key} in config.json`);
  return {
    layers: size("num_hidden_layers"),
    width,
    heads,
    kvHeads: size("num_key_value_heads", heads),
    headDim: size("head_dim", width / heads),
    ffn: size("intermediate_size"),
    vocabulary: size("vocab_size"),
    context: size("max_position_embeddings"),
    ropeBase: base.number("rope_theta", 10000),
    epsilon: number("rms_norm_eps", 1e-6),
    tiedHead: config.tie_word_embeddings === true,
    interleaved: false,
    qkvBias: family.qkvBias,
  };
}

/** What the config asks of the graph that it does not have: what must hold, and what was found. */
function* unsupported(type: string, config: Fields): Iterable<readonly [string, unknown]> {
  const { quantization_config: quantized, hidden_act: act = "silu", layer_types: kinds } = config;
  if (quantized !== undefined && quantized !== null) {
    yield ["its weights must not be quantized already", fields(quantized).quant_method ?? quantized];
  }
  if (act !== "silu") yield ["its activation must be silu", act];
  if (type === "llama" && config.attention_bias) {
    yield ["its attention must have no biases (attention_bias)", config.attention_bias];
  }
  if (config.mlp_bias) yield ["its MLP must have no biases (mlp_bias)", config.mlp_bias];
  if (config.use_sliding_window) {
    yield ["its attention must see the whole context (use_sliding_window)", config.sliding_window ?? true];
  }
  if (Array.isArray(kinds) && kinds.some((kind) => kind !== "full_attention")) {
    yield [
      "its attention must see the whole context (layer_types)",
      kinds.find((kind) => kind !== "full_attention"),
    ];
  }
  const partial = config.partial_rotary_factor ?? fields(config.rope_parameters).partial_rotary_factor ?? 1;
  if (partial !== 1) yield ["its heads must be rotated whole (partial_rotary_factor)", partial];
  for (const scaling of [fields(config.rope_scaling), fields(config.rope_parameters)]) {
    const kind = scaling.rope_type ?? scaling.type ?? "default";
    if (kind !== "default" && kind !== "none") {
      yield ["its positions must not be scaled (rope_scaling)", kind];
    }
  }
}
