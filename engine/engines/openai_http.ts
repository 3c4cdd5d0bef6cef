/**
 * A server elsewhere that speaks OpenAI's interface, asked over HTTP. Its answers come as server-sent events, each with
 * any number of tokens; when an event came is read from the clock as its bytes are. How many tokens an answer had is the
 * server's own word, in its last event: https://platform.openai.com/docs/api-reference/chat-streaming
 */
import type { Clock, Milliseconds } from "../clock.ts";
import type { Emission } from "../engine.ts";
import { Mailbox } from "../serve/mailbox.ts";
import { eventsOf } from "./server_events.ts";

export interface HttpRequest {
  readonly id: string;
  /** As a session's requests'. */
  readonly conversation?: string;
  /** Sent as JSON; asks for a stream. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface HttpServer {
  /** The whole URL that bodies are posted to. */
  readonly url: string;
  readonly key?: string;
  readonly clock: Clock;
  /** How long an answer may take. */
  readonly deadline: Milliseconds;
  /** Once aborted, whatever is under way fails. */
  readonly signal: AbortSignal;
}

/** What became of a request beside its tokens. */
export interface Aftermath {
  /** Why it failed; absent: it was answered in full. */
  readonly error?: string;
  /** Tokens as the server counts them. */
  readonly promptTokens?: number;
  readonly tokens?: number;
  /** What was answered, as far as it came. */
  readonly text?: string;
}

/** Stands for a token whose id the server does not tell. */
const UNTOLD = -1;

/** Asks a server; what it answers comes as a session's emissions, "error" at the end of those that failed. */
export class OpenAiHttp {
  readonly aftermaths: Map<string, Aftermath> = new Map();

  constructor(private readonly server: HttpServer) {}

  async *generate(requests: AsyncIterable<HttpRequest>): AsyncIterable<Emission> {
    const box = new Mailbox<Emission>();
    void (async () => {
      const asked: Promise<void>[] = [];
      try {
        for await (const request of requests) asked.push(this.#ask(request, (told) => box.push(told)));
      } catch (error) {
        box.end({ error });
      }
      await Promise.all(asked);
      box.end();
    })();
    yield* box;
  }

  async #ask({ id, body }: HttpRequest, tell: (emission: Emission) => void): Promise<void> {
    const { url, key, clock, deadline, signal } = this.server;
    const overdue = AbortSignal.timeout(deadline);
    const told = { id, margins: [] };
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", ...(key ? { Authorization: `Bearer ${key}` } : {}) },
        body: JSON.stringify(body),
        signal: AbortSignal.any([signal, overdue]),
      });
      if (!response.ok) throw new Error(`status ${response.status}: ${reasonIn(await response.text())}`);
      if (!response.body) throw new Error("the answer has no body");
      let usage: Pick<Aftermath, "promptTokens" | "tokens"> = {};
      let ended: "stop" | "length" | undefined;
      let [last, text] = [clock.now(), ""];
      for await (const { data, at } of eventsOf(response.body, clock)) {
        if (data === "[DONE]") break;
        const event = read(data);
        usage = { ...usage, ...event.usage };
        ended = event.finish ?? ended;
        text += event.text;
        if (event.tokens.length === 0) continue;
        last = at;
        tell({ ...told, tokens: event.tokens, at });
      }
      if (ended === undefined) throw new Error("the stream ended before the answer did");
      this.aftermaths.set(id, { ...usage, text });
      tell({ ...told, tokens: [], at: last, finish: ended });
    } catch (error) {
      const why = signal.aborted
        ? "interrupted"
        : overdue.aborted
        ? "it took too long"
        : (error as Error).message;
      this.aftermaths.set(id, { error: why });
      tell({ ...told, tokens: [], at: clock.now(), finish: "error" });
    }
  }
}

interface Part {
  readonly text?: string | null;
  readonly delta?: Readonly<Record<"content" | "reasoning" | "reasoning_content", string | null | undefined>>;
  readonly token_ids?: readonly number[] | null;
  readonly finish_reason?: string | null;
}

interface Event {
  readonly error?: unknown;
  readonly usage?: { readonly prompt_tokens?: number; readonly completion_tokens?: number } | null;
  readonly choices?: readonly Part[];
}

function parsed(data: string): Event {
  try {
    return JSON.parse(data);
  } catch {
    throw new Error(`an event is no JSON: ${data.slice(0, 80)}`);
  }
}

/** What an event tells. @throws what the server says went wrong. */
function read(data: string): {
  readonly tokens: readonly number[];
  readonly text: string;
  readonly finish?: "stop" | "length";
  readonly usage: Pick<Aftermath, "promptTokens" | "tokens">;
} {
  const { error, usage, choices } = parsed(data);
  if (error) throw new Error(`in the stream: ${reasonIn(data)}`);
  const { text, delta, token_ids: ids, finish_reason: finish } = choices?.[0] ?? {};
  // A model that thinks aloud answers on another channel first: those are tokens too.
  const said = text || delta?.content || delta?.reasoning_content || delta?.reasoning;
  return {
    tokens: ids && ids.length > 0 ? ids : said ? [UNTOLD] : [],
    text: text || delta?.content || "",
    ...(finish ? { finish: finish === "length" ? "length" : "stop" } : {}),
    usage: {
      ...(usage?.prompt_tokens === undefined ? {} : { promptTokens: usage.prompt_tokens }),
      ...(usage?.completion_tokens === undefined ? {} : { tokens: usage.completion_tokens }),
    },
  };
}

/** The reason in an error's body, in at most a line. */
function reasonIn(text: string): string {
  let said = text;
  try {
    const { error = text, message = error } = JSON.parse(text);
    said = typeof message === "string" ? message : String(message.message ?? text);
  } catch {
    // It is no JSON.
  }
  return said.split("\n")[0]!.slice(0, 200);
}
