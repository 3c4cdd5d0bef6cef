/** A session that computes nothing: it answers with log-probabilities that were saved, one sample a chunk. */
import type { ScoreItem, Session } from "../../../engine/mod.ts";
import type { Dataset, Text } from "../../../datasets/mod.ts";
import type { Header } from "./saved.ts";

/** The chunks as samples; a sample's text is its chunk's number. */
export function chunksOf({ chunks }: Header): Dataset<Text> {
  return {
    name: "chunks",
    version: "1",
    source: "llama-perplexity",
    license: "none",
    split: "test",
    digest: "",
    size: chunks,
    async *samples() {
      for (let chunk = 0; chunk < chunks; chunk++) {
        yield { id: `${chunk}`, cluster: `${chunk}`, slices: [], text: `${chunk}` };
      }
    },
  };
}

/** `read`: the log-probabilities of a chunk's scored positions; the token before the first of them is given. */
export function replay(header: Header, read: (chunk: number) => Float32Array): Session {
  const { vocabulary } = header;
  const refuse = () => {
    throw new Error("a replay only scores");
  };
  return {
    context: header.context,
    tokenizer: {
      vocabulary,
      eos: 0,
      bos: 0,
      encode: (text) => header.tokens[Number(text)]!.slice(header.context >> 1),
      decode: (ids) => ids.join(" "),
      chat: refuse,
    },
    generate: refuse,
    async *score(items: Iterable<ScoreItem>) {
      for (const { id, continuations: [ids] } of items) {
        const rows = read(Number(id));
        const row = (t: number) => rows.subarray(t * vocabulary, (t + 1) * vocabulary);
        const logProbs = Float32Array.from(ids!, (token, t) => row(t)[token]!);
        const tops = Float32Array.from(
          ids!,
          (_, t) => row(t).reduce((max, v) => Math.max(max, v), -Infinity),
        );
        yield { id, logProbs: [logProbs], tops: [tops], distributions: [rows] };
      }
    },
    stats: () => Promise.resolve({ counters: {}, addedBytes: 0 }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
