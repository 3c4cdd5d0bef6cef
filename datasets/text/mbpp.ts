/**
 * MBPP's test set (Austin et al., 2021): small Python tasks with three tests each, after three solved ones, in the words
 * of lm-evaluation-harness's mbpp. The prompt is read as it is: an answer stands between [BEGIN] and [DONE].
 */
import type { Dataset, Problem } from "../dataset.ts";
import { FILES, from } from "../packages.ts";
import { rows } from "../source.ts";
import shots from "./mbpp_shots.json" with { type: "json" };

interface Task {
  readonly text: string;
  readonly code: string;
  readonly test_list: readonly string[];
}

interface Row {
  readonly doc: Task & { readonly task_id: number; readonly test_setup_code: string };
}

export const mbpp: Dataset<Problem> = {
  name: "mbpp",
  version: "1",
  source: `${from(FILES.mbpp)}; Austin et al., 2021`,
  license: "CC BY 4.0",
  split: "test",
  digest: FILES.mbpp.sha256,
  size: 500,
  chance: 0,
  samples: () => rows(FILES.mbpp, (row) => toProblem(row as Row)),
};

const BEFORE = (shots as readonly Task[]).map((shot) => `${asked(shot)}${shot.code}\n[DONE]\n\n`).join("");

/** The problem of a row. @throws {Error} when its tests call no function of its solution. */
export function toProblem({ doc }: Row): Problem {
  const { task_id, code, test_list, test_setup_code } = doc;
  const names = Array.from(code.matchAll(/^def\s+(\w+)/gm), ([, name]) => name!);
  const entry = names.find((name) => new RegExp(`\\b${name}\\s*\\(`).test(test_list[0]!));
  if (entry === undefined) throw new Error(`the tests must call a function of the solution: found ${names}`);
  return {
    id: String(task_id),
    cluster: String(task_id),
    slices: [],
    prompt: BEFORE + asked(doc),
    stop: ["[DONE]"],
    head: "",
    tests: [test_setup_code, ...test_list].join("\n"),
    entry,
  };
}

function asked({ text, test_list }: Task): string {
  return `You are an expert Python programmer, and here is your task: ${text} Your code should pass these tests:\n\n${
    test_list.slice(0, 3).join("\n")
  }\n[BEGIN]\n`;
}
