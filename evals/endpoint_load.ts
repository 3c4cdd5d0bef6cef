/**
 * Load on a server that speaks OpenAI's interface, ours or another's: a workload's prompts, in the chat form, as they
 * would arrive. Nothing is judged, so what comes out is no one's speed: it says how a server fares.
 */
import {
  type Clock,
  type HttpRequest,
  type Milliseconds,
  OpenAiHttp,
  systemClock,
  UserError,
} from "../engine/mod.ts";
import {
  type Arrival,
  messagesOf,
  type Prompt,
  take,
  tokensFor,
  type Workload,
  workloads,
} from "../datasets/mod.ts";
import { type LoadReport, loadReport, type WithinReach } from "./load_report.ts";
import { drive } from "./load.ts";
import { waitUntil } from "./sending.ts";

export interface EndpointLoad {
  /** Up to and with "/v1". */
  readonly url: string;
  readonly key?: string;
  readonly model: string;
  readonly workload: Workload;
  readonly arrival: Arrival;
  readonly requests: number;
  /** How many prompts are passed over, as other loads had them; none where absent. */
  readonly skip?: number;
  /** Whether answers may end by themselves, before they have as many tokens as the workload asks. */
  readonly naturalEnd: boolean;
  readonly deadline: Milliseconds;
  readonly objective?: WithinReach;
  readonly signal: AbortSignal;
  /** Told how many requests have ended. */
  readonly progress: (ended: number) => void;
  readonly clock?: Clock;
}

/** Sends one request that does not count, and then the load. @throws {UserError} where the server does not answer that one. */
export async function loadEndpoint(load: EndpointLoad): Promise<LoadReport> {
  const { workload, requests, skip = 0, signal, clock = systemClock } = load;
  if (skip + requests >= workload.prompts.size) {
    throw new UserError(
      `Cannot send ${
        skip + requests
      } requests of ${workload.name} as each has a prompt of its own and one comes before them: ${workload.prompts.name} has ${workload.prompts.size}.`,
    );
  }
  const prompts = await take(workload.prompts, workload.prompts.size, workload.seed);
  const bodies = prompts.slice(skip, skip + requests).map((prompt) => requestOf(prompt, load));
  // The last of all, which no load sends.
  const { conversation: _, ...before } = requestOf(prompts.at(-1)!, load);
  const given = { url: `${load.url}/chat/completions`, deadline: load.deadline, signal, clock };
  const http = () => new OpenAiHttp({ ...given, ...(load.key === undefined ? {} : { key: load.key }) });
  const first = http();
  await drive(first, [before], { kind: "single" }, clock);
  const { error } = first.aftermaths.get(before.id)!;
  if (error !== undefined) {
    throw new UserError(`Cannot load ${load.url} as it must answer a first request: found ${error}.`);
  }
  const server = http();
  let ended = 0;
  const watched = {
    async *generate(all: AsyncIterable<HttpRequest>) {
      for await (const emission of server.generate(all)) {
        if (emission.finish !== undefined) load.progress(++ended);
        yield emission;
      }
    },
  };
  const until = (at: Milliseconds) => waitUntil(at, clock, signal);
  const { block } = await drive(watched, bodies, load.arrival, clock, until);
  return loadReport(block, server.aftermaths, load.objective);
}

/** The workload of a name. @throws {UserError} when there is none. */
export function loadWorkload(name: string): Workload {
  if (Object.hasOwn(workloads, name)) return workloads[name as keyof typeof workloads];
  throw new UserError(
    `Cannot use the workload ${name} as it must be one of ${Object.keys(workloads).join(", ")}.`,
  );
}

function requestOf(prompt: Prompt, { model, workload, naturalEnd }: EndpointLoad): HttpRequest {
  const { id, conversation } = prompt;
  return {
    id,
    ...(conversation === undefined ? {} : { conversation }),
    body: {
      model,
      messages: messagesOf(prompt),
      max_tokens: tokensFor(workload, prompt),
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
      ...(naturalEnd ? {} : { ignore_eos: true }),
    },
  };
}
