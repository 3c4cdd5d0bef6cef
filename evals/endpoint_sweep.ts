/** A sweep of the load on a server; each level has prompts that no other had, so that no cache knows them. */
import type { OpenArrival } from "../datasets/mod.ts";
import { atRate } from "./arrival_times.ts";
import { type EndpointLoad, loadEndpoint } from "./endpoint_load.ts";
import { type Levels, nextLevel, type SweepEnd, type SweepPoint, sweepPoint } from "./sweep.ts";

/** The least that a level is: requests for each client, and seconds of arrivals. */
const [FOR_EACH, SECONDS] = [2, 10];

export interface EndpointSweep extends Omit<EndpointLoad, "arrival" | "skip"> {
  readonly levels: Levels;
  /** How requests arrive where levels are rates, at whatever rate. */
  readonly arrival: OpenArrival;
  /** What was measured before, in its order. */
  readonly points: readonly SweepPoint[];
  /** Told which level begins, and how many requests it has. */
  readonly begun: (level: number, requests: number) => void;
}

/** Measures one level after another; tells why there is no further one. @throws {UserError} as `loadEndpoint`. */
export async function* sweepEndpoint(
  { levels, arrival, points, begun, ...load }: EndpointSweep,
): AsyncGenerator<SweepPoint, SweepEnd | "prompts" | "interrupted"> {
  const all = [...points];
  const workload = await held(load.workload);
  for (;;) {
    const level = nextLevel(all, levels);
    if (typeof level === "string") return level;
    const requests = requestsAt(level, levels, load.requests, arrival);
    const skip = all.reduce((sum, point) => sum + point.requests, 0);
    if (skip + requests >= workload.prompts.size && all.length > 0) return "prompts";
    begun(level, requests);
    const report = await loadEndpoint({
      ...load,
      workload,
      requests,
      skip,
      arrival: levels.by === "clients"
        ? { kind: "closed", clients: level }
        : atRate(arrival, level, requests),
    }).catch((error) => {
      if (load.signal.aborted) return undefined;
      throw error;
    });
    if (report === undefined || load.signal.aborted) return "interrupted";
    const point = sweepPoint(level, report);
    all.push(point);
    yield point;
  }
}

/** The workload with its prompts in memory, so that they are not read again for each level. */
async function held({ prompts, ...rest }: EndpointLoad["workload"]): Promise<EndpointLoad["workload"]> {
  const samples = await Array.fromAsync(prompts.samples());
  return {
    ...rest,
    prompts: {
      ...prompts,
      async *samples() {
        yield* samples;
      },
    },
  };
}

function requestsAt(level: number, { by }: Levels, least: number, arrival: OpenArrival): number {
  if (by === "clients") return Math.max(least, FOR_EACH * level);
  const told = arrival.kind === "replayed" ? arrival.times.length : Infinity;
  return Math.min(told, Math.max(least, Math.ceil(SECONDS * level)));
}
