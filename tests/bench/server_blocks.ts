/** What every arm of server_bench.ts is asked, and what is made of its answers. */
import {
  drive,
  endsOf,
  type LatencyFigures,
  type LoadedRequest,
  loadEndpoint,
  type LoadReport,
  mtBench,
  type Prompt,
  ratioOf,
  type Session,
  systemClock,
  take,
  toRequest,
  UserError,
  type Workload,
} from "../../mod.ts";
import { figures } from "../../evals/load_report.ts";
import { CLIENTS } from "./server_peers.ts";

const TOKENS = 128;

/** What an arm did in a block. */
export type Ran = Pick<LoadReport, "duration" | "requests">;

/**
 * MT-Bench's first turns, other ones in each block, by eight clients, each of which asks anew when it has its answer. A
 * system prompt of the block's own keeps caches from knowing a prompt of an earlier block.
 */
export function blockOf(block: number, requests: number): Workload {
  const size = requests + 1;
  return {
    name: "mt_bench",
    summary: "",
    prompts: {
      ...mtBench,
      size,
      async *samples() {
        const all = await take(mtBench, mtBench.size, 31);
        for (let i = 0; i < size; i++) {
          const { id, turns, cluster, slices } = all[(block * size + i) % all.length]!;
          const system = `${block}. You are a helpful assistant.`;
          yield { id: `${block}-${id}`, cluster, slices, turns: turns.slice(0, 1), system };
        }
      },
    },
    arrival: { kind: "closed", clients: CLIENTS },
    requests,
    maxTokens: TOKENS,
    seed: block,
  };
}

/** A block on a server. @throws {UserError} unless it answers all of it. */
export async function onServer(
  { url, model }: { readonly url: string; readonly model: string },
  workload: Workload,
  naturalEnd = true,
): Promise<Ran> {
  const report = await loadEndpoint({
    url,
    model,
    workload,
    arrival: workload.arrival,
    requests: workload.requests,
    naturalEnd,
    deadline: 600_000,
    signal: new AbortController().signal,
    progress: () => {},
  });
  if (report.answered === workload.requests) return report;
  throw new UserError(`Cannot compare as ${url} must answer: found ${JSON.stringify(report.failures)}.`);
}

/** The same block on a session, called directly. */
export async function onSession(session: Session, workload: Workload): Promise<Ran> {
  const prompts = await take(workload.prompts, workload.requests + 1, workload.seed);
  const ends = endsOf(session.tokenizer);
  const asked = (prompt: Prompt) => ({ ...toRequest(session, prompt, TOKENS), stop: ends });
  await drive(session, [asked(prompts.at(-1)!)], { kind: "single" }, systemClock);
  const requests = prompts.slice(0, -1).map(asked);
  const { block: { duration, timings }, transcripts } = await drive(
    session,
    requests,
    workload.arrival,
    systemClock,
  );
  return {
    duration,
    requests: timings.map(({ id, sent, tokens }): LoadedRequest => {
      const ids = transcripts.get(id)!.tokens;
      const said = ends.includes(ids.at(-1)!) ? ids.slice(0, -1) : ids;
      const text = session.tokenizer.decode(said);
      return { id, arrived: sent, events: [...new Set(tokens)], tokens: ids.length, text };
    }),
  };
}

/** An arm's figures over all its blocks; milliseconds. */
export interface ArmFigures {
  readonly tokensPerSecond: number;
  readonly tokens: number;
  readonly ttft: LatencyFigures;
  readonly itl: LatencyFigures;
}

export function armOf(all: readonly Ran[]): ArmFigures {
  const requests = all.flatMap((one) => one.requests);
  const tokens = requests.reduce((sum, one) => sum + one.tokens, 0);
  return {
    tokens,
    tokensPerSecond: 1000 * tokens / all.reduce((sum, { duration }) => sum + duration, 0),
    ttft: figures(requests.map(({ events, arrived }) => events[0]! - arrived)),
    itl: figures(requests.flatMap(({ events }) => events.slice(1).map((at, i) => at - events[i]!))),
  };
}

const rateOf = ({ requests, duration }: Ran) => requests.reduce((sum, one) => sum + one.tokens, 0) / duration;

/** Tokens a second of one arm over the other, block by block. */
export function ratioOfRates(above: readonly Ran[], below: readonly Ran[]): ReturnType<typeof ratioOf> {
  return ratioOf(above.map((one, i) => Math.log(rateOf(one) / rateOf(below[i]!))), 1);
}

/** Where the answers of two arms are the same, and where they part. */
export interface Agreement {
  readonly answers: number;
  readonly same: number;
  /** Characters that are alike before the others part, the median; absent: none parts. */
  readonly partAt?: number;
  /** Whether both counted as many tokens in every prompt; absent where one does not tell. */
  readonly samePrompts?: boolean;
}

export function agreement(ours: readonly Ran[], theirs: readonly Ran[]): Agreement {
  const all = ours.flatMap(({ requests }) => requests);
  const others = new Map(theirs.flatMap(({ requests }) => requests.map((one) => [one.id, one] as const)));
  const parted = all.flatMap(({ id, text = "" }) => {
    const other = others.get(id)!.text ?? "";
    if (text === other) return [];
    const shorter = Math.min(text.length, other.length);
    const at = Array.from({ length: shorter }).findIndex((_, i) => text[i] !== other[i]);
    return [at < 0 ? shorter : at];
  }).sort((a, b) => a - b);
  const counted = all.filter(({ promptTokens }) => promptTokens !== undefined);
  return {
    answers: all.length,
    same: all.length - parted.length,
    ...(parted.length > 0 ? { partAt: parted[parted.length >> 1]! } : {}),
    ...(counted.length > 0 && theirs[0]!.requests[0]!.promptTokens !== undefined
      ? {
        samePrompts: counted.every(({ id, promptTokens }) => others.get(id)!.promptTokens === promptTokens),
      }
      : {}),
  };
}
