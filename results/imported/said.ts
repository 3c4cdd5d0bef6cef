/** What a reader must know of an imported trial, in sentences: who asked, what was left out, and what a speed is worth. */
import type { Outcome } from "../../evals/mod.ts";
import { duration, plural, rate } from "../figures.ts";

/** Empty for a trial that was asked here. */
export function saidImported(outcome: Outcome): readonly string[] {
  const { imported } = outcome.trial;
  if (imported === undefined) return [];
  const { tool, version, leftOut } = imported;
  return [
    `Imported: ${tool} ${version} asked the questions and scored the answers; the pairing and the verdict are ours. It stands on no board.`,
    ...leftOut.map((what) => `Left out: ${what}`),
    ...(outcome.kind === "recorded" ? [saidSpeed(outcome.speed.apart)] : []),
  ];
}

function saidSpeed(apart: (Outcome & { readonly kind: "recorded" })["speed"]["apart"]): string {
  if (apart === undefined) return "Its speed was not imported.";
  const { tool, load, base, candidate } = apart;
  const both = (of: (arm: typeof base) => string) => `${of(base)} → ${of(candidate)}`;
  return `${tool} timed each arm once, not in turn, so no ratio is claimed: ${
    both((arm) => rate(arm.tokensPerSecond))
  }, TTFT ${both((arm) => duration(arm.ttft.p50))}, TPOT ${
    both((arm) => duration(arm.tpot.p50))
  } (medians of ${plural(base.requests, "request")}; ${load}).`;
}
