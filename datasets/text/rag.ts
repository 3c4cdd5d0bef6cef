/**
 * Questions with the documents that were found for them: a base of paragraphs of SQuAD 2.0's development set, searched
 * by BM25. Few documents are asked for often and most rarely, as where people ask (Jin et al., RAGCache, 2024): each
 * article has as many questions as Zipf's law gives its rank. Documents stand before the question, the best first, so
 * that of 65 prompts drawn at random some thirty begin with a document that one before them began with.
 */
import type { Dataset, Prompt } from "../dataset.ts";
import { Bm25 } from "./bm25.ts";
import { type Asked, asked, squad } from "./squad.ts";

/** Paragraphs of each article in the base, questions on the first article, and documents given with a question. */
const [PARAGRAPHS, MOST, GIVEN] = [2, 60, 3];

const SYSTEM = "Answer the question from the documents, in one or two sentences. " +
  "If they do not tell, say that they do not.";

/** The prompts of a set of questions on paragraphs, grouped by article. */
export async function* toRag(questions: AsyncIterable<Asked>): AsyncIterable<Prompt> {
  const articles = new Map<string, Asked[]>();
  for await (const one of questions) articles.set(one.title, [...articles.get(one.title) ?? [], one]);
  const kept = [...articles.values()].map((own) => {
    const paragraphs = new Set([...new Set(own.map(({ context }) => context))].slice(0, PARAGRAPHS));
    return { paragraphs, questions: own.filter(({ context }) => paragraphs.has(context)) };
  });
  const base = kept.flatMap(({ paragraphs }) => [...paragraphs]);
  const index = new Bm25(base);
  for (const [rank, { questions }] of kept.entries()) {
    // Questions come paragraph by paragraph: taken at even steps they are on all of them.
    const count = Math.min(questions.length, Math.max(1, Math.floor(MOST / (rank + 1))));
    for (let i = 0; i < count; i++) {
      const { id, title, question } = questions[Math.floor(i * questions.length / count)]!;
      const found = index.best(question, GIVEN);
      const documents = found.map((place, i) => `Document ${i + 1}:\n${base[place]!.trim()}`);
      yield {
        id: `rag-${id}`,
        cluster: title,
        slices: [],
        system: SYSTEM,
        turns: [`${documents.join("\n\n")}\n\nQuestion: ${question.trim()}`],
      };
    }
  }
}

export const rag: Dataset<Prompt> = {
  name: "rag",
  version: "1",
  source: `${squad.source}; searched as in datasets/text/rag.ts`,
  license: squad.license,
  split: "workload",
  digest: squad.digest,
  size: 177,
  samples: () => toRag(asked()),
};
