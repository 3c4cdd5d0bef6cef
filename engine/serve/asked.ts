/**
 * What a client asks: the bodies of https://platform.openai.com/docs/api-reference/completions/create and
 * .../chat/create, with vLLM's top_k, ignore_eos and return_token_ids. What would change an answer and cannot be
 * honoured is refused, never passed over.
 */
import type { Sampling } from "../engine.ts";
import { endsOf, type Tokenizer } from "../tokenizer.ts";
import { ApiError } from "./api_error.ts";
import { Fields, isObject, wrong } from "./fields.ts";
import { chatOf, promptsOf } from "./prompts.ts";

export interface Prompted {
  readonly ids: readonly number[];
  readonly text: string;
  /** Tokens that are generated at most. */
  readonly maxTokens: number;
}

export interface Asked {
  readonly form: "completion" | "chat";
  readonly prompts: readonly Prompted[];
  /** Answers to each prompt. */
  readonly n: number;
  /** Absent: greedy. The answers of a prompt are drawn with this seed and those after it. */
  readonly sampling?: Sampling;
  /** Texts that end an answer and are no part of it. */
  readonly stop: readonly string[];
  /** Ids that end an answer. */
  readonly ends: readonly number[];
  readonly tell: Told;
}

/** What is told beside the text. */
export interface Told {
  readonly stream: boolean;
  /** In a stream, a last event with the usage. */
  readonly usage: boolean;
  /** The prompt before its answer. */
  readonly echo: boolean;
  /** How many of the likeliest tokens are told at each place, 0: the token's own alone; absent: no log-probabilities. */
  readonly logprobs?: number;
  readonly tokenIds: boolean;
}

/** What a body is read against. */
export interface Served {
  readonly tokenizer: Tokenizer;
  readonly context: number;
  readonly model: string;
  /** Whether the engine can neither draw nor tell scores. */
  readonly greedyOnly: boolean;
  /** Requests that may be open at once. */
  readonly most: number;
}

/** Fields that change nothing of an answer. */
const IGNORED = [
  "user",
  "store",
  "metadata",
  "service_tier",
  "safety_identifier",
  "prompt_cache_key",
  "parallel_tool_calls",
];
/** Fields that would, and the values at which they do not. */
const UNSUPPORTED = {
  presence_penalty: [0],
  frequency_penalty: [0],
  repetition_penalty: [1],
  min_p: [0],
  logit_bias: [{}],
  suffix: [""],
  tools: [[]],
  tool_choice: ["none", "auto"],
  response_format: [{ type: "text" }],
  modalities: [["text"]],
};
const MOST_ANSWERS = 128;

/** Reads a body for /v1/completions. @throws {ApiError} for what is wrong with it. */
export function readCompletion(text: string, served: Served): Asked {
  const fields = new Fields(text);
  checkModel(fields, served);
  const given = promptsOf(fields.any("prompt"), served);
  const echo = fields.flag("echo");
  const maxTokens = fields.whole("max_tokens", echo ? 0 : 1, served.context) ?? 16;
  const logprobs = fields.whole("logprobs", 0, 20);
  fields.neutral({ best_of: [1, fields.any("n")] });
  return read(fields, served, {
    form: "completion",
    prompts: given.map((prompt) => ({ ...prompt, maxTokens })),
    told: { echo, ...(logprobs === undefined ? {} : { logprobs }) },
  });
}

/** Reads a body for /v1/chat/completions. @throws {ApiError} for what is wrong with it. */
export function readChat(text: string, served: Served): Asked {
  const fields = new Fields(text);
  checkModel(fields, served);
  const ids = chatOf(fields.any("messages"), served.tokenizer);
  const [old, own] = ["max_tokens", "max_completion_tokens"].map((name) =>
    fields.whole(name, 1, served.context)
  );
  const maxTokens = own ?? old ?? Math.max(1, served.context - ids.length);
  const top = fields.whole("top_logprobs", 0, 20);
  const logprobs = fields.flag("logprobs");
  if (top !== undefined && !logprobs) wrong("top_logprobs", "absent unless logprobs is true", top);
  return read(fields, served, {
    form: "chat",
    prompts: [{ ids, text: "", maxTokens }],
    told: { echo: false, ...(logprobs ? { logprobs: top ?? 0 } : {}) },
  });
}

function read(
  fields: Fields,
  served: Served,
  { form, prompts, told }: Pick<Asked, "form" | "prompts"> & {
    readonly told: Pick<Told, "echo" | "logprobs">;
  },
): Asked {
  const { context, tokenizer, greedyOnly, most } = served;
  for (const { ids, maxTokens } of prompts) {
    if (ids.length + maxTokens <= context) continue;
    throw new ApiError(
      400,
      `Cannot answer as prompt and answer must fit the model's context of ${context} tokens: found ${ids.length} + ${maxTokens}`,
      { param: form === "chat" ? "messages" : "prompt", code: "context_length_exceeded" },
    );
  }
  const n = fields.whole("n", 1, MOST_ANSWERS) ?? 1;
  if (n * prompts.length > most) wrong("n", `such that at most ${most} answers are asked for at once`, n);
  const temperature = fields.number("temperature", 0, 2) ?? (greedyOnly ? 0 : 1);
  const topP = fields.number("top_p", 0, 1) ?? 1;
  if (topP === 0) wrong("top_p", "above 0 and at most 1", topP);
  const topK = fields.whole("top_k", -1, tokenizer.vocabulary) ?? -1;
  const seed = fields.whole("seed", Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER) ?? randomSeed();
  const stream = fields.flag("stream");
  const options = fields.any("stream_options") ?? {};
  if (!isObject(options)) wrong("stream_options", "an object", options);
  if (!stream && Object.keys(options).length > 0) {
    wrong("stream_options", "absent unless stream is true", options);
  }
  const stop = stopsOf(fields.any("stop"));
  const ends = fields.flag("ignore_eos") ? [] : endsOf(tokenizer);
  const tokenIds = fields.flag("return_token_ids");
  fields.neutral(UNSUPPORTED);
  fields.done(IGNORED);
  if (greedyOnly && (temperature > 0 || told.logprobs !== undefined)) {
    wrong(
      "temperature",
      "0, without logprobs, on an engine that tells the likeliest tokens and no more",
      temperature,
    );
  }
  return {
    form,
    prompts,
    n,
    ...(temperature > 0
      ? { sampling: { temperature, seed, ...(topP < 1 ? { topP } : {}), ...(topK > 0 ? { topK } : {}) } }
      : {}),
    stop,
    ends,
    tell: { ...told, stream, usage: options.include_usage === true, tokenIds },
  };
}

const randomSeed = () => crypto.getRandomValues(new Uint32Array(1))[0]!;

function checkModel(fields: Fields, { model }: Served): void {
  const asked = fields.text("model") ?? model;
  if (asked !== model) throw unknownModel(asked, model);
}

/** @returns what to say of a model that is not served. */
export function unknownModel(asked: string, model: string): ApiError {
  const said = JSON.stringify(asked.slice(0, 100));
  return new ApiError(404, `Cannot use the model ${said} as it must be ${model}, which is served here`, {
    param: "model",
    code: "model_not_found",
  });
}

function stopsOf(value: unknown): readonly string[] {
  const stops = value === undefined ? [] : Array.isArray(value) ? value : [value];
  const odd = stops.findIndex((one) => typeof one !== "string" || one === "");
  if (odd >= 0) wrong("stop", "a text or a list of texts, none of them empty", stops[odd]);
  return stops;
}
