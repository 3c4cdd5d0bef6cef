/**
 * SQuAD 2.0's development set (Rajpurkar et al., 2018): questions on paragraphs of Wikipedia, half of them without an
 * answer. Zero-shot, in lm-evaluation-harness's words.
 */
import { type Dataset, hash, type Question } from "../dataset.ts";
import { FILES, from } from "../packages.ts";
import { json } from "../source.ts";

interface File {
  readonly data: readonly {
    readonly title: string;
    readonly paragraphs: readonly {
      readonly context: string;
      readonly qas: readonly {
        readonly id: string;
        readonly question: string;
        readonly answers: readonly { readonly text: string }[];
      }[];
    }[];
  }[];
}

/** A question with the paragraph that it is asked of; no answers where the paragraph has none. */
export interface Asked {
  readonly id: string;
  readonly title: string;
  readonly context: string;
  readonly question: string;
  readonly answers: readonly string[];
}

/** Every question of a file. @throws {TypeError} when the file has not SQuAD's form. */
export function* questions({ data }: File): Iterable<Asked> {
  for (const { title, paragraphs } of data) {
    for (const { context, qas } of paragraphs) {
      for (const { id, question, answers } of qas) {
        yield { id, title, context, question, answers: [...new Set(answers.map(({ text }) => text))] };
      }
    }
  }
}

/** Every question of the development set. */
export const asked = (): AsyncIterable<Asked> => json(FILES.squad, questions);

/** The question as it is asked; those of one paragraph are one cluster. */
export function toQuestion({ id, title, context, question, answers }: Asked): Question {
  return {
    id,
    cluster: `${title} ${hash(context)}`,
    slices: [],
    prompt: `Title: ${title}\n\nBackground: ${context}\n\nQuestion: ${question}\n\nAnswer:`,
    answers,
    stop: ["\n"],
  };
}

const whole = {
  version: "1",
  source: `${from(FILES.squad)}; Rajpurkar et al., ACL 2018`,
  license: "CC BY-SA 4.0",
  split: "validation",
  digest: FILES.squad.sha256,
} as const;

/** The questions that have an answer. */
export const squad: Dataset<Question> = {
  ...whole,
  name: "squad",
  size: 5928,
  chance: 0,
  async *samples() {
    for await (const one of asked()) if (one.answers.length > 0) yield toQuestion(one);
  },
};

/** All of them. */
export const squadV2: Dataset<Question> = {
  ...whole,
  name: "squad_v2",
  size: 11873,
  // "Unanswerable", always.
  chance: 0.5007,
  async *samples() {
    for await (const one of asked()) {
      yield { ...toQuestion(one), slices: [one.answers.length > 0 ? "answerable" : "unanswerable"] };
    }
  },
};
