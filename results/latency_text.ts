/** Throughput, latency and memory of every timed row of a board, in a table of 80 columns or in sentences. */
import { fit } from "./columns.ts";
import type { Paint } from "./board_row.ts";
import { bytes, duration, rate, times } from "./figures.ts";
import { type Board, type TimedRow, timedRows } from "./leaderboard.ts";

type Arms = readonly [string, string];

/** Base and candidate of one race: every row was raced against a run of the baseline of its own. */
function arms({ figures: { base, candidate } }: TimedRow): Readonly<Record<"rate" | "ttft" | "tpot", Arms>> {
  const both = (of: (arm: typeof base) => string): Arms => [of(base), of(candidate)];
  return {
    rate: both((arm) => rate(arm.tokensPerSecond).replace(" tok/s", "")),
    ttft: both((arm) => duration(arm.ttft.p50).replace(" ", "")),
    tpot: both((arm) => duration(arm.tpot.p50).replace(" ", "")),
  };
}

/** The table under its head, or nothing where no row was timed. */
export function latencyTable(board: Board, dim: Paint): readonly string[] {
  const rows = timedRows(board);
  if (rows.length === 0) return [];
  const line = (name: string, cells: readonly string[], widths = [6, 6, 8, 7, 8, 7, 10, 8]) =>
    ` ${fit(name, 19)}${cells.map((cell, i) => cell.padStart(widths[i]!)).join("")}`;
  return [
    "",
    dim(line("", ["TOKENS/S", "TTFT P50", "TPOT P50", "MEMORY", "VS PEER"], [12, 15, 15, 10, 8])),
    dim(line("", ["BASE", "OWN", "BASE", "OWN", "BASE", "OWN", "OWN"])),
    ...rows.map((row) => {
      const { rate, ttft, tpot } = arms(row);
      const { candidate, overPeer } = row.figures;
      const peer = overPeer === undefined ? "" : times(overPeer);
      return line(row.name, [...rate, ...ttft, ...tpot, bytes(candidate.addedBytes), peer]);
    }),
    dim(" Each row is raced against a run of the baseline of its own; ratios compare."),
  ];
}

/** The same, a sentence a row. */
export function latencySentences(board: Board): readonly string[] {
  return timedRows(board).map((row) => {
    const { rate, ttft, tpot } = arms(row);
    const { candidate, overPeer } = row.figures;
    const peer = overPeer === undefined ? "" : `, ${times(overPeer)} the peer`;
    return `${row.name}: ${rate.join(" -> ")} tok/s, TTFT ${ttft.join(" -> ")}, TPOT ${tpot.join(" -> ")}, ${
      bytes(candidate.addedBytes)
    }${peer}`;
  });
}
