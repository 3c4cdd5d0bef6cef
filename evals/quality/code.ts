/**
 * Programs written by greedy generation and run against their tests (Chen et al., 2021): pass@1, the share that passes.
 * What is asked, where an answer ends and what of it is the program is the data set's, in lm-evaluation-harness's words.
 */
import type { Dataset, Problem } from "../../datasets/mod.ts";
import type { Session } from "../../engine/mod.ts";
import { continued } from "../continued.ts";
import { CHARACTERS_PER_TOKEN } from "../estimate.ts";
import type { Answered, Eval } from "../eval.ts";
import { type Ran, runPython } from "../sandbox/python.ts";

interface Answer {
  readonly text: string;
  readonly ran: Ran;
}

/** An eval over problems, each answered with at most `tokens` tokens. A program that takes too long or too much is wrong. */
export function code(
  dataset: Dataset<Problem>,
  { count, tokens, rule = "margin" }: {
    readonly count: number;
    readonly tokens: number;
    /** "guard" where the set is too small to show a loss of the margin. */
    readonly rule?: "margin" | "guard";
  },
): Eval<Problem, Answer> {
  return {
    name: dataset.name,
    summary: `programs of at most ${tokens} tokens that pass their tests, pass@1`,
    dataset,
    count,
    params: { tokens },
    sees: ["model", "cache", "decoder", "scheduler"],
    metrics: [{
      name: "pass_at_1",
      unit: "fraction",
      better: "higher",
      rule,
      allowed: 0.02,
      chance: dataset.chance ?? 0,
      claim: "equivalent",
    }],
    async *ask(session: Session, samples: readonly Problem[]): AsyncIterable<Answered<Answer>> {
      for await (const answers of continued(session, samples, tokens)) {
        const answered = samples.filter(({ id }) => answers.has(id));
        yield* await Promise.all(answered.map(async ({ id, head, tests, entry }) => {
          const { text } = answers.get(id)!;
          return { id, answer: { text, ran: await runPython({ code: head + text, tests, entry }) } };
        }));
      }
    },
    grade: ({ ran }) => ({ pass_at_1: { value: Number(ran.passed) } }),
    work: ({ asked = "", prompt }) => ({
      read: (asked.length + prompt.length) / CHARACTERS_PER_TOKEN,
      write: tokens,
    }),
    show: ({ text, ran }) => ran.passed ? text : `${text}\n[failed: ${ran.reason}]`,
  };
}
