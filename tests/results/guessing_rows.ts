/** A board of made-up speculative decoders whose guesses were counted: no figure in here was measured. */
import type { Block, Outcome, WorkloadSpeed } from "../../evals/mod.ts";
import type { Recording } from "../../results/mod.ts";
import { alone, breaches, PARTS, recorded, recording, trial, workload } from "./fixture.ts";

/** The same race in which each of the candidate's blocks counted so many guesses and so many right ones. */
export function guessing(speed: WorkloadSpeed, drafted: number, accepted: number): WorkloadSpeed {
  const counting = (block: Block): Block => {
    if (block.arm !== "candidate") return block;
    const tokens = block.timings.reduce((sum, timing) => sum + timing.tokens.length, 0);
    return { ...block, counted: { drafted, accepted, tokens } };
  };
  return { ...speed, blocks: speed.blocks.map(counting) };
}

/** Its recordings, on two workloads. */
export async function guessingRows(): Promise<readonly Recording[]> {
  const both = { workloads: ["single_stream", "eight_streams"] };
  const crowd = (speed: WorkloadSpeed): WorkloadSpeed => ({ ...speed, workload: "eight_streams" });
  const outcomes: readonly Outcome[] = [
    recorded(trial("baseline again", { ...both, techniques: [], candidate: PARTS }), [
      alone(workload(1.003, 0.017)),
      crowd(alone(workload(1.01, 0.03))),
    ], [breaches(0)]),
    recorded(trial("prompt_lookup", both), [
      guessing(workload(1.9, 0.05), 40, 30),
      crowd(guessing({ ...workload(0.8, 0.03), claim: "slower" }, 40, 2)),
    ], [breaches(0)]),
  ];
  return await Promise.all(outcomes.map((outcome) => recording(outcome)));
}
