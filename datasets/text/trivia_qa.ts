/**
 * TriviaQA (Joshi et al., 2017): quiz questions without any text to find the answer in, with every name that the
 * answer goes by. Those with evidence on Wikipedia; zero-shot, in lm-evaluation-harness's words.
 */
import type { Dataset, Question } from "../dataset.ts";
import { FILES, from } from "../packages.ts";
import { arrowRows } from "../source.ts";

interface Row {
  readonly question: string;
  readonly question_id: string;
  readonly answer: { readonly aliases: Iterable<string> };
}

export const triviaQa: Dataset<Question> = {
  name: "trivia_qa",
  version: "1",
  source: `${from(FILES.triviaQa)}; Joshi et al., ACL 2017`,
  license: "not stated",
  split: "validation",
  digest: FILES.triviaQa.sha256,
  size: 7993,
  chance: 0,
  samples: () => arrowRows(FILES.triviaQa, (row) => toQuestion(row as unknown as Row)),
};

/** The question of a row. @throws {Error} when no answer is accepted. */
export function toQuestion({ question, question_id, answer }: Row): Question {
  const answers = [...answer.aliases];
  if (answers.length === 0) throw new Error("an answer must have a name: found none");
  return {
    id: question_id,
    cluster: question_id,
    slices: [],
    prompt: `Question: ${question}?\nAnswer:`,
    answers,
    stop: ["\n", ".", ","],
  };
}
