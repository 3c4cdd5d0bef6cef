/** What the options of `load` say of how requests arrive, and of which levels a sweep tries. */
import { UserError } from "../../engine/mod.ts";
import {
  type Arrival,
  atRate,
  type Levels,
  type OpenArrival,
  readTrace,
  type WithinReach,
} from "../../evals/mod.ts";
import { whole } from "./arguments.ts";

/** Options by their names, as they were given. */
export interface Given {
  readonly concurrency?: string | undefined;
  readonly rate?: string | undefined;
  readonly cv?: string | undefined;
  readonly trace?: string | undefined;
  readonly seed?: string | undefined;
  readonly sweep?: string | undefined;
  readonly most?: string | undefined;
}

/** Requests of a load where nothing says how many. */
const REQUESTS = 32;

/** A load: how requests arrive and how many, at the workload's own arrival where nothing else is asked for. */
export async function arrivalOf(given: Given, requests: string | undefined, own: Arrival) {
  const { concurrency, rate, cv, trace } = given;
  checkTogether(given);
  if (given.most !== undefined) {
    throw new UserError("Cannot use --most without --sweep as it ends a sweep. Give both.");
  }
  const told = trace === undefined ? undefined : await readTrace(trace);
  const count = requests === undefined && told ? Math.min(REQUESTS, told.times.length) : requestsOf(requests);
  if (concurrency !== undefined) return { arrival: closed(concurrency), requests: count };
  const open: OpenArrival | undefined = told
    ? { kind: "replayed", ...told }
    : rate === undefined
    ? undefined
    : drawn(above0(rate, "rate"), given);
  if (cv !== undefined && open === undefined) {
    throw new UserError("Cannot use --cv without --rate as it says how arrivals at a rate vary. Give both.");
  }
  const arrival = open && rate !== undefined ? atRate(open, above0(rate, "rate"), count) : open;
  return { arrival: arrival ?? own, requests: count };
}

/** A sweep: its levels, how requests arrive where those are rates, and how many there are at least at each. */
export async function levelsOf(given: Given, requests: string | undefined) {
  const { sweep, concurrency, rate, most, trace } = given;
  checkTogether(given);
  if (sweep !== "concurrency" && sweep !== "rate") {
    throw new UserError(`Cannot use --sweep ${sweep} as it must be concurrency or rate.`);
  }
  const odd = sweep === "rate"
    ? concurrency !== undefined && "concurrency"
    : (["rate", "cv", "trace"] as const).find((name) => given[name] !== undefined);
  if (odd) throw new UserError(`Cannot use --${odd} with --sweep ${sweep} as levels are of the other kind.`);
  const levels: Levels = sweep === "concurrency"
    ? {
      by: "clients",
      first: whole(concurrency ?? "1", "concurrency", 1, 10_000),
      most: whole(most ?? "256", "most", 1, 10_000),
    }
    : { by: "rate", first: above0(rate ?? "0.25", "rate"), most: above0(most ?? "1024", "most") };
  if (levels.most < levels.first) {
    throw new UserError(
      `Cannot sweep from ${levels.first} to ${levels.most} as --most must be at least the first level.`,
    );
  }
  const arrival: OpenArrival = trace === undefined
    ? drawn(levels.first, given)
    : { kind: "replayed", ...await readTrace(trace) };
  return { levels, arrival, requests: requestsOf(requests) };
}

/** The objective of goodput; nothing where none is given. */
export function objectiveOf(ttft: string | undefined, tpot: string | undefined): WithinReach | undefined {
  if (ttft === undefined && tpot === undefined) return undefined;
  return {
    ...(ttft === undefined ? {} : { ttft: above0(ttft, "ttft") }),
    ...(tpot === undefined ? {} : { tpot: above0(tpot, "tpot") }),
  };
}

function checkTogether({ concurrency, rate, cv, trace }: Given): void {
  if (concurrency !== undefined && (rate !== undefined || trace !== undefined)) {
    const other = rate !== undefined ? "rate" : "trace";
    throw new UserError(
      `Cannot use both --${other} and --concurrency as requests must arrive in one way. Give one of them.`,
    );
  }
  if (cv !== undefined && trace !== undefined) {
    throw new UserError(
      "Cannot use both --cv and --trace as a trace tells how arrivals vary. Give one of them.",
    );
  }
}

const requestsOf = (text = String(REQUESTS)): number => whole(text, "requests", 1, 1_000_000);

const closed = (clients: string): Arrival => ({
  kind: "closed",
  clients: whole(clients, "concurrency", 1, 10_000),
});

function drawn(perSecond: number, { cv, seed = "1" }: Given): OpenArrival {
  const own = { perSecond, seed: whole(seed, "seed", 0, 2 ** 31) };
  if (cv === undefined) return { kind: "poisson", ...own };
  const varies = Number(cv);
  if (varies >= 0.01 && varies <= 10) return { kind: "gamma", ...own, cv: varies };
  throw new UserError(`Cannot use --cv ${cv} as it must be a number from 0.01 to 10.`);
}

function above0(text: string, name: string): number {
  const number = Number(text);
  if (number > 0 && number < 1e6) return number;
  throw new UserError(`Cannot use --${name} ${text} as it must be a number above 0 and below a million.`);
}
