/** `deno task load URL --sweep`: one level after another, each kept as soon as it is measured. */
import { UserError } from "../../engine/mod.ts";
import { type EndpointSweep, sweepEndpoint, type SweepPoint } from "../../evals/mod.ts";
import { escapedJson } from "../columns.ts";
import { arrivalText } from "../load_text.ts";
import { SweepFile } from "../sweep_file.ts";
import { levelText, sweepText, type Swept } from "../sweep_text.ts";
import { sweepPicture } from "../viewer/sweep_picture.tsx";
import type { StatusLine } from "./status_line.ts";

export interface SweepOutput {
  readonly status: StatusLine;
  readonly json: boolean;
  /** The file that is drawn. */
  readonly picture?: string;
}

type Asked = Omit<EndpointSweep, "points" | "begun" | "progress">;

/** Measures what an earlier run did not, and prints all. */
export async function sweep(asked: Asked, { status, json, picture }: SweepOutput): Promise<number> {
  const { url, model, workload, levels, arrival, requests, naturalEnd, objective } = asked;
  const { name, seed, maxTokens, prompts: { digest, version } } = workload;
  const file = await SweepFile.open({
    url,
    model,
    workload: { name, seed, maxTokens, digest, version },
    levels,
    arrival: levels.by === "rate" ? arrival : null,
    requests,
    naturalEnd,
    objective: objective ?? null,
  });
  const points: SweepPoint[] = [...file.points];
  if (points.length > 0) {
    status.clear();
    console.error(`Going on after ${points.length} levels that ${file.path} has; remove it to begin anew.`);
  }
  let [level, among] = [0, 1];
  const running = sweepEndpoint({
    ...asked,
    points,
    begun: (begun, count) => {
      [level, among] = [begun, count];
      status.show(`${levelText(level, levels.by)}: sending a first request, which does not count`, 0);
    },
    progress: (ended) =>
      status.show(
        `${levelText(level, levels.by)}: ${ended} of ${among} requests have ended`,
        ended / among,
        `load${level}`,
      ),
  });
  let next = await running.next();
  for (; !next.done; next = await running.next()) {
    points.push(next.value);
    await file.add(next.value);
  }
  status.clear();
  if (next.value !== "interrupted") await file.end();
  if (points.length === 0) {
    console.error("Interrupted before any level was measured.");
    return 130;
  }
  const how = levels.by === "clients" ? "clients in a closed loop" : arrivalTextAt(arrival);
  const swept: Swept = { url, model, workload: name, by: levels.by, arrival: how, points, ended: next.value };
  console.log(sweepText(swept));
  if (picture !== undefined) await draw(picture, swept);
  if (json) console.log(escapedJson(swept));
  return next.value === "interrupted" ? 130 : 0;
}

/** How requests arrive at whatever rate. */
function arrivalTextAt(arrival: Asked["arrival"]): string {
  if (arrival.kind === "replayed") return `${arrivalText(arrival)}, stretched to each rate`;
  return arrivalText(arrival).replace(/^\S+ a second /, "");
}

async function draw(path: string, swept: Swept): Promise<void> {
  try {
    await Deno.writeTextFile(path, sweepPicture(swept));
  } catch (error) {
    throw new UserError(`Cannot draw ${path} as it must be writable: ${(error as Error).message}.`);
  }
}
