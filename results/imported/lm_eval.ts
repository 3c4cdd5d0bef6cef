/**
 * Sample logs of lm-evaluation-harness (`--log_samples --output_path DIR`): samples_TASK_DATE.jsonl, a document and a
 * filter a line, beside results_DATE.json, which says what ran and which way each metric counts.
 * https://github.com/EleutherAI/lm-evaluation-harness/blob/main/lm_eval/loggers/evaluation_tracker.py
 */
import { UserError } from "../../engine/mod.ts";
import type { Log, Scale, Scored } from "./log.ts";
import { pooled } from "./pooled.ts";
import { meaning, type Task } from "./lm_eval_metric.ts";
import {
  clean,
  type Fields,
  fields,
  fingerprint,
  finite,
  list,
  paragraph,
  parseJson,
  parseLines,
  readSource,
  settings,
  type SourceFile,
} from "./source.ts";

export const LM_EVAL_SAMPLES = /^samples_.+\.jsonl$/;
const NAME = /^(.*)samples_(.+)_(\d{4}-\d\d-\d\dT[\d.-]+)\.jsonl$/;

/** Reads one arm's sample files. @throws {UserError} when they are not one whole run of one model. */
export async function readLmEval(paths: readonly string[]): Promise<Log> {
  const results = new Map<string, { readonly file: SourceFile; readonly run: Fields }>();
  const samples: SourceFile[] = [];
  const scales: Scale[] = [];
  const leftOut: string[] = [];
  const tasks = new Set<string>();
  for (const path of paths) {
    const [, folder = "", task = "", date = ""] = NAME.exec(path) ?? [];
    const beside = `${folder}results_${date}.json`;
    if (!results.has(beside)) results.set(beside, await readResults(beside, path));
    const { run } = results.get(beside)!;
    const name = clean(task);
    if (tasks.has(name)) {
      throw new UserError(
        `Cannot import the logs as they must hold one run of a task: found two of ${name}. Name the folder of one run.`,
      );
    }
    tasks.add(name);
    const file = await readSource(path);
    const read = readTask(taskOf(name, task, run), file);
    scales.push(...read.scales);
    leftOut.push(...read.leftOut);
    samples.push(file);
  }
  const runs = [...results.values()].map(({ run }) => run);
  const [model, ...others] = runs.map(modelOf);
  if (others.some((other) => fingerprint(other) !== fingerprint(model))) {
    throw new UserError(
      `Cannot import the logs as one arm must be one model: found several. Name the folder of one run.`,
    );
  }
  return {
    tool: "lm_eval",
    version: clean(runs[0]!.lm_eval_version ?? "unknown", 20),
    model: model!,
    engine: `lm_eval (${clean(runs[0]!.model_source ?? "unknown", 40)})`,
    files: [...[...results.values()].map(({ file }) => file), ...samples].map(({ path, name, digest }) => ({
      path,
      name,
      digest,
    })),
    scales: pooled(scales, fields(runs[0]!.group_subtasks)),
    leftOut,
  };
}

async function readResults(path: string, samples: string) {
  const file = await readSource(path).catch(() => {
    throw new UserError(
      `Cannot import ${
        clean(samples)
      } as the results_*.json of its run must lie beside it: there is none. It says which way each metric counts.`,
    );
  });
  return { file, run: fields(parseJson(new TextDecoder().decode(file.bytes), file.name)) };
}

function modelOf({ model_name: name, config }: Fields): Log["model"] {
  const { model_args: args, model_dtype: dtype } = fields(config);
  return {
    name: clean(name ?? "unnamed", 80),
    args: typeof args === "string" ? clean(args, 400) : settings(fields(args)),
    precision: clean(dtype ?? "unknown", 20).replace(/^torch\./, ""),
  };
}

function taskOf(name: string, task: string, run: Fields): Task {
  const of = (key: string) => fields(run[key])[task];
  const { output_type: outputType } = fields(of("configs"));
  return {
    name,
    dataset: `lm_eval task ${name}, version ${clean(of("versions") ?? "unknown", 20)}, ${
      clean(of("n-shot") ?? "?", 5)
    }-shot`,
    higherIsBetter: fields(of("higher_is_better")),
    choosing: outputType === "multiple_choice",
    documents: finite(fields(of("n-samples")).effective),
  };
}

function readTask(task: Task, file: SourceFile): Pick<Log, "scales" | "leftOut"> {
  const rows = new Map<string, (readonly [string, unknown, Scored])[]>();
  const seen = new Set<string>();
  for (const [value, where] of parseLines(file)) {
    const row = fields(value);
    const id = String(row.doc_id);
    const named = ["number", "string"].includes(typeof row.doc_id);
    if (!named || !Array.isArray(row.metrics) || requestsOf(row).length === 0) {
      throw new UserError(
        `Cannot import ${where} as it must be a logged sample: it has no doc_id, no metrics or no arguments.`,
      );
    }
    seen.add(id);
    const filter = row.filter === undefined || row.filter === "none" ? "" : `,${clean(row.filter, 40)}`;
    const scored = scoredOf(row, id);
    for (const metric of row.metrics) {
      const key = `${metric}${filter}`;
      const found = rows.get(key) ?? [];
      found.push([id, row[String(metric)], scored]);
      rows.set(key, found);
    }
  }
  if (seen.size === 0 || (task.documents !== undefined && seen.size !== task.documents)) {
    throw new UserError(
      `Cannot import ${file.name} as it must hold ${
        task.documents ?? "the"
      } documents of ${task.name}: found ${seen.size}. The log is cut short.`,
    );
  }
  const scales: Scale[] = [];
  const leftOut: string[] = [];
  for (const [key, values] of rows) {
    const meant = meaning(task, clean(key, 60), values.map(([, value]) => value));
    if (typeof meant === "string") {
      leftOut.push(`${clean(key, 60)} of ${task.name}: ${meant}.`);
      continue;
    }
    if (values.length < seen.size) {
      throw new UserError(
        `Cannot import ${file.name} as every document must be scored: ${clean(key, 60)} is missing for ${
          seen.size - values.length
        } of ${seen.size}.`,
      );
    }
    const { read, chance, ...scale } = meant;
    const scores = new Map<string, Scored>();
    for (const [id, value, scored] of values) {
      const number = read(value);
      if (number === undefined) {
        throw new UserError(
          `Cannot import ${file.name} as every score must be a finite number: ${clean(key, 60)} of document ${
            clean(id, 40)
          } is ${clean(JSON.stringify(value), 40)}.`,
        );
      }
      if (scores.has(id)) {
        throw new UserError(
          `Cannot import ${file.name} as it must hold each document once: found ${
            clean(id, 40)
          } twice. Name the folder of one run.`,
        );
      }
      scores.set(id, { ...scored, ...number });
    }
    const metric = chance
      ? { ...scale.metric, chance: guessing(values.map(([, , one]) => one)) }
      : scale.metric;
    scales.push({ ...scale, metric, eval: task.name, dataset: task.dataset, scores });
  }
  return { scales, leftOut };
}

/** What guessing scores: one over the choices, on average. */
function guessing(scored: readonly Scored[]): number {
  return scored.reduce((sum, one) => sum + 1 / (one as Choosing).choices, 0) / scored.length;
}

interface Choosing extends Scored {
  readonly choices: number;
}

function scoredOf(row: Fields, id: string): Choosing {
  const requests = requestsOf(row);
  const { subject, category } = fields(row.doc);
  const group = [subject, category].find((one) => typeof one === "string" && one !== "");
  const again = list(row.metrics).includes("acc_mutual_info") ? 2 : 1;
  return {
    cluster: clean(id, 80),
    ...(group === undefined ? {} : { subject: `subject ${clean(group, 60)}` }),
    asked: {
      document: String(row.doc_hash ?? fingerprint(row.doc)),
      prompt: fingerprint(requests),
      target: fingerprint(row.target),
    },
    value: 0,
    weight: 1,
    prompt: paragraph(requests[0]?.[0] ?? ""),
    answer: paragraph(answerOf(row, requests), 300),
    choices: Math.max(1, requests.length / again),
  };
}

/** What was asked: older versions wrote lists where newer ones write objects. */
function requestsOf({ arguments: given }: Fields): readonly (readonly unknown[])[] {
  const values = (value: unknown): readonly unknown[] =>
    Array.isArray(value) ? value : Object.values(fields(value));
  return values(given).map(values);
}

/** The text that was generated, or the log-likelihoods of the continuations, the likeliest first. */
function answerOf({ filtered_resps: answers }: Fields, requests: readonly (readonly unknown[])[]): string {
  const all = list(answers);
  if (!all.every(Array.isArray)) return String(all[0] ?? "");
  const sums = all.map((answer, i) =>
    [Number(list(answer)[0]), String(requests[i]?.[1] ?? "").trim()] as const
  );
  return sums.toSorted(([a], [b]) => b - a).map(([sum, text]) => `${text} (${sum.toFixed(3)})`).join(" · ");
}
