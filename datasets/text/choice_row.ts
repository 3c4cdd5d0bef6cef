/** One row of a multiple-choice set as a sample, in the forms that lm-evaluation-harness has for it. */
import type { Choices, Sample } from "../dataset.ts";

/** What a row says: the prompt, its choices, which follow after one space, and which of them is right. */
interface Row {
  readonly id: string;
  readonly context: string;
  readonly choices: readonly string[];
  readonly gold: number;
}

/** The sample of a row. @throws {Error} when the right answer is none of the choices. */
export function choiceRow({ id, context, choices, gold }: Row, slices: Sample["slices"] = []): Choices {
  if (!(gold in choices)) {
    throw new Error(`the gold answer must be one of ${choices.length} choices: found ${gold}`);
  }
  return { id, cluster: id, slices, context, continuations: choices.map((choice) => ` ${choice}`), gold };
}

export const LETTERS = ["A", "B", "C", "D", "E"] as const;

/** A question with its choices behind letters, to be answered by the letter. */
export function lettered(question: string, choices: readonly string[]): string {
  const listed = choices.map((choice, i) => `\n${LETTERS[i]}. ${choice}`).join("");
  return `${stripped(question)}${listed}\nAnswer:`;
}

/** Without white space around it, as Python's str.strip has it. */
function stripped(text: string): string {
  return text.replaceAll(/^[\s\x85]+|[\s\x85]+$/g, "");
}
