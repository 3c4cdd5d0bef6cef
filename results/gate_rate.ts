/**
 * How often the gate refuses what has no loss: runs of the baseline against itself, asked in other ways, as a committed
 * benchmark counted them. A verdict is worth what this rate is.
 */
import measured from "../tests/bench/calibration.json" with { type: "json" };
import { count, percent } from "./figures.ts";

export interface GateRate {
  /** Runs of the baseline against itself; 0 where none was made yet. */
  readonly trials: number;
  readonly refused: number;
  /** Upper 95 % bound of the share refused, from 0 to 1. */
  readonly upper95: number;
  readonly date: string;
  readonly machine: string;
  readonly model: string;
}

/** The rate in one line, as every board prints it. */
export function gateRate({ trials, refused, upper95, date, machine, model }: GateRate = measured): string {
  if (trials === 0) return "gate: how often it refuses the baseline itself is not measured yet";
  const where = [date, model, machine].filter((part) => part !== "").join(", ");
  return `gate: of ${count(trials)} runs of the baseline against itself ${count(refused)} ${
    refused === 1 ? "was" : "were"
  } refused (at most ${percent(upper95)} by the 95 % bound): ${where}`;
}
