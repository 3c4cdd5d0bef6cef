/** A workload: the requests that a race times, and how they arrive. */
import type { Dataset, Prompt } from "./dataset.ts";

/**
 * How requests arrive. "single": one at a time, the next when the last has ended. "closed": `clients` of them, each
 * sending its next request when its last has ended. "offline": all at once.
 */
export type Arrival =
  | { readonly kind: "single" }
  | { readonly kind: "closed"; readonly clients: number }
  | { readonly kind: "offline" };

export interface Workload {
  readonly name: string;
  readonly summary: string;
  readonly prompts: Dataset<Prompt>;
  readonly arrival: Arrival;
  /** Requests in one timed block. */
  readonly requests: number;
  /** Tokens generated per request, exactly, so that arms cannot differ in length. */
  readonly maxTokens: number;
  readonly seed: number;
}
