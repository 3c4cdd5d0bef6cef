/**
 * Model folders as transformers writes them, run by us and by PyTorch: tiny random models of each architecture, stored
 * type and form. Then the default model as a folder beside its own GGUF file: the same ids, the same greedy tokens.
 *
 * Needs Python 3.11 with `pip install torch==2.13.0 transformers==5.19.0 gguf==0.19.0`. Run:
 * deno run -A tests/parity/folder/parity.ts --python VENV/bin/python      (or ASSAY_PEER_PYTHON)
 */
import {
  defaultModel,
  dense,
  type Engine,
  localModel,
  type Model,
  oneAtATime,
  onnxEngine,
  plain,
  type Session,
  transformersJs,
} from "../../../engine/mod.ts";
import { openNetwork } from "../../../engine/engines/onnx_open.ts";
import { keep, main, peer, PythonPeer, runPython } from "../peer.ts";
import { texts } from "../tokenizer/texts.ts";

interface Told {
  readonly folder: string;
  readonly name: string;
  readonly prompt: readonly number[];
  readonly greedy: readonly number[];
  readonly vocabulary: number;
}

const INSTALL = "Install it with `pip install torch==2.13.0 transformers==5.19.0 gguf==0.19.0`.";
/** Of 32-bit sums in another order; logits are of the order of 1. */
const ROUNDING = 1e-4;
const PROMPTS = ["The capital of France is", "def fibonacci(n):", "Once upon a time", "1, 2, 3, 4,"];

const stack = (model: Model) => ({ model, cache: dense(), decoder: plain, scheduler: oneAtATime });
const ENGINES: Readonly<Record<string, Engine>> = {
  ours: onnxEngine({ backend: "native", threads: 1 }),
  transformers_js: transformersJs({ threads: 1 }),
};

await main(async () => {
  const python = peer("python", "ASSAY_PEER_PYTHON", INSTALL);
  const file = await defaultModel();
  const folder = await Deno.makeTempDir();
  // The graphs of models that are gone afterwards.
  Deno.env.set("ASSAY_CACHE", `${folder}/cache`);
  try {
    await using reader = new PythonPeer(python, new URL("peer.py", import.meta.url), [folder]);
    const versions = (await reader.line<Record<string, string>>())!;
    const tiny = [];
    for (let told; (told = await reader.line<Told>());) {
      const rows = told.prompt.length + told.greedy.length;
      tiny.push(await compareTiny(told, await reader.floats(rows * told.vocabulary)));
    }
    const whole = await compareDefault(python, file, `${folder}/default`);
    await keep(import.meta.url, versions, { rounding: ROUNDING, tiny, default: whole });
    return tiny.every(({ same }) => same) && whole.same;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function compareTiny(told: Told, theirs: Float32Array) {
  const model = await localModel(told.folder);
  const ids = [...told.prompt, ...told.greedy];
  const ints = (of: (i: number) => number) => Int32Array.from(ids, (_, i) => of(i));
  await using network = await openNetwork(
    { stack: stack(model), backend: "native", threads: 1 },
    () => {},
  );
  const { logits } = await network.forward({
    tokens: ints((i) => ids[i]!),
    positions: ints((i) => i),
    sequence: ints(() => 0),
    past: [{ id: 0, epoch: 0, length: 0, copy() {} }],
    want: ints((i) => i),
  });
  let largest = logits.length === theirs.length ? 0 : Infinity;
  logits.forEach((value, i) => largest = Math.max(largest, Math.abs(value - theirs[i]!)));
  const greedy: Record<string, boolean> = {};
  for (const [name, engine] of Object.entries(ENGINES)) {
    await using session = await engine.open(stack(model));
    greedy[name] = String(await generate(session, told.prompt, told.greedy.length)) === String(told.greedy);
  }
  const same = largest <= ROUNDING && Object.values(greedy).every(Boolean);
  const [stored, scale] = [model.params.stored, theirs.reduce((max, v) => Math.max(max, Math.abs(v)), 0)];
  const files = [...Deno.readDirSync(told.folder)].filter(({ name }) => name.endsWith(".safetensors")).length;
  return { name: told.name, files, stored, largestLogit: scale, largestDifference: largest, greedy, same };
}

/** The default model's weights, dequantized by the gguf package and written as a folder, beside its own file. */
async function compareDefault(python: string, file: Model, folder: string) {
  await runPython(python, new URL("write_folder.py", import.meta.url), [file.file, folder]);
  const made = await localModel(folder);
  await using ours = await ENGINES.ours!.open(stack(file));
  await using theirs = await ENGINES.ours!.open(stack(made));
  const kinds = await texts();
  const asked = [...kinds.values()].flat();
  const differentIds = asked.filter((text) =>
    [true, false].some((special) =>
      String(ours.tokenizer.encode(text, { special })) !== String(theirs.tokenizer.encode(text, { special }))
    )
  );
  let [tokens, differentTokens] = [0, 0];
  for (const prompt of PROMPTS) {
    const [a, b] = [
      await generate(ours, ours.tokenizer.encode(prompt), 48),
      await generate(theirs, theirs.tokenizer.encode(prompt), 48),
    ];
    tokens += a.length;
    differentTokens += a.filter((id, i) => id !== b[i]).length;
  }
  return {
    stored: { file: file.params.stored, folder: made.params.stored },
    texts: asked.length,
    differentIds: differentIds.slice(0, 5),
    tokens,
    differentTokens,
    same: differentIds.length === 0 && differentTokens === 0,
  };
}

async function generate(session: Session, prompt: readonly number[], maxTokens: number) {
  const answer: number[] = [];
  for await (const { tokens } of session.generate([{ id: "a", prompt, maxTokens, stop: [] }])) {
    answer.push(...tokens);
  }
  return answer;
}
