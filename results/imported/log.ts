/** What a reader makes of one arm's logs: every metric of every task, one score a document. */
import type { Metric } from "../../evals/mod.ts";
import type { SourceFile } from "./source.ts";

/** One document's score under one metric. */
export interface Scored {
  /** What stands or falls together: the document, however often it was asked. */
  readonly cluster: string;
  /** Where the log has one; documents of a subject are then the cluster. */
  readonly subject?: string;
  /** What the two arms must have in common, as digests. */
  readonly asked: { readonly document: string; readonly prompt: string; readonly target: string };
  readonly value: number;
  readonly weight: number;
  readonly prompt: string;
  readonly answer: string;
}

/** One metric of one task. */
export interface Scale {
  readonly eval: string;
  /** The data set in words. */
  readonly dataset: string;
  readonly metric: Metric;
  /** What the metric's unit does not say. */
  readonly note?: string;
  /** By document. */
  readonly scores: ReadonlyMap<string, Scored>;
}

/** One arm's logs. */
export interface Log {
  readonly tool: "lm_eval" | "inspect";
  readonly version: string;
  /** The model as the tool names it, with what arguments it ran, and in what precision. */
  readonly model: {
    readonly name: string;
    readonly args: string;
    readonly precision: string;
  };
  /** What gave the answers, e.g. "lm_eval (hf)". */
  readonly engine: string;
  readonly files: readonly Omit<SourceFile, "bytes">[];
  readonly scales: readonly Scale[];
  /** What was not made a scale, and why, in sentences. */
  readonly leftOut: readonly string[];
}
