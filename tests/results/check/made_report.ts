/** A made-up report of a check: one row of each kind that people meet. */
import type { CheckedRow, Dueled } from "../../../evals/mod.ts";
import type { CheckReport } from "../../../results/check/report.ts";

export const dueled = (kind: Dueled["pace"]["kind"], over: Partial<Dueled> = {}): Dueled => ({
  workload: "chat_single",
  pace: {
    kind,
    ratio: { estimate: 0.94, interval: { low: 0.91, high: 0.97, level: 0.975 } },
    pairs: 60,
    ...(kind === "unsure" ? { needed: 90 } : {}),
  },
  logs: [-0.05, -0.07, 0.3],
  answered: 60,
  differing: 0,
  flips: [],
  ...over,
});

const equal = { kind: "equal", compared: 44, differing: 0, checks: [], flips: [], notes: [] } as const;

export const row = (name: string, kind: Dueled["pace"]["kind"]): CheckedRow => ({
  name,
  kind,
  outputs: equal,
  workloads: [dueled(kind)],
});

export const lost: CheckedRow = {
  name: "int4",
  kind: "regressed",
  why: "nll of wiki_text_nll is worse: loss 0.4 [0.3, 0.5] nats/token, 0.02 allowed",
  outputs: {
    ...equal,
    kind: "lost",
    differing: 20,
    flips: [{ where: "quoted q1", asked: "q1", base: "the sky", head: "the sea" }],
  },
  workloads: [],
};

export const report = (over: Partial<CheckReport> = {}): CheckReport => ({
  check: 1,
  at: 1_795_000_000_000,
  suite: "smoke",
  model: "toy",
  machine: "a machine, 2 cores, native",
  margin: 0.05,
  base: { id: "a".repeat(40), subject: "before" },
  head: { id: "b".repeat(40), subject: "after", dirty: false },
  seconds: 100,
  notes: [],
  rows: [row("baseline", "same"), row("int8", "regressed"), row("lookup", "unsure"), lost],
  missing: [],
  ...over,
});
