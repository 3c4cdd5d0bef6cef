/**
 * The race: baseline and candidate take turns over the same requests, in blocks ordered base, candidate, candidate,
 * base, so that a slow drift of the machine falls on both alike. Each pair of blocks has prompts of its own: a cache
 * may gain from what the workload repeats, never from the race's own repetition. Transcripts are kept, to be graded.
 */
import { type Clock, type Request, type Session, systemClock, UserError } from "../engine/mod.ts";
import { take, tokensFor, type Workload } from "../datasets/mod.ts";
import { drive, type Driven } from "./load.ts";
import { type Machine, machineOf, watch } from "./machine.ts";
import type { Block } from "./outcome.ts";
import { toRequest, type Transcript } from "./quality/token_match.ts";

/** A block with all that an audit asks for. */
export type Measured = Required<Block>;

export interface Raced {
  readonly workload: Workload;
  /** In the order they ran. */
  readonly blocks: readonly Measured[];
  /** The request that both arms were asked first, which is not counted. */
  readonly warmUp: Request;
  /** What each arm answered, by request id. */
  readonly transcripts: Readonly<Record<"base" | "candidate", Driven["transcripts"]>>;
  /** The requests as they were sent to the base, by id, and the ids of those that the candidate was sent otherwise. */
  readonly requests: ReadonlyMap<string, Request>;
  readonly unlike: readonly string[];
}

/** Races two sessions over one workload; one short block of each arm is run first and not counted. */
export async function race(
  sessions: Readonly<Record<"base" | "candidate", Session>>,
  workload: Workload,
  pairs: number,
  progress: (done: number, total: number) => void,
  clock: Clock = systemClock,
  machine: Machine = machineOf(clock),
): Promise<Raced> {
  const needed = pairs * workload.requests + 1;
  if (needed > workload.prompts.size) {
    throw new UserError(
      `Cannot race ${workload.name} as its ${pairs} pairs need ${needed} prompts: ${workload.prompts.name} has ${workload.prompts.size}.`,
    );
  }
  const prompts = await take(workload.prompts, needed, workload.seed);
  const request = (arm: "base" | "candidate", index: number) =>
    toRequest(sessions[arm], prompts[index]!, tokensFor(workload, prompts[index]!));
  const run = async (arm: "base" | "candidate", from: number, to: number) => {
    const requests = Array.from({ length: to - from }, (_, i) => request(arm, from + i));
    const { block, transcripts } = await measured(sessions[arm], requests, workload.arrival, clock, machine);
    return { block: { arm, ...block }, transcripts };
  };
  for (const arm of ["base", "candidate"] as const) await run(arm, needed - 1, needed);

  const blocks: Measured[] = [];
  const transcripts = { base: new Map<string, Transcript>(), candidate: new Map<string, Transcript>() };
  for (let pair = 0; pair < pairs; pair++) {
    for (const arm of pair % 2 === 0 ? ["base", "candidate"] as const : ["candidate", "base"] as const) {
      const driven = await run(arm, pair * workload.requests, (pair + 1) * workload.requests);
      blocks.push(driven.block);
      for (const [id, transcript] of driven.transcripts) transcripts[arm].set(id, transcript);
      progress(blocks.length, pairs * 2);
    }
  }
  const indices = Array.from({ length: pairs * workload.requests }, (_, i) => i);
  const requests = new Map(indices.map((i) => [prompts[i]!.id, request("base", i)]));
  const unlike = [...requests.values()].filter((own, i) =>
    JSON.stringify(own) !== JSON.stringify(request("candidate", i))
  ).map(({ id }) => id);
  return { workload, blocks, warmUp: request("base", needed - 1), transcripts, requests, unlike };
}

/** Runs one block on a session, and notes what the engine counted and what befell the machine meanwhile. */
export async function measured(
  session: Session,
  requests: readonly Request[],
  arrival: Workload["arrival"],
  clock: Clock,
  machine: Machine,
): Promise<{ readonly block: Omit<Measured, "arm">; readonly transcripts: Driven["transcripts"] }> {
  const { counters } = await session.stats();
  const befell = watch(machine, clock);
  const { block, transcripts } = await drive(session, requests, arrival, clock);
  const meanwhile = befell();
  const counted = growth(counters, (await session.stats()).counters);
  return { block: { ...block, counted, meanwhile }, transcripts };
}

type Counters = Measured["counted"];

function growth(before: Counters, after: Counters): Counters {
  return Object.fromEntries(
    Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)]),
  );
}
