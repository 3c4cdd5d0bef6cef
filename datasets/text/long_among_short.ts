/** Short questions among which long prompts come: MT-Bench's, and for every eighth an article to be summarised. */
import type { Dataset, Prompt, Text } from "../dataset.ts";
import { mtBench } from "./mt_bench.ts";
import { wikiTextWorkload } from "./wiki_text.ts";

const LONG_EVERY = 8;
/** About 1,300 tokens; shorter articles are left out. */
const LONG_CHARACTERS = 5200;

/** The same with other articles. */
export function amongLong(articles: Dataset<Text>, name: string, size: number): Dataset<Prompt> {
  return {
    ...mtBench,
    name,
    source: `${mtBench.source}; articles of ${articles.source}`,
    license: `${mtBench.license}; articles ${articles.license}`,
    size,
    async *samples() {
      const long: Prompt[] = [];
      for await (const { id, cluster, text } of articles.samples()) {
        if (text.length < LONG_CHARACTERS) continue;
        const turn = `Summarise in two sentences:\n\n${text.slice(0, LONG_CHARACTERS)}`;
        long.push({ id: `long-${id}`, cluster, slices: ["long"], turns: [turn], answerTokens: 32 });
      }
      let index = 0;
      for await (const one of mtBench.samples()) {
        for (const [turn, text] of one.turns.entries()) {
          yield { ...one, id: `${one.id}-${turn}`, slices: ["short"], turns: [text], answerTokens: 64 };
          const next = index++ % (LONG_EVERY - 1) === 0 ? long.shift() : undefined;
          if (next) yield next;
        }
      }
    },
  };
}

export const longAmongShort = amongLong(wikiTextWorkload, "long_among_short", 183);
