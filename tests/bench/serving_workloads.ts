/** What serving_bench.ts asks: chats of mixed lengths, and chats among which long prompts come. */
import {
  amongLong,
  type Dataset,
  longAmongShort as longAmong,
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
/** Characters of a question at most, so that prompts and answers are of a size. */
const QUESTION = 1200;

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

/** All at once, each answered to its own end, and every one in flight. */
export const offlineChat: Workload = {
  name: "offline_chat",
  summary: "MT-Bench first turns with answers of their own lengths up to 128 tokens, all at once",
  prompts: mtBench,
  arrival: { kind: "offline" },
  requests: 26,
  maxTokens: 128,
  seed: 25,
};

const longMixed = (articles: Dataset<Text>, seed: number): Workload => ({
  name: `long_mixed_${articles.split}`,
  summary: "MT-Bench questions, every eighth an article to be summarised, eight clients in a closed loop",
  prompts: amongLong(articles, `long_among_short_${articles.split}`, longAmong.size),
  arrival: { kind: "closed", clients: 8 },
  requests: 40,
  maxTokens: 64,
  seed,
});

export const longAmongShort = longMixed(wikiTextWorkload, 22);
/** To find a budget on. */
export const longCalibration = longMixed(wikiTextCalibration, 23);
