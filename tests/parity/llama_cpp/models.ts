/**
 * Whole forward passes beside llama.cpp's on the same file and text: the perplexity that `llama-perplexity` prints and
 * ours at 32-bit floats, over the second half of each chunk of 512 tokens. llama.cpp may round activations to 8 bits
 * where weights are stored in blocks, and ours does not, so that the two need not be equal to the last digit.
 *
 *   deno run -A tests/parity/llama_cpp/models.ts [--models a,b] [--chunks N] [--folder DIR] [--llama-bin DIR]
 */
import { parseArgs } from "@std/cli";
import {
  dense,
  knownModel,
  MODELS,
  oneAtATime,
  onnxEngine,
  plain,
  type ScoreItem,
  take,
  UserError,
  wikiText,
} from "../../../mod.ts";
import { run, workFolder } from "../environment.ts";
import { keep, main } from "../peer.ts";
import { tools } from "./tools.ts";

const CONTEXT = 512;
const HALF = CONTEXT / 2;
/** What the two may differ by, as a share of the perplexity. */
const TOLERANCE = 0.01;

await main(async () => {
  const { models = Object.keys(MODELS).join(), chunks = "4" } = parseArgs(Deno.args, {
    string: ["models", "chunks"],
  }) as { models?: string; chunks?: string };
  const folder = await workFolder("llama-cpp");
  const { bin } = await tools(folder);
  const text = (await take(wikiText, 12)).map(({ text }) => text).join("\n\n");
  await Deno.writeTextFile(`${folder}/articles.txt`, text);
  const found: Found[] = [];
  for (const name of models.split(",")) {
    found.push(await compare(name, `${bin}/llama-perplexity`, `${folder}/articles.txt`, Number(chunks)));
  }
  const told = await run(`${bin}/llama-perplexity`, ["--version"]);
  const version = /^version: .*$/m.exec(told)?.[0] ?? "unknown";
  await keep(import.meta.url, { "llama.cpp": version }, { text: "wikiText", found }, "models.json");
  return found.every(({ equal }) => equal);
});

interface Found {
  readonly model: string;
  readonly chunks: number;
  readonly llamaCpp: number;
  readonly ours: number;
  /** Of the perplexities, as a share. */
  readonly difference: number;
  readonly equal: boolean;
}

async function compare(name: string, binary: string, text: string, chunks: number): Promise<Found> {
  const known = MODELS[name];
  if (!known) throw new UserError(`Cannot compare ${name} as it must be one of ${Object.keys(MODELS)}.`);
  const model = await knownModel(known);
  const size = ["-c", `${CONTEXT}`, "-b", `${CONTEXT}`, "--chunks", `${chunks}`, "-t", "2"];
  const printed = await run(binary, ["-m", model.file, "-f", text, ...size]);
  const llamaCpp = Number(/Final estimate: PPL = ([\d.]+)/.exec(printed)?.[1]);
  const stack = { model, cache: dense(), decoder: plain, scheduler: oneAtATime };
  await using session = await onnxEngine({ backend: "native" }).open(stack);
  const ids = session.tokenizer.encode(await Deno.readTextFile(text));
  const items: ScoreItem[] = Array.from({ length: chunks }, (_, chunk) => {
    const tokens = ids.slice(chunk * CONTEXT, (chunk + 1) * CONTEXT);
    return { id: `${chunk}`, context: tokens.slice(0, HALF + 1), continuations: [tokens.slice(HALF + 1)] };
  });
  let [sum, count] = [0, 0];
  for await (const { logProbs: [logProbs] } of session.score(items)) {
    for (const logProb of logProbs!) [sum, count] = [sum - logProb, count + 1];
  }
  const ours = Math.exp(sum / count);
  const difference = ours / llamaCpp - 1;
  return { model: name, chunks, llamaCpp, ours, difference, equal: Math.abs(difference) <= TOLERANCE };
}
