/** From a body that was read to the response: requests for the engine, and the answers' pieces in their form. */
import type { Request } from "../engine.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { apiError } from "./api_error.ts";
import type { Asked } from "./asked.ts";
import { Choice, type Piece } from "./choice.ts";
import type { Desk } from "./desk.ts";
import { Form, type Head, type Json, type Usage } from "./form.ts";
import type { Ticket } from "./ticket.ts";

/** Answers a body. @throws {ApiError} before anything was answered. */
export async function answer(
  asked: Asked,
  head: Head,
  { desk, tokenizer, left }: {
    readonly desk: Desk;
    readonly tokenizer: Tokenizer;
    readonly left: AbortSignal;
  },
): Promise<Response> {
  const ticket = desk.take(requestsOf(asked), left);
  const choices = asked.prompts.flatMap((prompt) =>
    Array.from({ length: asked.n }, () => new Choice(asked, prompt, tokenizer))
  );
  const form = new Form(asked, head, tokenizer);
  const usage = (): Usage => {
    const prompt = asked.prompts.reduce((sum, { ids }) => sum + ids.length, 0);
    const completion = choices.reduce((sum, { count }) => sum + count, 0);
    return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
  };
  if (!asked.tell.stream) {
    const pieces: Piece[][] = choices.map(() => []);
    try {
      for await (const { piece, index } of told(ticket, choices)) pieces[index]!.push(piece);
    } finally {
      ticket.leave();
    }
    return Response.json(form.whole(pieces.map(joined), usage()));
  }
  return streamed(events(asked, ticket, choices, form, usage), ticket);
}

function requestsOf({ prompts, n, sampling, ends, tell: { echo, logprobs } }: Asked): Omit<Request, "id">[] {
  return prompts.flatMap(({ ids, maxTokens }) =>
    Array.from({ length: n }, (_, i) => ({
      prompt: ids,
      maxTokens,
      stop: ends,
      ...(sampling ? { sampling: { ...sampling, seed: sampling.seed + i } } : {}),
      ...(logprobs === undefined ? {} : { scored: { likeliest: logprobs, prompt: echo } }),
    }))
  );
}

async function* told(ticket: Ticket, choices: readonly Choice[]) {
  const ended = new Set<number>();
  for await (const { index, emission } of ticket) {
    if (ended.has(index)) continue;
    const piece = choices[index]!.take(emission);
    if (piece === undefined) continue;
    if (piece.finish !== undefined) {
      ended.add(index);
      if (emission.finish === undefined) ticket.enough(index);
    }
    yield { piece, index };
  }
}

async function* events(
  { tell }: Asked,
  ticket: Ticket,
  choices: readonly Choice[],
  form: Form,
  usage: () => Usage,
): AsyncGenerator<Json | "[DONE]"> {
  const begun = new Set<number>();
  for await (const { piece, index } of told(ticket, choices)) {
    const silent = piece.text === "" && piece.lines.length === 0 && piece.finish === undefined &&
      !tell.tokenIds;
    if (silent) continue;
    yield form.part(piece, index, { first: !begun.has(index), opening: begun.size === 0 });
    begun.add(index);
  }
  if (tell.usage) yield form.usage(usage());
  yield "[DONE]";
}

/** Server-sent events, each made when the client can take it: https://html.spec.whatwg.org/multipage/server-sent-events.html */
function streamed(events: AsyncGenerator<Json | "[DONE]">, ticket: Ticket): Response {
  const encoder = new TextEncoder();
  const event = (data: string) => encoder.encode(`data: ${data}\n\n`);
  const body = new ReadableStream<Uint8Array>({
    async pull(stream) {
      try {
        const { done, value } = await events.next();
        if (done) return stream.close();
        stream.enqueue(event(value === "[DONE]" ? value : JSON.stringify(value)));
      } catch (error) {
        // The status has gone out: the error is the last event, and no [DONE] follows it.
        ticket.leave();
        stream.enqueue(event(JSON.stringify(apiError(error).body)));
        stream.close();
      }
    },
    cancel: () => ticket.leave(),
  }, { highWaterMark: 0 });
  const headers = { "Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache" };
  return new Response(body, { headers });
}

function joined(pieces: readonly Piece[]): Piece {
  const finish = pieces.at(-1)?.finish;
  return {
    text: pieces.map(({ text }) => text).join(""),
    tokens: pieces.flatMap(({ tokens }) => tokens),
    lines: pieces.flatMap(({ lines }) => lines),
    ...(finish === undefined ? {} : { finish }),
  };
}
