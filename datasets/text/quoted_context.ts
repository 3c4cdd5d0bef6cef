/**
 * Prompts whose answer quotes them, as in retrieval, summaries and edits: a passage of an article, and the request to
 * repeat it. Built from articles of the workload split alone.
 */
import type { Dataset, Prompt } from "../dataset.ts";
import { wikiTextWorkload } from "./wiki_text.ts";

/** About 150 tokens. */
const CHARACTERS = 600;

const ASK = [
  "Repeat the following passage word for word:",
  "Copy the text below exactly as it is:",
  "Quote this passage in full, without any change:",
];

export const quotedContext: Dataset<Prompt> = {
  name: "quoted_context",
  version: "1",
  source: `${wikiTextWorkload.source}; passages and requests as in datasets/text/quoted_context.ts`,
  license: wikiTextWorkload.license,
  split: "workload",
  digest: wikiTextWorkload.digest,
  size: wikiTextWorkload.size,
  async *samples() {
    let index = 0;
    for await (const { id, text } of wikiTextWorkload.samples()) {
      const passage = text.slice(text.indexOf("\n") + 1).trim().replaceAll(/\s+/g, " ").slice(0, CHARACTERS);
      const end = passage.lastIndexOf(". ");
      const quoted = end > 200 ? passage.slice(0, end + 1) : passage;
      yield {
        id: `quote-${id}`,
        cluster: id,
        slices: ["quote"],
        turns: [`${ASK[index++ % ASK.length]}\n\n${quoted}`],
      };
    }
  },
};
