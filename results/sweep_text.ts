/** A sweep as a table in the terminal: a line for each level, and what was looked for. */
import { ATTAINMENT, kneeOf, type SweepPoint, within } from "../evals/mod.ts";
import { visible, wrap } from "./columns.ts";
import { count, duration, percent, plural } from "./figures.ts";
import { objectiveText } from "./load_text.ts";

/** What was swept, and how it ended. */
export interface Swept {
  readonly url: string;
  readonly model: string;
  readonly workload: string;
  readonly by: "clients" | "rate";
  /** How requests arrived, in words. */
  readonly arrival: string;
  readonly points: readonly SweepPoint[];
  readonly ended: string;
}

const ENDED: Readonly<Record<string, string>> = {
  saturated: "More load brought less than a tenth more for two levels in a row.",
  most: "The largest level was reached: the server may take more.",
  unanswered: "The last level had no answer at all.",
  prompts: "The workload has no more prompts that the server has not seen: the server may take more.",
  interrupted: "Interrupted: the same command goes on with the next level.",
};

const WIDTH = 100;

/** A level in words, e.g. "8 clients". */
export const levelText = (level: number, by: Swept["by"]): string =>
  by === "clients" ? plural(level, "client") : `${level} a second`;

/** The table. */
export function sweepText({ url, model, workload, by, arrival, points, ended }: Swept): string {
  const sorted = points.toSorted((a, b) => a.level - b.level);
  const [knee, most] = [kneeOf(points), within(points)];
  const objective = points.find(({ goodput }) => goodput)?.goodput?.objective;
  const cells = [by === "clients" ? "CLIENTS" : "A SECOND", "TOKENS/S", "ANSWERS/S", "TTFT P50", "P90"];
  const head = [...cells, "TPOT P50", "P90", ...(objective ? ["GOODPUT", "KEPT"] : []), "FAILED"];
  const line = (all: readonly string[]) => all.map((cell, i) => cell.padStart(WIDTHS[i]!)).join("");
  const row = (point: SweepPoint) => {
    const { level, tokensPerSecond, requestsPerSecond, ttft, tpot, goodput, requests, answered } = point;
    const kept = goodput
      ? [goodput.requestsPerSecond.toFixed(2), percent(goodput.share)]
      : objective
      ? ["–", "–"]
      : [];
    const figures = [tokensPerSecond.toPrecision(3), requestsPerSecond.toFixed(2)];
    const times = [ttft.p50, ttft.p90, tpot.p50, tpot.p90].map((ms) => duration(ms));
    const marks = [...(point === knee ? ["knee"] : []), ...(point === most ? ["objective"] : [])];
    return line([String(level), ...figures, ...times, ...kept, count(requests - answered)]) +
      (marks.length > 0 ? `  ◂ ${marks.join(", ")}` : "");
  };
  const found = [
    ...(knee
      ? [`Knee: ${levelText(knee.level, by)}, beyond which latency grows faster than throughput.`]
      : ["No knee: throughput rises evenly, or there are fewer than three levels."]),
    ...(objective
      ? [
        most
          ? `Most within the objective (${objectiveText(objective)}): ${levelText(most.level, by)}, where ${
            percent(most.goodput!.share)
          } of requests kept it and ${most.goodput!.requestsPerSecond.toFixed(2)} a second did.`
          : `At no level did ${percent(ATTAINMENT)} of requests keep the objective (${
            objectiveText(objective)
          }).`,
      ]
      : []),
    ENDED[ended] ?? ended,
    "Latencies count from when a request was to arrive. Unverified: no answer was judged.",
  ];
  const failures = new Map(points.flatMap(({ failures }) => Object.entries(failures)));
  return [
    ` ${visible(model)} at ${visible(url)}`,
    ` ${visible(workload)}, ${arrival}`,
    "",
    line(head),
    ...sorted.map(row),
    "",
    ...[...found, ...[...failures.keys()].map((why) => `Failed: ${visible(why)}`)].flatMap((text) =>
      wrap(text, WIDTH)
    ),
  ].join("\n");
}

const WIDTHS = [9, 10, 11, 10, 9, 10, 9, 9, 8, 8];
