/** Prompts that are names, p0 and so on, of which each may be asked once, to try loads with. */
import type { Arrival, Workload } from "../../../mod.ts";

/** One request of eight tokens at most unless told otherwise, out of so many prompts. */
export const names = (size: number, arrival: Arrival): Workload => ({
  name: "names",
  summary: "",
  prompts: {
    name: "names",
    version: "1",
    source: "made for tests",
    license: "CC0-1.0",
    split: "workload",
    digest: "0".repeat(64),
    size,
    async *samples() {
      for (let i = 0; i < size; i++) yield { id: `p${i}`, cluster: `${i}`, slices: [], turns: [`p${i}`] };
    },
  },
  arrival,
  requests: 1,
  maxTokens: 8,
  seed: 1,
});
