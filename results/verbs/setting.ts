/** What every verb that runs a model needs: the engine, the baseline stack, and files fetched with a progress bar. */
import {
  adapter,
  BACKENDS,
  dense,
  fasterBackend,
  type FetchProgress,
  hubModel,
  knownModel,
  localModel,
  type Model,
  MODELS,
  oneAtATime,
  onnxEngine,
  plain,
  transformersJs,
  UserError,
} from "../../engine/mod.ts";
import type { Bench } from "../../evals/mod.ts";
import { whole } from "./arguments.ts";
import type { StatusLine } from "./status_line.ts";

/** Options that choose model and engine. */
export const SETTING = {
  model: {
    value: "NAME|FOLDER|FILE.gguf|hf:OWNER/NAME@REV",
    about: `the model: ${
      Object.keys(MODELS).join(", ")
    }, files of your own, or a hub's; the first where absent`,
  },
  backend: {
    value: "auto|native|wasm|webgpu",
    about: "how ONNX Runtime runs; auto is native where it loads, else wasm",
  },
  threads: { value: "N", about: "threads of one operator; the number of cores where absent" },
} as const;

/** Beyond what any one machine gains from. */
const MOST_THREADS = 512;

/** Everything that a suite runs on. The peer has no form on wasm. */
export type Setting = Omit<Bench, "suite">;

/** Prepares model and engine; progress goes to the status line. */
export async function prepare(
  values: {
    readonly model: string | undefined;
    readonly backend: string | undefined;
    readonly threads: string | undefined;
  },
  status: StatusLine,
): Promise<Setting> {
  const { backend = "auto", threads } = values;
  const chosen = backend === "auto" ? await fasterBackend() : BACKENDS.find((known) => known === backend);
  if (chosen === undefined) {
    throw new UserError(`Cannot use --backend ${backend} as it must be auto, native, wasm or webgpu.`);
  }
  if (chosen === "webgpu" && (await adapter()).software) {
    console.error(
      "This machine's only WebGPU adapter is software: its answers count, its speed is not a GPU's.",
    );
  }
  const options = {
    ...(threads === undefined ? {} : { threads: whole(threads, "threads", 1, MOST_THREADS) }),
    progress: (done: number) => status.show("writing the graph", done),
  };
  const engine = onnxEngine({ backend: chosen, ...options });
  const model = await modelOf(values.model ?? Object.keys(MODELS)[0]!, status);
  const baseline = { model, cache: dense(), decoder: plain, scheduler: oneAtATime };
  const { threads: own = navigator.hardwareConcurrency } = options;
  // A GPU has no other number of threads to show what rounding does.
  const alike = chosen === "webgpu"
    ? []
    : [onnxEngine({ backend: chosen, ...options, threads: own === 1 ? 2 : 1 })];
  return { engine, baseline, alike, ...(chosen === "native" ? { peer: transformersJs(options) } : {}) };
}

async function modelOf(name: string, status: StatusLine): Promise<Model> {
  if (Object.hasOwn(MODELS, name)) {
    const known = MODELS[name]!;
    if (known.note) console.error(known.note);
    return await knownModel(known, fetching(status));
  }
  if (name.startsWith("hf:")) {
    return await hubModel(
      name,
      fetching(status),
      (why) => console.error(`${why} Going on with what the cache holds.`),
    );
  }
  if (/\.gguf$/i.test(name) || /[\\/]/.test(name) || await isFolder(name)) return await localModel(name);
  throw new UserError(
    `Cannot use --model ${name} as it must be one of ${
      Object.keys(MODELS).join(", ")
    }, a folder of safetensors, a GGUF file, or hf:OWNER/NAME.`,
  );
}

const isFolder = (path: string) => Deno.stat(path).then((found) => found.isDirectory, () => false);

/** Shows a download on the status line. */
export function fetching(status: StatusLine): FetchProgress {
  return ({ label, done, total }) => {
    const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
    status.show(
      `fetching ${label}: ${megabytes(Math.min(done, total))} of ${megabytes(total)} MB`,
      done / total,
    );
  };
}
