/**
 * The latency guard: more tokens a second are no gain to users who wait longer than the workload's objective lets
 * them. It is judged on percentiles that the timed requests support, as goodput is (Zhong et al., DistServe, OSDI 2024).
 */
import type { Objective } from "../datasets/mod.ts";
import type { ArmSpeed, ObjectiveOutcome } from "./outcome.ts";

/** What became of the objective in a race. */
export function objectiveOutcome(
  objective: Objective,
  base: Pick<ArmSpeed, Objective["figure"]>,
  candidate: Pick<ArmSpeed, Objective["figure"]>,
): ObjectiveOutcome {
  const { figure, percentile, most } = objective;
  const [own, found] = [base[figure][percentile], candidate[figure][percentile]];
  if (own === undefined || found === undefined) {
    const n = Math.min(base[figure].n, candidate[figure].n);
    const needed = percentile === "p95" ? 20 : 100;
    return { kind: "unjudged", objective, why: `${percentile} takes ${needed} requests: ${n} were timed` };
  }
  const limit = "milliseconds" in most ? most.milliseconds : most.timesBaseline * own;
  return { kind: found <= limit ? "held" : "broke", objective, base: own, candidate: found, limit };
}
