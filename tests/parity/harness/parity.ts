/**
 * Our multiple choice, cloze and perplexity beside lm-evaluation-harness (hf backend, f32) on the same documents and
 * the same weights: the prompts that both build, each continuation's log-likelihood, each document's scores; and the
 * likelihood of running text beside PyTorch's.
 *
 * Needs Python 3.11; installs the packages below in --folder (default: assay-parity-harness in the folder for temporary
 * files, 5 GB) unless --python VENV/bin/python (or ASSAY_PEER_PYTHON) has them. The harness's answers are kept there too,
 * so that a run that was cut off goes on; remove them when the model has changed. Run, for five to ten minutes on two
 * idle cores: deno run -A tests/parity/harness/parity.ts
 */
import { parseArgs } from "@std/cli";
import {
  arcEasy,
  type Choices,
  type Cloze,
  cloze,
  defaultModel,
  dense,
  hellaswag,
  lambada,
  type Model,
  multipleChoice,
  oneAtATime,
  onnxEngine,
  perplexity,
  plain,
  type Session,
  wikiText,
} from "../../../mod.ts";
import { python, workFolder } from "../environment.ts";
import { NO_NOISE } from "../../../evals/noise.ts";
import { keep, main, runPython } from "../peer.ts";
import { arcValidation, type Documents, draw, write } from "./documents.ts";
import { agrees, compareNll, comparePrompts, compareTask, type Ours, type Theirs } from "./findings.ts";

const PACKAGES = [
  "torch==2.13.0",
  "transformers==5.19.0",
  "datasets==5.2.0",
  "lm_eval==0.4.13",
  "accelerate==1.15.0",
  "gguf==0.19.0",
];
/** Documents of each task; fewer with --documents N, to try the script out. */
const COUNT = Number(parseArgs(Deno.args, { string: ["documents"] }).documents ?? 200);
const WIKI_TOKENS = 512;

interface Answers {
  readonly versions: Readonly<Record<string, string>>;
  readonly answers: Readonly<Record<"arc_easy" | "hellaswag" | "lambada_openai", readonly Theirs[]>>;
  /** As the harness itself adds them up. */
  readonly metrics: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly prompts: Readonly<
    Record<"hellaswag" | "arc_validation", readonly (readonly [string, readonly string[]])[]>
  >;
  readonly wiki: readonly { readonly ids: readonly number[]; readonly nll: number }[];
}

await main(async () => {
  const folder = await workFolder("harness");
  const interpreter = await python(folder, PACKAGES);
  const model = await defaultModel();
  const documents = await draw(COUNT);
  const ours = await answer(model, documents);
  await write(documents, WIKI_TOKENS, folder);
  await runPython(interpreter, new URL("peer.py", import.meta.url), [model.file, folder]);
  const theirs = JSON.parse(await Deno.readTextFile(`${folder}/answers.json`)) as Answers;
  const task = (name: keyof Answers["answers"]) =>
    compareTask(ours[name], theirs.answers[name], theirs.metrics[name]!);
  const tasks = {
    arc_easy: task("arc_easy"),
    hellaswag: task("hellaswag"),
    lambada_openai: task("lambada_openai"),
  };
  const prompts = {
    hellaswag: comparePrompts(await all(hellaswag.samples()), theirs.prompts.hellaswag),
    arc_easy_validation: comparePrompts(await all(arcValidation.samples()), theirs.prompts.arc_validation),
  };
  const wiki = compareNll(ours.wiki, theirs.wiki);
  await keep(import.meta.url, theirs.versions, { tasks, prompts, wiki });
  return Object.values(tasks).every(agrees) &&
    Object.values(prompts).every(({ different }) => different === 0) &&
    wiki.every(({ sameTokens, difference }) => sameTokens && difference < 5e-5);
});

async function answer(model: Model, documents: Documents) {
  await using session = await onnxEngine({ backend: "native" }).open(
    { model, cache: dense(), decoder: plain, scheduler: oneAtATime },
  );
  return {
    arc_easy: await choices(session, documents, "arc_easy"),
    hellaswag: await choices(session, documents, "hellaswag"),
    lambada_openai: await words(session, documents.lambada_openai),
    wiki: await nlls(session, documents),
  };
}

/** Our multiple-choice eval's answers and grades. */
async function choices(session: Session, documents: Documents, task: "arc_easy" | "hellaswag") {
  const samples = documents[task];
  const dataset = task === "arc_easy" ? arcEasy : hellaswag;
  const own = multipleChoice(dataset, { count: COUNT, judged: "acc", chance: 0.25 });
  const found = new Map<string, Ours>();
  for await (const { id, answer } of own.ask(session, samples)) {
    const sample = samples.find((candidate) => candidate.id === id)!;
    const { acc, acc_norm } = own.grade(answer, sample, answer, NO_NOISE);
    found.set(id, {
      requests: sample.continuations.map((text) => [sample.context, text] as const),
      sums: answer.sums,
      scores: { acc: acc!.value, acc_norm: acc_norm!.value },
    });
  }
  return samples.map(({ id }) => found.get(id)!);
}

/** Our cloze eval's answers and grades. */
async function words(session: Session, samples: readonly Cloze[]) {
  const own = cloze(lambada, { count: COUNT });
  const found = new Map<string, Ours>();
  for await (const { id, answer } of own.ask(session, samples)) {
    const { context, target } = samples.find((candidate) => candidate.id === id)!;
    const scores = { acc: Number(answer.right) };
    found.set(id, { requests: [[context, target]], sums: [answer.logProb], scores });
  }
  return samples.map(({ id }) => found.get(id)!);
}

/** Our perplexity eval's answers, with the tokens that it scored. */
async function nlls(session: Session, { wiki }: Documents) {
  const own = perplexity(wikiText, { count: wiki.length, tokens: WIKI_TOKENS });
  const found = new Map<string, number>();
  for await (const { id, answer } of own.ask(session, wiki)) {
    found.set(id, answer.nlls.reduce((sum, v) => sum + v, 0) / answer.nlls.length);
  }
  return wiki.map(({ id, text }) => ({
    id,
    ids: session.tokenizer.encode(text).slice(0, WIKI_TOKENS),
    nll: found.get(id)!,
  }));
}

async function all(samples: AsyncIterable<Choices>): Promise<readonly Choices[]> {
  return await Array.fromAsync(samples);
}
