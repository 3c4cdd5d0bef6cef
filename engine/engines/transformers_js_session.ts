/** A session of the peer engine: requests that have come by now are generated as one batch, padded on the left. */
import { type PreTrainedModel, Tensor } from "@huggingface/transformers";
import { Arrivals } from "../arrivals.ts";
import { systemClock } from "../clock.ts";
import type { Emission, Request, Scored, ScoreItem, SessionStats } from "../engine.ts";
import { checkRequest } from "../request.ts";
import { checkItem } from "../score.ts";
import type { Stack } from "../stack.ts";
import { type ModelConfig, modelConfig, openWeights } from "../weights/mod.ts";
import { weightBytes } from "../graph/builder.ts";
import { graphFolder } from "./graph_files.ts";
import type { Hosted } from "./worker_host.ts";

export interface PeerOpening {
  readonly stack: Stack;
  readonly threads: number;
}

/** Requests in one batch at most. */
const BATCH = 16;

/** Opens the stack's model in the package. */
export async function openPeer(
  { stack, threads }: PeerOpening,
  progress: (done: number) => void,
): Promise<Hosted> {
  using weights = openWeights(stack.model.file, stack.model.params.layers);
  const config = modelConfig(weights);
  const folder = await graphFolder(stack, "fused", progress);
  const { AutoModelForCausalLM, env, PretrainedConfig } = await import("@huggingface/transformers");
  const cut = folder.lastIndexOf("/");
  Object.assign(env, {
    allowRemoteModels: false,
    allowLocalModels: true,
    localModelPath: folder.slice(0, cut),
  });
  const model = await AutoModelForCausalLM.from_pretrained(folder.slice(cut + 1), {
    config: new PretrainedConfig(packageConfig(config)),
    subfolder: "",
    device: "cpu",
    dtype: "fp32",
    local_files_only: true,
    session_options: { intraOpNumThreads: threads, graphOptimizationLevel: "all" },
  });
  return new PeerSession(model, config, await weightBytes(folder));
}

/** A model's dimensions under the package's names. */
function packageConfig(config: ModelConfig): object {
  return {
    model_type: "llama",
    architectures: ["LlamaForCausalLM"],
    hidden_size: config.width,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.kvHeads,
    head_dim: config.headDim,
    vocab_size: config.vocabulary,
    max_position_embeddings: config.context,
    is_encoder_decoder: false,
  };
}

class PeerSession implements Hosted {
  readonly #count = { batches: 0, tokens: 0, largestBatch: 0 };

  constructor(
    private readonly model: PreTrainedModel,
    private readonly config: ModelConfig,
    private readonly weightBytes: number,
  ) {}

  get context(): number {
    return this.config.context;
  }

  async *generate(requests: AsyncIterable<Request> | Iterable<Request>): AsyncIterable<Emission> {
    const arrivals = new Arrivals(requests);
    for (;;) {
      const batch = await arrivals.take(BATCH);
      if (batch.length > 0) yield* this.#batch(batch);
      else if (!(await arrivals.more())) return;
    }
  }

  async *#batch(requests: readonly Request[]): AsyncIterable<Emission> {
    for (const request of requests) {
      checkRequest(request, this.context);
      if (request.sampling || request.forced || request.scored) {
        throw new RangeError(
          `Cannot answer request ${request.id} as this engine is greedy and tells no scores: it asks for either`,
        );
      }
    }
    const rows = requests.map((request) => new Row(request));
    const emissions: Emission[] = [];
    let wake = () => {};
    // The prompts themselves are put first.
    let prompts = true;
    const streamer = {
      put: (ids: readonly (readonly bigint[])[]) => {
        if (!prompts) {
          const at = systemClock.now();
          ids.forEach((id, i) => emissions.push(...rows[i]!.take(Number(id[0]), at)));
        }
        prompts = false;
        wake();
      },
      end: () => {},
    };
    const longest = Math.max(...requests.map(({ prompt }) => prompt.length));
    const tensor = (of: (request: Request, at: number) => number) =>
      new Tensor(
        "int64",
        BigInt64Array.from(
          requests.flatMap((request) =>
            Array.from(
              { length: longest },
              (_, i) => BigInt(of(request, i - longest + request.prompt.length)),
            )
          ),
        ),
        [requests.length, longest],
      );
    let [over, failure]: [boolean, { readonly error: unknown } | undefined] = [false, undefined];
    void this.model.generate({
      inputs: tensor(({ prompt }, at) => prompt[at] ?? 0),
      attention_mask: tensor((_, at) => (at < 0 ? 0 : 1)),
      streamer,
      stopping_criteria: [() => rows.map((row) => row.finished)],
      do_sample: false,
      eos_token_id: null,
      max_new_tokens: Math.max(...requests.map(({ maxTokens }) => maxTokens)),
      // deno-lint-ignore no-explicit-any
    } as any).catch((error: unknown) => (failure = { error })).finally(() => {
      over = true;
      wake();
    });
    while (!over || emissions.length > 0) {
      if (emissions.length > 0) yield* emissions.splice(0);
      else await new Promise<void>((resolve) => (wake = resolve));
    }
    if (failure) throw (failure as { readonly error: unknown }).error;
    this.#count.batches++;
    this.#count.tokens += rows.reduce((sum, { tokens }) => sum + tokens, 0);
    this.#count.largestBatch = Math.max(this.#count.largestBatch, rows.length);
  }

  /** One plain forward for each continuation. */
  async *score(items: Iterable<ScoreItem>): AsyncIterable<Scored> {
    for (const item of items) {
      checkItem(item, this.context);
      const { id, context, continuations, distributions } = item;
      const rows: { logProbs: Float32Array; tops: Float32Array; whole: Float32Array }[] = [];
      for (const continuation of continuations) rows.push(await this.#score(context, continuation));
      yield {
        id,
        logProbs: rows.map((row) => row.logProbs),
        tops: rows.map((row) => row.tops),
        ...(distributions ? { distributions: rows.map((row) => row.whole) } : {}),
      };
    }
  }

  async #score(context: readonly number[], continuation: readonly number[]) {
    const ids = [...context, ...continuation.slice(0, -1)];
    const shape = [1, ids.length];
    const { logits } = await this.model({
      input_ids: new Tensor("int64", BigInt64Array.from(ids, BigInt), shape),
      attention_mask: new Tensor("int64", new BigInt64Array(ids.length).fill(1n), shape),
      num_logits_to_keep: new Tensor("int64", BigInt64Array.from([BigInt(continuation.length)]), []),
    });
    const { vocabulary } = this.config;
    const whole = (logits.data as Float32Array).slice();
    const [logProbs, tops] = [new Float32Array(continuation.length), new Float32Array(continuation.length)];
    continuation.forEach((token, i) => {
      const row = whole.subarray(i * vocabulary, (i + 1) * vocabulary);
      const top = row.reduce((max, v) => Math.max(max, v), -Infinity);
      const sum = top + Math.log(row.reduce((total, v) => total + Math.exp(v - top), 0));
      for (let v = 0; v < vocabulary; v++) row[v]! -= sum;
      logProbs[i] = row[token]!;
      tops[i] = top - sum;
    });
    return { logProbs, tops, whole };
  }

  stats(): Promise<SessionStats> {
    const { weightBytes } = this;
    return Promise.resolve({ counters: { ...this.#count }, addedBytes: 0, weightBytes });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.model.dispose();
  }
}

/** One request of a batch. */
class Row {
  tokens = 0;
  finished = false;

  constructor(private readonly request: Request) {}

  /** The emission of the row's next token; nothing once the row has finished. */
  take(token: number, at: number): readonly Emission[] {
    if (this.finished) return [];
    const { id, maxTokens, stop } = this.request;
    this.tokens++;
    const finish = stop.includes(token) ? "stop" : this.tokens === maxTokens ? "length" : undefined;
    this.finished = finish !== undefined;
    // generate() does not give its logits, so how near the choice was is not known.
    return [{ id, tokens: [token], margins: [NaN], at, ...(finish === undefined ? {} : { finish }) }];
  }
}
