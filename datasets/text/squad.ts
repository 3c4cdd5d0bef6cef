/**
 * SQuAD 2.0's development set (Rajpurkar et al., 2018): questions on paragraphs of Wikipedia, half of them without an
 * answer. Zero-shot, in lm-evaluation-harness's words. Questions on one paragraph are one cluster.
 */
import type { Dataset, Question } from "../dataset.ts";
import { FILES, from } from "../packages.ts";
import { json } from "../source.ts";

interface File {
  readonly data: readonly {
    readonly title: string;
    readonly paragraphs: readonly { readonly context: string; readonly qas: readonly Asked[] }[];
  }[];
}

interface Asked {
  readonly id: string;
  readonly question: string;
  readonly answers: readonly { readonly text: string }[];
}

/** Every question of a file. @throws {TypeError} when the file has not SQuAD's form. */
export function* questions({ data }: File): Iterable<Question> {
  for (const { title, paragraphs } of data) {
    for (const [index, { context, qas }] of paragraphs.entries()) {
      for (const { id, question, answers } of qas) {
        yield {
          id,
          cluster: `${title} ${index}`,
          slices: [answers.length > 0 ? "answerable" : "unanswerable"],
          prompt: `Title: ${title}\n\nBackground: ${context}\n\nQuestion: ${question}\n\nAnswer:`,
          answers: [...new Set(answers.map(({ text }) => text))],
          stop: ["\n"],
        };
      }
    }
  }
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
    for await (const question of json(FILES.squad, questions)) {
      if (question.answers.length > 0) yield { ...question, slices: [] };
    }
  },
};

/** All of them. */
export const squadV2: Dataset<Question> = {
  ...whole,
  name: "squad_v2",
  size: 11873,
  // "Unanswerable", always.
  chance: 0.5007,
  samples: () => json(FILES.squad, questions),
};
