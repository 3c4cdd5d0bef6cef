/**
 * Edits of code, whose answers are most of what was given: HumanEval's functions with their solutions, in each of which
 * the function, or the first of its parameters, is to be renamed. The edit follows from the function by rule.
 */
import type { Dataset, Prompt } from "../dataset.ts";
import { rows } from "../source.ts";
import { FILES } from "../packages.ts";
import { humanEval } from "./human_eval.ts";

interface Row {
  readonly task_id: string;
  readonly prompt: string;
  readonly canonical_solution: string;
  readonly entry_point: string;
}

/** The prompt of a row: even tasks rename the function, odd ones its first parameter where it has one. */
export function toEdit({ task_id, prompt, canonical_solution, entry_point }: Row): Prompt {
  const code = (prompt + canonical_solution).trim();
  const [, parameter] = new RegExp(`def ${entry_point}\\(\\s*(\\w+)`).exec(code) ?? [];
  const even = Number(task_id.split("/")[1]) % 2 === 0;
  const [what, from, to] = even || parameter === undefined
    ? ["function", entry_point, `new_${entry_point}`]
    : ["parameter", parameter, `new_${parameter}`];
  const ask =
    `Rename the ${what} \`${from}\` to \`${to}\` everywhere in this code, and print the whole code again:`;
  return {
    id: `edit-${task_id}`,
    cluster: task_id,
    slices: [what],
    turns: [`${ask}\n\n\`\`\`python\n${code}\n\`\`\``],
  };
}

export const codeEdits: Dataset<Prompt> = {
  name: "code_edits",
  version: "1",
  source: `${humanEval.source}; edits as in datasets/text/code_edits.ts`,
  license: humanEval.license,
  split: "workload",
  digest: humanEval.digest,
  size: humanEval.size,
  samples: () => rows(FILES.humanEval, (row) => toEdit(row as Row)),
};
