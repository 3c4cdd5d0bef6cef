/** The report of open_bench.ts: JSON for programs and a table for people. */
import type { Opened } from "./open_child.ts";
import { madeOn, reportFiles, type Rows } from "./report_files.ts";

export interface Row {
  readonly at: string;
  readonly model: string;
  readonly precision: string;
  readonly fileBytes: number;
  /** Mean number of runnable processes in the minute before. */
  readonly load: number;
  /** Seconds to write the graph's bytes to a file and read them back. */
  readonly copySeconds: number;
  readonly cold: Opened;
  /** Medians; of memory the most. */
  readonly cached: Opened;
}

type Report = Rows<Row>;

/** Seconds, of the half-billion model. */
const GOAL = { model: "qwen2.5-coder-0.5b", cold: 20, cached: 5 };
/** Peak resident memory may be so many times the weights' bytes, and so many bytes more. */
const MEMORY = { times: 1.3, more: 500e6 };

export const files = reportFiles("open_bench", markdown);

function markdown(report: Report): string {
  const { rows } = report;
  const met = (yes: boolean) => (yes ? "met" : "**missed**");
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(2);
  const lines = [
    "# Opening models",
    "",
    `${
      madeOn(report)
    }. Made by \`deno run -A tests/bench/open_bench.ts\`, each opening in a process of its own.`,
    "",
    "Seconds from the start of the process until the model is open. Cold: nothing in the cache but the model's file. Cached: " +
    "from the graph in the cache, median of three. CPU: seconds of all processors, which other work on the machine changes less. " +
    "Copy: what writing the graph's bytes to a file and reading them back took, the least that a cold opening can.",
    "",
    "| date | model | precision | file, GB | graph, GB | load | copy, s | graph written, s | cold, s | CPU, s | cached, s | CPU, s | |",
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
  ];
  for (const { at, model, precision, fileBytes, load, copySeconds, cold, cached } of rows) {
    const goal = model === GOAL.model ? met(cold.opened <= GOAL.cold && cached.opened <= GOAL.cached) : "";
    const times = [copySeconds, cold.written ?? NaN, cold.opened, cold.cpu, cached.opened, cached.cpu];
    lines.push(
      `| ${at.slice(0, 10)} | ${model} | ${precision} | ${gigabytes(fileBytes)} | ${
        gigabytes(cold.graphBytes)
      } | ${load.toFixed(1)} | ${times.map((s) => s.toFixed(1)).join(" | ")} | ${goal} |`,
    );
  }
  lines.push(
    "",
    `Goal for ${GOAL.model}: ${GOAL.cold} s cold and ${GOAL.cached} s cached.`,
    "",
    `Resident memory, GB. Peak: the most that the process ever had (VmHWM), mapped files included; of that not of files ` +
      `(RssAnon). Limit: ${MEMORY.times} times the graph's weights and ${
        gigabytes(MEMORY.more)
      }; it is held against VmHWM.`,
    "",
    "| model | precision | weights | limit | peak cold | not of files | peak cached | not of files | after an answer | peak / weights | |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
  );
  for (const { model, precision, cold, cached } of rows) {
    const limit = MEMORY.times * cold.graphBytes + MEMORY.more;
    const peak = Math.max(cold.peak, cached.peak);
    const bytes = [cold.graphBytes, limit, cold.peak, cold.peakAnonymous, cached.peak, cached.peakAnonymous];
    lines.push(
      `| ${model} | ${precision} | ${[...bytes, cached.steady].map(gigabytes).join(" | ")} | ${
        (peak / cold.graphBytes).toFixed(2)
      } | ${met(peak <= limit)} |`,
    );
  }
  return lines.join("\n") + "\n";
}
