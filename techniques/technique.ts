/** A technique is a function from stack to stack, with what it claims of the answers. */
import type { Dataset, Text } from "../datasets/mod.ts";
import type { Engine, Model, SlotName, Stack } from "../engine/mod.ts";

/** "identical": greedy tokens equal those of the stack beneath. "equivalent": within the stated margins. */
export type Claim = "identical" | "equivalent";

export type Bottleneck =
  | "memory-bandwidth"
  | "compute"
  | "sequential-decode"
  | "utilisation"
  | "kv-memory"
  | "model-size";

/** What training works with. */
export interface Training {
  readonly engine: Engine;
  readonly model: Model;
  /** Tokens that are learned from, and the seed; the technique's own where absent. */
  readonly tokens?: number;
  readonly seed?: number;
  /** Told what is done now, and the share of all that is. */
  progress(what: string, share: number): void;
}

export interface Technique {
  readonly name: string;
  readonly slot: SlotName;
  readonly claim: Claim;
  readonly bottleneck: Bottleneck;
  readonly scope: "static" | "per-request";
  /** One sentence: what it does. */
  readonly summary: string;
  /** The paper or document it comes from. */
  readonly source: string;
  /** The sets that it learns from: none of them may hold what it is measured on. */
  readonly calibration?: readonly Dataset<Text>[];
  /** Why its speed here is not its own, as half a sentence: then none is timed. Absent: it is. */
  readonly emulated?: string;
  /**
   * Trains what it needs for a model, or goes on where an earlier run of the same was cut off; returns lines that tell
   * what came of it. Absent: it needs no training. Until it is trained, engines say Unsupported.
   */
  train?(training: Training): Promise<readonly string[]>;
  transform(stack: Stack): Promise<Stack> | Stack;
  /** Whether a session's counters show that it ran; a technique that never ran proves nothing. Absent: always runs. */
  engaged?(counters: Readonly<Record<string, number>>): boolean;
}

/** Folds techniques over a stack from left to right; returns every stack on the way, the given one first. */
export async function compose(stack: Stack, techniques: readonly Technique[]): Promise<readonly Stack[]> {
  const stacks = [stack];
  for (const technique of techniques) stacks.push(await technique.transform(stacks.at(-1)!));
  return stacks;
}
