/**
 * One side of a check, base or head, as the port that the check asks: it opens the stack of a row of its own suite with
 * its own code, and answers evals or runs one block of a workload when it is told to. What crosses is plain data, so
 * that a side may be a process with modules of its own.
 */
import type { Digest, Hardware } from "../../engine/mod.ts";
import type { Answered } from "../eval.ts";
import type { Noise } from "../noise.ts";
import type { PairedSample } from "../outcome.ts";
import type { Measured } from "../race.ts";
import type { Transcript } from "../quality/token_match.ts";

/** Raised with every change of what crosses: sides of different numbers cannot be compared. */
export const PROTOCOL = 1;

/** The row of the stack without techniques. */
export const BASELINE = "baseline";

/** Something of a suite with a digest of all that decides what it asks. */
export interface Named {
  readonly name: string;
  readonly key: Digest;
}

export interface SideRow {
  readonly name: string;
  /** Evals that see what its techniques change. */
  readonly evals: readonly string[];
  /** Why its speed is not its own, or it cannot be judged at all; it is then not timed. */
  readonly untimed?: string;
}

/** What a side has. */
export interface About {
  readonly protocol: number;
  readonly rows: readonly SideRow[];
  readonly evals: readonly (Named & { readonly streamed: boolean })[];
  /** `places`: how many blocks have prompts of their own before a session must be opened anew. */
  readonly workloads: readonly (Named & { readonly places: number })[];
  readonly model: { readonly name: string; readonly digest: Digest; readonly precision: string };
  readonly hardware: Hardware;
}

/** One request as a side sent it, and what came of it. */
export interface Told extends Transcript {
  readonly id: string;
  readonly prompt: readonly number[];
  /** Both in words. */
  readonly asked: string;
  readonly answer: string;
}

export interface Block {
  readonly block: Omit<Measured, "arm">;
  readonly told: readonly Told[];
}

/** What the gate of `bench` says of a row on this side. */
export interface Gate {
  readonly kind: "pass" | "fail" | "unsure" | "none";
  /** Why, where it is no pass. */
  readonly why?: string;
}

export interface Side {
  about(): Promise<About>;
  /** Opens a new session of a row, closing the one before; why it could not, where it could not. */
  open(row: string): Promise<{ readonly why?: string }>;
  /** Runs a block of the open row at one of the workload's places; -1 is the warm-up's. */
  block(workload: string, place: number): Promise<Block>;
  /** The open row's answers to an eval of its suite, each sample's by id. */
  answers(name: string): Promise<readonly Answered<unknown>[]>;
  /** What rounding alone does to this side's answers of a row. */
  noise(row: string, name: string): Promise<Noise>;
  /** How far each timed token of the open row is from the likeliest, by the session's own scores, per request. */
  regrets(told: readonly Told[]): Promise<readonly PairedSample[]>;
  /** Asks the row's evals once more beside this side's own baseline, and judges as `bench` does. */
  gate(row: string): Promise<Gate>;
  close(): Promise<void>;
}
