/** The hardware fingerprint: rows are ranked only among equal fingerprints. */
import { type Digest, digest } from "./stack.ts";

export interface Hardware {
  /** Digest of all other fields. */
  readonly id: Digest;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly os: string;
  readonly arch: string;
  /** Execution backend and threads, e.g. "native", 2; "webgpu on" and what the GPU calls itself. */
  readonly backend: string;
  readonly threads: number;
}

/** Reads this machine; the CPU's name is the operating system's own. */
export async function readHardware(backend: string, threads: number): Promise<Hardware> {
  const { cpus } = await import("node:os");
  const fields = {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: navigator.hardwareConcurrency,
    memoryGiB: Math.round(Deno.systemMemoryInfo().total / 2 ** 30),
    os: Deno.build.os,
    arch: Deno.build.arch,
    backend,
    threads,
  };
  return { id: await digest(fields), ...fields };
}
