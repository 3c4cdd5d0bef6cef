/** The conformance server as tests use it. */
import type { SCRIPTS } from "./scripts.ts";
import type { Served } from "./worker.ts";

export type ScriptName = keyof typeof SCRIPTS;

export interface ConformanceServer {
  /** Up to and with "/v1". */
  readonly url: string;
  /** What it did since it was last asked. */
  served(): Promise<readonly Served[]>;
}

/** Calls `use` while the server runs. */
export async function conformance(use: (server: ConformanceServer) => Promise<void>): Promise<void> {
  const worker = new Worker(import.meta.resolve("./worker.ts"), { type: "module" });
  const next = <T>() => new Promise<T>((resolve) => (worker.onmessage = ({ data }) => resolve(data)));
  const { port } = await next<{ port: number }>();
  try {
    await use({
      url: `http://127.0.0.1:${port}/v1`,
      served: async () => {
        const told = next<{ served: readonly Served[] }>();
        worker.postMessage("served");
        return (await told).served;
      },
    });
  } finally {
    worker.terminate();
  }
}
