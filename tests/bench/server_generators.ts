/**
 * Our load generator beside vLLM's on one server of ours, in turns: the same prompts, clients and lengths of answers. The
 * percentiles are taken alike of what each noted; throughput is each one's own word.
 */
import { type Prompt, take, UserError, type Workload } from "../../mod.ts";
import { figures } from "../../evals/load_report.ts";
import { armOf, blockOf, onServer, type Ran } from "./server_blocks.ts";
import { CLIENTS, modelFolder, ownServer, vllmBenchmark, vllmVersions } from "./server_peers.ts";
import type { ServerProcess } from "./server_process.ts";

/** What a generator tells of a block; latencies in milliseconds. */
export interface Told {
  readonly tokensPerSecond: number;
  readonly ttftP50: number;
  readonly itlP50: number;
  readonly itlP99: number;
}

export interface Generators {
  /** Of each block. */
  readonly ours: readonly Told[];
  readonly theirs: readonly Told[];
  readonly flags: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** No prompt is known to the server from an earlier block: it keeps none. */
const STACK = ["continuous_batching"] as const;

export async function generators(folder: string, pairs: number, requests: number): Promise<Generators> {
  const tokenizer = await modelFolder(folder);
  await using peer = await ownServer(STACK, folder);
  const found: { ours: Told[]; theirs: Told[] } = { ours: [], theirs: [] };
  const arms = {
    ours: async (block: Workload) => ofOurs(await onServer(peer.server, block, false)),
    theirs: (block: Workload) => ofTheirs(peer.server, block, { folder, tokenizer }),
  };
  for (let pair = 0; pair < pairs; pair++) {
    const block = plain(blockOf(pair, requests));
    for (const arm of pair % 2 === 0 ? ["theirs", "ours"] as const : ["ours", "theirs"] as const) {
      found[arm].push(await arms[arm](block));
      console.error(`pair ${pair + 1} of ${pairs}, ${arm}: ${JSON.stringify(found[arm].at(-1))}`);
    }
  }
  return { ...found, flags: peer.flags, versions: await vllmVersions() };
}

/** Without the system prompts, which vLLM's generator does not send. */
function plain(workload: Workload): Workload {
  return {
    ...workload,
    prompts: {
      ...workload.prompts,
      async *samples() {
        for await (const { system: _, ...prompt } of workload.prompts.samples()) yield prompt;
      },
    },
  };
}

function ofOurs(ran: Ran): Told {
  const { tokensPerSecond, ttft, itl } = armOf([ran]);
  return { tokensPerSecond, ttftP50: ttft.p50!, itlP50: itl.p50!, itlP99: itl.p99! };
}

/** A result of `vllm bench serve --save-result --save-detailed`, in seconds. */
interface Result {
  readonly completed: number;
  readonly output_throughput: number;
  readonly ttfts: readonly number[];
  readonly itls: readonly (readonly number[])[];
}

async function ofTheirs(
  { url, model }: ServerProcess,
  { prompts, requests, seed, maxTokens }: Workload,
  { folder, tokenizer }: { readonly folder: string; readonly tokenizer: string },
): Promise<Told> {
  const all: readonly Prompt[] = (await take(prompts, requests + 1, seed)).slice(0, requests);
  const [asked, result] = [`${folder}/asked.jsonl`, "result.json"];
  await Deno.writeTextFile(
    asked,
    all.map(({ turns }) => JSON.stringify({ prompt: turns[0], output_tokens: maxTokens })).join("\n"),
  );
  await vllmBenchmark([
    [
      "--backend",
      "openai-chat",
      "--base-url",
      url.replace(/\/v1$/, ""),
      "--endpoint",
      "/v1/chat/completions",
    ],
    [
      "--model",
      model,
      "--tokenizer",
      tokenizer,
      "--skip-chat-template",
      "--temperature",
      "0",
      "--ignore-eos",
    ],
    ["--dataset-name", "custom", "--dataset-path", asked, "--custom-output-len", `${maxTokens}`],
    ["--disable-shuffle", "--num-prompts", `${requests}`, "--max-concurrency", `${CLIENTS}`],
    ["--save-result", "--save-detailed", "--result-dir", folder, "--result-filename", result],
  ].flat());
  const told: Result = JSON.parse(await Deno.readTextFile(`${folder}/${result}`));
  if (told.completed !== requests) {
    throw new UserError(
      `Cannot compare as all ${requests} must be answered: vLLM's generator has ${told.completed}.`,
    );
  }
  const [ttft, itl] = [told.ttfts, told.itls.flat()].map((all) =>
    figures(all.map((seconds) => 1000 * seconds))
  );
  return {
    tokensPerSecond: told.output_throughput,
    ttftP50: ttft!.p50!,
    itlP50: itl!.p50!,
    itlP99: itl!.p99!,
  };
}
