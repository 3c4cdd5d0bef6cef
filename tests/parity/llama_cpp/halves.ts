/**
 * llama.cpp scores only the second half of each chunk, where the model has read the first; our eval scores a text from
 * its second token on. Both shares, by our eval on our engine: a perplexity of one kind is not to be set beside the
 * other's. llama.cpp's own figure differs once more, as it rounds what enters a 4-bit matrix to 8 bits.
 */
import {
  defaultModel,
  dense,
  oneAtATime,
  onnxEngine,
  perplexity,
  plain,
  type Session,
} from "../../../mod.ts";
import { chunksOf } from "./replay.ts";
import type { Header } from "./saved.ts";

/** Perplexities of whole chunks and of their halves, and `printed`, llama.cpp's of the second half. */
export async function halvesOf(header: Header, printed: number) {
  const dataset = chunksOf(header);
  const own = perplexity(dataset, { count: header.chunks, tokens: header.context });
  const stack = { model: await defaultModel(), cache: dense(), decoder: plain, scheduler: oneAtATime };
  await using session = await onnxEngine({ backend: "native" }).open(stack);
  const samples = await Array.fromAsync(dataset.samples());
  const nlls: number[][] = [];
  for await (const { answer } of own.ask(tokenized(session, header), samples)) nlls.push([...answer.nlls]);
  const scored = header.context - 1 - header.rows;
  const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const of = (cut: (one: number[]) => number[]) => Math.exp(mean(nlls.flatMap(cut)));
  return {
    pplWhole: of((one) => one),
    pplFirstHalf: of((one) => one.slice(0, scored)),
    pplSecondHalf: of((one) => one.slice(scored)),
    pplSecondHalfByLlamaCpp: printed,
  };
}

/** The session, reading chunk numbers as llama.cpp's tokens. */
function tokenized(session: Session, { tokens }: Header): Session {
  const { vocabulary, eos, bos } = session.tokenizer;
  return {
    context: session.context,
    tokenizer: {
      vocabulary,
      eos,
      bos,
      encode: (text) => [...tokens[Number(text)]!],
      decode: (ids) => session.tokenizer.decode(ids),
      chat: (messages) => session.tokenizer.chat(messages),
    },
    generate: (requests) => session.generate(requests),
    score: (items) => session.score(items),
    stats: () => session.stats(),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}
