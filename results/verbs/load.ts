/** `deno task load`: a workload on any server that speaks OpenAI's interface. Unverified: nothing is judged or recorded. */
import { UserError } from "../../engine/mod.ts";
import { type EndpointLoad, loadEndpoint, loadWorkload, type Workload, workloads } from "../../evals/mod.ts";
import { escapedJson, visible, wrap } from "../columns.ts";
import { loadText } from "../load_text.ts";
import { read, whole } from "./arguments.ts";
import { arrivalOf, levelsOf, objectiveOf } from "./load_arrival.ts";
import { sweep } from "./load_sweep.ts";
import { StatusLine } from "./status_line.ts";

const USAGE = {
  command: "deno task load",
  about:
    "loads any OpenAI-compatible server with a workload, unverified; judges and records nothing. A key, where one is needed, is read from OPENAI_API_KEY",
  operand: { value: "URL", about: "the server, e.g. http://127.0.0.1:8080" },
  options: {
    workload: { value: "NAME", about: "the workload; chat_single where absent, sharegpt_clients in a sweep" },
    list: { about: "list the workloads: what each sends, and where its texts are from" },
    concurrency: { value: "C", about: "C clients, each sending its next request when its last has ended" },
    rate: { value: "R", about: "R requests a second at random times, whatever has ended by then" },
    cv: {
      value: "V",
      about: "in bursts: the coefficient of variation of the gaps between them, 1 at random (gamma law)",
    },
    trace: {
      value: "FILE",
      about: 'at the times of a CSV or JSONL file\'s "timestamp", stretched where there is --rate',
    },
    sweep: {
      value: "WHAT",
      about: "concurrency or rate, doubled until more brings no more; goes on where it was cut off",
    },
    most: {
      value: "LEVEL",
      about: "the largest level of a sweep; 256 clients or 1024 a second where absent",
    },
    picture: { value: "FILE", about: "draw the sweep as an SVG file" },
    requests: {
      value: "N",
      about: "requests that count, in a sweep at least at each level; 32 where absent",
    },
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
  // A list is asked of no server.
  const values = read(USAGE, args.includes("--list") ? ["list", ...args] : args);
  if (!values) return 0;
  if (values.list) {
    console.log(listText());
    return 0;
  }
  const swept = values.sweep === undefined ? undefined : await levelsOf(values, values.requests);
  const workload = loadWorkload(values.workload ?? (swept ? "sharegpt_clients" : "chat_single"));
  const deadline = whole(values.deadline ?? "600", "deadline", 1, 86_400) * 1000;
  const loaded = swept ?? await arrivalOf(values, values.requests, workload.arrival);
  if (values.picture !== undefined && !swept) {
    throw new UserError("Cannot use --picture without --sweep as a sweep is what is drawn. Give both.");
  }
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
  const asked = {
    url,
    model,
    workload,
    deadline,
    requests: loaded.requests,
    naturalEnd: values["natural-end"],
    signal: stop.signal,
    ...(key ? { key } : {}),
    ...(objective ? { objective } : {}),
  };
  Deno.addSignalListener("SIGINT", interrupt);
  try {
    if (swept) {
      const { levels, arrival } = swept;
      const drawn = values.picture === undefined ? {} : { picture: values.picture };
      return await sweep({ ...asked, levels, arrival }, { status, json: values.json, ...drawn });
    }
    return await once({ ...asked, arrival: loaded.arrival }, status, values.json);
  } finally {
    Deno.removeSignalListener("SIGINT", interrupt);
  }
}

async function once(
  asked: Omit<EndpointLoad, "progress">,
  status: StatusLine,
  json: boolean,
): Promise<number> {
  const { url, model, workload: { name: workload }, arrival, requests, signal } = asked;
  status.show("sending a first request, which does not count", 0);
  const report = await loadEndpoint({
    ...asked,
    progress: (ended) => status.show(`${ended} of ${requests} requests have ended`, ended / requests, "load"),
  });
  status.clear();
  console.log(loadText(report, { url, model, workload, arrival }));
  if (json) console.log(escapedJson({ url, model, workload, arrival, ...report }));
  return signal.aborted ? 130 : 0;
}

/** Every workload, each in a few lines. */
function listText(): string {
  return Object.values<Workload>(workloads).map(({ name, summary, prompts }) =>
    [
      name,
      ...wrap(`${summary}.`, LIST_WIDTH),
      ...wrap(
        `${prompts.name}, ${prompts.size} prompts: ${prompts.source} (${prompts.license}).`,
        LIST_WIDTH,
      ),
    ].join("\n")
  ).join("\n");
}

const LIST_WIDTH = 100;

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
