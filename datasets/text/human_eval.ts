/**
 * HumanEval (Chen et al., 2021): Python functions to be completed, and their tests. `humanEval` has the function go on
 * as it stands, as lm-evaluation-harness's humaneval; `humanEvalChat` asks for it in the model's chat format and begins
 * the answer, as its humaneval_instruct.
 */
import type { Dataset, Problem } from "../dataset.ts";
import { FILES, from } from "../packages.ts";
import { rows } from "../source.ts";

interface Row {
  readonly task_id: string;
  readonly prompt: string;
  readonly test: string;
  readonly entry_point: string;
}

const set = {
  version: "1",
  source: `${from(FILES.humanEval)}; Chen et al., 2021`,
  license: "MIT",
  split: "test",
  digest: FILES.humanEval.sha256,
  size: 164,
  chance: 0,
} as const;

export const humanEval: Dataset<Problem> = {
  ...set,
  name: "human_eval",
  samples: () => rows(FILES.humanEval, (row) => toProblem(row as Row)),
};

export const humanEvalChat: Dataset<Problem> = {
  ...set,
  name: "human_eval_chat",
  samples: () => rows(FILES.humanEval, (row) => inChat(toProblem(row as Row))),
};

const STOP = ["\nclass", "\ndef", "\n#", "\nif", "\nprint"];

/** The problem of a row, to be gone on with. */
export function toProblem({ task_id, prompt, test, entry_point }: Row): Problem {
  return {
    id: task_id,
    cluster: task_id,
    slices: [],
    prompt,
    stop: STOP,
    head: prompt,
    tests: `${test}\ncheck(${entry_point})`,
    entry: entry_point,
  };
}

/** The same problem, asked in the chat format; what is written after the fence is no code. */
export function inChat(problem: Problem): Problem {
  const { head } = problem;
  const task = "Write a solution to the following problem and make sure that it passes the tests:";
  return {
    ...problem,
    asked: `${task}\n\`\`\`python\n${head}\n\`\`\`\n`,
    prompt: `Here is the completed function:\n\`\`\`python\n${head}\n`,
    stop: [...STOP, "```"],
  };
}
