/** A model's dimensions as GGUF metadata states them (the ggml project's gguf.md). */
import { UserError } from "../engine.ts";
import type { ModelConfig } from "./config.ts";
import type { Gguf } from "./gguf.ts";
import { numbers } from "./numbers.ts";

/** What tells apart the architectures that share the graph; llama.cpp's converter stores llama's pairs as neighbours. */
const ARCHITECTURES: Readonly<Record<string, Pick<ModelConfig, "interleaved" | "qkvBias">>> = {
  llama: { interleaved: true, qkvBias: false },
  qwen2: { interleaved: false, qkvBias: true },
};

/** @throws {UserError} when the architecture is not known, a dimension is missing, or positions are scaled. */
export function ggufConfig(file: Gguf): ModelConfig {
  const { metadata, path } = file;
  const architecture = String(metadata.get("general.architecture"));
  const family = Object.hasOwn(ARCHITECTURES, architecture) ? ARCHITECTURES[architecture] : undefined;
  if (!family) {
    throw new UserError(
      `Cannot run ${path} as its architecture must be ${
        Object.keys(ARCHITECTURES).join(" or ")
      }: found ${architecture}.`,
    );
  }
  const call = (key: string) => `${architecture}.${key}`;
  const { number, size } = numbers(path, (key) => metadata.get(call(key)), call);
  const scaling = metadata.get(call("rope.scaling.type")) ?? "none";
  if (scaling !== "none") {
    throw new UserError(`Cannot run ${path} as its positions must not be scaled: found ${scaling}.`);
  }
  const [width, heads] = [size("embedding_length"), size("attention.head_count")];
  return {
    layers: size("block_count"),
    width,
    heads,
    kvHeads: size("attention.head_count_kv", heads),
    headDim: size("rope.dimension_count", width / heads),
    ffn: size("feed_forward_length"),
    vocabulary: file.shape("token_embd.weight")[0]!,
    context: size("context_length"),
    ropeBase: number("rope.freq_base", 10000),
    epsilon: number("attention.layer_norm_rms_epsilon"),
    tiedHead: !file.names().includes("output.weight"),
    ...family,
  };
}
