/** Paragraphs to be summarised: those of SQuAD 2.0's development set that are long enough to be worth it. */
import type { Dataset, Prompt } from "../dataset.ts";
import { asked, squad } from "./squad.ts";

/** About 150 tokens. */
const LEAST = 600;

const ASK = [
  "Summarize the following text in a few sentences:",
  "What are the main points of this passage?",
  "Give a short summary of the text below:",
];

/** The prompts of paragraphs, each with its title; those that come again or are short are left out. */
export async function* toSummaries(
  paragraphs: AsyncIterable<{ readonly title: string; readonly context: string }>,
): AsyncIterable<Prompt> {
  const seen = new Set<string>();
  for await (const { title, context } of paragraphs) {
    const text = context.trim();
    if (text.length < LEAST || seen.has(text)) continue;
    const id = `summary-${seen.size}`;
    const ask = ASK[seen.size % ASK.length]!;
    seen.add(text);
    yield { id, cluster: title, slices: ["summary"], turns: [`${ask}\n\n${text}`] };
  }
}

export const summaries: Dataset<Prompt> = {
  name: "summaries",
  version: "1",
  source: `${squad.source}; requests as in datasets/text/summaries.ts`,
  license: squad.license,
  split: "workload",
  digest: squad.digest,
  size: 867,
  samples: () => toSummaries(asked()),
};
