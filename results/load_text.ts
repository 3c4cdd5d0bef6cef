/** A load's figures as a table in the terminal. */
import type { EndpointLoad, LatencyFigures, LoadReport, WithinReach } from "../evals/mod.ts";
import { visible } from "./columns.ts";
import { count, duration, percent, plural, rate } from "./figures.ts";

/** What was loaded, and how. */
export interface Loaded extends Pick<EndpointLoad, "url" | "model" | "arrival"> {
  readonly workload: string;
}

/** The table. */
export function loadText(report: LoadReport, { url, model, workload, arrival }: Loaded): string {
  const { requests, answered, failures, goodput, requestsPerSecond, tokensPerSecond } = report;
  const row = (name: string, { p50, p90, p99, n }: LatencyFigures) =>
    ` ${name.padEnd(30)}${[p50, p90, p99].map((ms) => duration(ms).padStart(10)).join("")}${
      count(n).padStart(9)
    }`;
  const within = goodput && objectiveText(goodput.objective);
  return [
    ` ${visible(model)} at ${visible(url)}`,
    ` ${visible(workload)}, ${arrivalText(arrival)}: ${answered} of ${
      plural(requests.length, "request")
    } answered in ${duration(report.duration)}`,
    "",
    ` ${"".padEnd(30)}${
      ["P50", "P90", "P99", "N"].map((head, i) => head.padStart(i === 3 ? 9 : 10)).join("")
    }`,
    row("time to first token", report.ttft),
    row("time per token after it", report.tpot),
    row("between events of a stream", report.itl),
    row("whole answer", report.e2e),
    "",
    ` ${rate(tokensPerSecond)}, ${requestsPerSecond.toFixed(2)} answers a second`,
    ...(goodput
      ? [
        ` goodput: ${goodput.requestsPerSecond.toFixed(2)} answers a second, ${
          percent(goodput.share)
        } of requests, had ${within}`,
      ]
      : []),
    ...Object.entries(failures).map(([why, times]) => ` ${count(times)} failed: ${visible(why)}`),
    " Latencies count from when a request was to arrive. Unverified: no answer was judged.",
  ].join("\n");
}

/** An objective in words. */
export function objectiveText({ ttft, tpot }: WithinReach): string {
  return [
    ...(ttft === undefined ? [] : [`a first token within ${ttft} ms`]),
    ...(tpot === undefined ? [] : [`then one every ${tpot} ms`]),
  ].join(", ");
}

/** How requests arrive, in words. */
export function arrivalText(arrival: Loaded["arrival"]): string {
  switch (arrival.kind) {
    case "single":
      return "one at a time";
    case "closed":
      return plural(arrival.clients, "client");
    case "offline":
      return "all at once";
    case "poisson":
      return `${pace(arrival.perSecond)} a second at random`;
    case "gamma":
      return `${pace(arrival.perSecond)} a second in bursts, gaps varying by ${arrival.cv}`;
    case "replayed":
      return `as ${visible(arrival.trace)} tells`;
  }
}

/** Requests a second, to three digits. */
const pace = (perSecond: number): string => String(Number(perSecond.toPrecision(3)));
