/** `deno task load`: a workload on any server that speaks OpenAI's interface. Unverified: nothing is judged or recorded. */
import { UserError } from "../../engine/mod.ts";
import { type EndpointLoad, loadEndpoint, loadWorkload } from "../../evals/mod.ts";
import { escapedJson, visible } from "../columns.ts";
import { loadText } from "../load_text.ts";
import { read, whole } from "./arguments.ts";
import { StatusLine } from "./status_line.ts";

const USAGE = {
  command: "deno task load",
  about:
    "loads any OpenAI-compatible server with a workload, unverified; judges and records nothing. A key, where one is needed, is read from OPENAI_API_KEY",
  operand: { value: "URL", about: "the server, e.g. http://127.0.0.1:8080" },
  options: {
    workload: { value: "NAME", about: "the workload; chat_single where absent" },
    concurrency: { value: "C", about: "C clients, each sending its next request when its last has ended" },
    rate: { value: "R", about: "R requests a second at random times, whatever has ended by then" },
    requests: { value: "N", about: "requests that count; 32 where absent" },
    model: { value: "NAME", about: "the model to ask for; the first that the server lists where absent" },
    "natural-end": {
      about: "let answers end by themselves; else they are asked to be as long as the workload says",
    },
    ttft: { value: "MS", about: "the objective of goodput: a first token within so many milliseconds" },
    tpot: { value: "MS", about: "and a token every so many after it" },
    deadline: { value: "SECONDS", about: "how long an answer may take; 600 where absent" },
    seed: { value: "N", about: "of the times at which requests arrive; 1 where absent" },
    json: { about: "end with one JSON document on one line, each request's own times in it" },
  },
} as const;

/** Loads, and prints the figures; after Ctrl-C those of what had ended by then. */
export async function run(args: readonly string[]): Promise<number> {
  const values = read(USAGE, args);
  if (!values) return 0;
  const workload = loadWorkload(values.workload ?? "chat_single");
  const requests = whole(values.requests ?? "32", "requests", 1, 1_000_000);
  const deadline = whole(values.deadline ?? "600", "deadline", 1, 86_400) * 1000;
  const arrival = arrivalOf(values.rate, values.concurrency, values.seed) ?? workload.arrival;
  const objective = objectiveOf(values.ttft, values.tpot);
  const url = base(values._[0]!);
  const key = Deno.env.get("OPENAI_API_KEY");
  const model = values.model ?? await firstModel(url, key);
  const status = new StatusLine();
  const stop = new AbortController();
  const interrupt = () => {
    if (stop.signal.aborted) Deno.exit(130);
    stop.abort();
    status.clear();
    console.error("Interrupted: the figures are of what had ended.");
  };
  Deno.addSignalListener("SIGINT", interrupt);
  try {
    status.show("sending a first request, which does not count", 0);
    const load: EndpointLoad = {
      url,
      model,
      workload,
      arrival,
      requests,
      deadline,
      naturalEnd: values["natural-end"],
      signal: stop.signal,
      progress: (ended) =>
        status.show(`${ended} of ${requests} requests have ended`, ended / requests, "load"),
      ...(key ? { key } : {}),
      ...(objective ? { objective } : {}),
    };
    const report = await loadEndpoint(load);
    status.clear();
    console.log(loadText(report, { url, model, workload: workload.name, arrival }));
    if (values.json) console.log(escapedJson({ url, model, workload: workload.name, arrival, ...report }));
    return stop.signal.aborted ? 130 : 0;
  } finally {
    Deno.removeSignalListener("SIGINT", interrupt);
  }
}

function arrivalOf(
  rate: string | undefined,
  concurrency: string | undefined,
  seed = "1",
): EndpointLoad["arrival"] | undefined {
  const drawn = whole(seed, "seed", 0, 2 ** 31);
  if (rate !== undefined && concurrency !== undefined) {
    throw new UserError(
      "Cannot use both --rate and --concurrency as requests must arrive in one way. Give one of them.",
    );
  }
  if (concurrency !== undefined) {
    return { kind: "closed", clients: whole(concurrency, "concurrency", 1, 10_000) };
  }
  return rate === undefined ? undefined : { kind: "poisson", perSecond: above0(rate, "rate"), seed: drawn };
}

function objectiveOf(ttft: string | undefined, tpot: string | undefined): EndpointLoad["objective"] {
  if (ttft === undefined && tpot === undefined) return undefined;
  return {
    ...(ttft === undefined ? {} : { ttft: above0(ttft, "ttft") }),
    ...(tpot === undefined ? {} : { tpot: above0(tpot, "tpot") }),
  };
}

function above0(text: string, name: string): number {
  const number = Number(text);
  if (number > 0 && number < 1e6) return number;
  throw new UserError(`Cannot use --${name} ${text} as it must be a number above 0 and below a million.`);
}

/** The server's address up to "/v1". */
function base(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UserError(`Cannot load ${visible(text)} as it must be a URL such as http://127.0.0.1:8080.`);
  }
  const path = url.pathname.replace(/\/+$/, "").replace(/\/chat\/completions$/, "");
  return `${url.origin}${/\/v\d+$/.test(path) ? path : `${path}/v1`}`;
}

async function firstModel(url: string, key: string | undefined): Promise<string> {
  const cannot = (found: string): never => {
    throw new UserError(
      `Cannot load ${url} as it must list its models: ${found}. Start the server, or name a model with --model.`,
    );
  };
  try {
    const response = await fetch(`${url}/models`, key ? { headers: { Authorization: `Bearer ${key}` } } : {});
    if (!response.ok) {
      await response.body?.cancel();
      return cannot(`found status ${response.status}`);
    }
    const { data } = await response.json();
    return typeof data?.[0]?.id === "string" ? data[0].id : cannot("found none");
  } catch (error) {
    if (error instanceof UserError) throw error;
    return cannot(visible((error as Error).message));
  }
}
