/** What serving_bench.ts asks: chats of mixed lengths, and chats among which long prompts come. */
import {
  type Dataset,
  mtBench,
  type Prompt,
  sharegpt,
  type Text,
  wikiTextCalibration,
  wikiTextWorkload,
  type Workload,
} from "../../mod.ts";

/** Requests in flight. */
export const SEQUENCES = 16;
/** Characters of a question at most, so that prompts and answers are of a size; tokens of a long prompt, about. */
const QUESTION = 1200;
const LONG_CHARACTERS = 5200;
const LONG_EVERY = 8;

const short: Dataset<Prompt> = {
  ...sharegpt,
  name: "sharegpt_short",
  async *samples() {
    for await (const prompt of sharegpt.samples()) if (prompt.turns[0]!.length <= QUESTION) yield prompt;
  },
};

/** All at once, more than there are places, so that places are filled again as answers end. */
export const mixedLengths: Workload = {
  name: "mixed_lengths",
  summary: "ShareGPT questions with answers of their own lengths up to 128 tokens, all at once",
  prompts: short,
  arrival: { kind: "offline" },
  requests: 3 * SEQUENCES,
  maxTokens: 128,
  seed: 21,
};

/** Short questions, and an article to be summarised for every eighth. */
function amongLong(articles: Dataset<Text>): Dataset<Prompt> {
  return {
    ...mtBench,
    name: `long_among_short_${articles.split}`,
    source: `${mtBench.source}; ${articles.source}`,
    async *samples() {
      const long: Prompt[] = [];
      for await (const { id, cluster, text } of articles.samples()) {
        if (text.length < LONG_CHARACTERS) continue;
        const turn = `Summarise in two sentences:\n\n${text.slice(0, LONG_CHARACTERS)}`;
        long.push({ id: `long-${id}`, cluster, slices: [], turns: [turn], answerTokens: 32 });
      }
      const chats: Prompt[] = [];
      for await (const one of mtBench.samples()) {
        for (const [turn, text] of one.turns.entries()) {
          chats.push({ ...one, id: `${one.id}-${turn}`, turns: [text], answerTokens: 64 });
        }
      }
      // A prompt's place is its name, so that whoever takes some in the order of their hashes mixes them alike.
      for (const [i, chat] of chats.entries()) {
        yield chat;
        const next = i % (LONG_EVERY - 1) === 0 ? long.shift() : undefined;
        if (next) yield next;
      }
    },
  };
}

const longMixed = (articles: Dataset<Text>, seed: number): Workload => ({
  name: `long_mixed_${articles.split}`,
  summary: "MT-Bench questions, every eighth an article to be summarised, eight clients in a closed loop",
  prompts: amongLong(articles),
  arrival: { kind: "closed", clients: 8 },
  requests: 40,
  maxTokens: 64,
  seed,
});

export const longAmongShort = longMixed(wikiTextWorkload, 22);
/** To find a budget on. */
export const longCalibration = longMixed(wikiTextCalibration, 23);
