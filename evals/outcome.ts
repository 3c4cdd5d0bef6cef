/** What a trial comes to. Only `recorded` has a speed, and only a Pass admits one; `held` passed and claims none. */
import type { Digest, Json, Milliseconds, Part, SlotName } from "../engine/mod.ts";
import type { Objective } from "../datasets/mod.ts";
import type { Bottleneck, Claim } from "../techniques/mod.ts";
import type { Rule } from "./eval.ts";

export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Two-sided coverage, e.g. 0.9 for the bounds of a one-sided test at 5 %. */
  readonly level: number;
}

/** One sample in a paired comparison, kept so that flips can be read and statistics drawn again. */
export interface PairedSample {
  readonly id: string;
  readonly cluster: string;
  readonly base: number;
  readonly candidate: number;
  readonly weight: number;
  /** Both answers in words, kept where they differ. */
  readonly shown?: { readonly prompt: string; readonly base: string; readonly candidate: string };
}

export type Decision = "pass" | "fail" | "unsure";

/** What a metric counts in. "logits": distance of two logits; "p": the probability of a law's test. */
export const UNITS = ["fraction", "nats/token", "bits/byte", "breaches", "logits", "p"] as const;
export type Unit = (typeof UNITS)[number];

/** A check over some of its samples only: by position, length, subject or language. Fails where a loss is shown. */
export interface Slice {
  readonly name: string;
  readonly n: number;
  readonly loss: number;
  /** Lower bound of the loss at the guards' level, all slices of the check taken together. */
  readonly low: number;
  readonly failed: boolean;
}

/** One metric of one eval, compared in pairs. `loss` is how much worse the candidate is (positive: worse). */
export interface Check {
  readonly eval: string;
  readonly metric: string;
  readonly unit: Unit;
  readonly rule: Rule;
  /** A guard against change in either direction: `loss` is the change. */
  readonly eitherWay?: boolean;
  /** "quiet": asked for the check; "under load": the timed transcripts. */
  readonly when: "quiet" | "under load";
  /** What the candidate was compared with: the name of the stack beneath, or "baseline". */
  readonly against: string;
  readonly n: number;
  readonly clusters: number;
  readonly base: number;
  readonly candidate: number;
  readonly loss: number;
  readonly interval: Interval;
  /** Absent: reported, not judged. */
  readonly allowed?: number;
  readonly decision?: Decision;
  /** Of the single values (tokens) behind the candidate's samples, where the metric has them. */
  readonly tail?: { readonly p99: number; readonly p999: number; readonly max: number };
  /** For unsure: how many samples would decide if the estimate holds. */
  readonly needed?: number;
  /** Why, where the decision is not plain from the interval. */
  readonly note?: string;
  /** Parts that were looked at on their own, where the eval has them. */
  readonly slices?: readonly Slice[];
  readonly samples: readonly PairedSample[];
}

declare const minted: unique symbol;
export interface Pass {
  readonly kind: "pass";
  readonly checks: readonly Check[];
  readonly [minted]: true;
}
export interface Fail {
  readonly kind: "fail";
  readonly checks: readonly Check[];
}
export interface Unsure {
  readonly kind: "unsure";
  readonly checks: readonly Check[];
}
export type Verdict = Pass | Fail | Unsure;

/** One timed request. All times in milliseconds from the start of its block. */
export interface Timing {
  readonly id: string;
  readonly sent: Milliseconds;
  /** When each token became known. */
  readonly tokens: readonly Milliseconds[];
  /** How the stream said that it ended; absent: it never did. */
  readonly finish?: "stop" | "length" | "error";
  /** How long after its last token became known the client had it. */
  readonly lag?: Milliseconds;
}

/** One pass over a workload by one arm. */
export interface Block {
  readonly arm: "base" | "candidate";
  readonly startedAt: Milliseconds;
  readonly duration: Milliseconds;
  readonly timings: readonly Timing[];
  /** How much the engine's own counters grew over the block. */
  readonly counted?: Readonly<Record<string, number>>;
  readonly meanwhile?: Meanwhile;
}

/** What else befell the machine during a block. */
export interface Meanwhile {
  /** How much further the wall's clock went than the one that times: far from 0 where one of them jumped. */
  readonly jump: Milliseconds;
  /** Share of the processors' time that the host gave to others; absent where the system does not tell. */
  readonly stolen?: number;
}

export interface Percentiles {
  readonly n: number;
  /** Printed only where the sample supports them: p95 from 20 values, p99 from 100. */
  readonly p50: number;
  readonly p95?: number;
  readonly p99?: number;
}

/** One arm's figures on one workload. */
export interface ArmSpeed {
  readonly tokensPerSecond: number;
  /** Milliseconds to the first token, between tokens, and to the end of a request. */
  readonly ttft: Percentiles;
  readonly tpot: Percentiles;
  readonly e2e: Percentiles;
  readonly addedBytes: number;
}

/** What became of a workload's latency objective; "unjudged" where too few requests were timed for its percentile. */
export type ObjectiveOutcome =
  | {
    readonly kind: "held" | "broke";
    readonly objective: Objective;
    /** The objective's figure of either arm. */
    readonly base: Milliseconds;
    readonly candidate: Milliseconds;
    /** The largest figure of the candidate that holds. */
    readonly limit: Milliseconds;
  }
  | { readonly kind: "unjudged"; readonly objective: Objective; readonly why: string };

export interface WorkloadSpeed {
  readonly workload: string;
  readonly base: ArmSpeed;
  readonly candidate: ArmSpeed;
  /** Tokens/s of candidate over base, by paired blocks, with a bootstrap interval. */
  readonly ratio: { readonly estimate: number; readonly interval: Interval };
  /** Half-width of the A/A ratio on the same workload in this run; no gain inside it is claimed. */
  readonly noise: number;
  /** "faster" or "slower" only where the interval clears 1 by more than the noise; never "faster" where `objective` broke. */
  readonly claim: "faster" | "slower" | "no difference";
  /** Tokens/s of candidate over the peer engine's f32, where it ran on the same machine in the same run. */
  readonly overPeer?: number;
  /** Of `overPeer`: the half-widths of both ratios to the baseline, added in squares on the logarithms. */
  readonly overPeerInterval?: Interval;
  /** Absent where the workload has no objective. */
  readonly objective?: ObjectiveOutcome;
  readonly blocks: readonly Block[];
}

export interface Speed {
  readonly workloads: readonly WorkloadSpeed[];
  /** Median time to open a session whose files were made before; absent where nothing was raced in turn. */
  readonly opening?: { readonly base: Milliseconds; readonly candidate: Milliseconds };
  /** Of an imported trial, where both arms were timed. */
  readonly apart?: ApartSpeed;
}

/**
 * What another tool timed, each arm in a run of its own and not in turn: how far such runs differ by themselves is not
 * known, so no ratio, no interval and no claim is made of it, and it has no place on a board.
 */
export interface ApartSpeed {
  readonly tool: string;
  /** The load in words, the same for both arms. */
  readonly load: string;
  readonly base: ApartArm;
  readonly candidate: ApartArm;
}

export interface ApartArm extends Omit<ArmSpeed, "addedBytes"> {
  /** The model as the tool names it. */
  readonly model: string;
  readonly requests: number;
}

/** Where an imported trial comes from: another tool asked the questions, and only the verdict is ours. */
export interface Imported {
  readonly tool: string;
  readonly version: string;
  /** Every file that was read. */
  readonly files: readonly { readonly arm: Block["arm"]; readonly name: string; readonly digest: Digest }[];
  /** What the files hold that was not compared, and why, in sentences. */
  readonly leftOut: readonly string[];
}

/** Weights as a session holds them, scales and embedding table included. */
export interface ArmWeights {
  readonly bytes: number;
  /** Bits for each weight of the model's file; a table that is the LM head too counts once. */
  readonly bits: number;
}

/** What the weights of both arms take. That is no speed, so a refused trial tells it too. */
export interface TrialWeights {
  readonly base: ArmWeights;
  readonly candidate: ArmWeights;
  /** What the candidate's maker told of how they were made, by piece; absent where they are the file's own. */
  readonly made?: Readonly<Record<string, Json>>;
}

/** What was tried: enough to run it again. */
export interface Trial {
  /** Digest of what decides the outcome: stacks, engine, techniques, evals with their margins, workloads, seed. */
  readonly id: Digest;
  readonly suite: string;
  readonly name: string;
  readonly engine: string;
  readonly base: Readonly<Record<SlotName, Part>>;
  readonly candidate: Readonly<Record<SlotName, Part>>;
  readonly techniques: readonly {
    readonly name: string;
    readonly slot: SlotName;
    readonly claim: Claim;
    readonly bottleneck: Bottleneck;
    readonly summary: string;
    readonly source: string;
    /** Why its speed here is not its own; absent: it is. */
    readonly emulated?: string;
  }[];
  readonly evals: readonly {
    readonly name: string;
    readonly dataset: string;
    readonly digest: Digest;
    readonly count: number;
  }[];
  readonly workloads: readonly string[];
  /** Digests of what each workload asks, by its name; absent in recordings from before this was kept. */
  readonly loads?: Readonly<Record<string, Digest>>;
  readonly seed: number;
  /** Absent: asked and timed here. An imported trial has no workloads, so it stands on no board. */
  readonly imported?: Imported;
}

/** `weights`: absent where an engine does not tell what they take. */
export type Outcome =
  | {
    readonly kind: "recorded";
    readonly trial: Trial;
    readonly weights?: TrialWeights;
    readonly verdict: Pass;
    readonly speed: Speed;
  }
  | {
    readonly kind: "rejected";
    readonly trial: Trial;
    readonly weights?: TrialWeights;
    readonly verdict: Fail | Unsure;
  }
  | {
    /** Quality held, and a technique is emulated: nothing was raced. */
    readonly kind: "held";
    readonly trial: Trial;
    readonly weights?: TrialWeights;
    readonly verdict: Pass;
    readonly reason: string;
  }
  | { readonly kind: "void"; readonly trial: Trial; readonly reason: string }
  | { readonly kind: "skipped"; readonly trial: Trial; readonly reason: string };
