/**
 * Logs of Inspect: one task a file, as JSON or as `.eval`, a zip archive of header.json and samples/ID_epoch_N.json.
 * https://inspect.aisi.org.uk/eval-logs.html
 */
import { UserError } from "../../engine/mod.ts";
import { correctness } from "./inspect_score.ts";
import type { Log, Scale, Scored } from "./log.ts";
import {
  clean,
  type Fields,
  fields,
  fingerprint,
  list,
  paragraph,
  parseJson,
  readSource,
  settings,
  type SourceFile,
} from "./source.ts";
import { zipMembers } from "./zip.ts";

export const INSPECT_LOGS = /\.(eval|json)$/;
/** What Inspect writes beside its logs. */
const BESIDE = /(^|\/)(logs|eval-set|listing)\.json$/;

/** Reads one arm's logs. @throws {UserError} when they are not whole runs of one model. */
export async function readInspect(paths: readonly string[]): Promise<Log> {
  const files: SourceFile[] = [];
  const heads: Fields[] = [];
  const scales: Scale[] = [];
  const leftOut: string[] = [];
  for (const path of paths.filter((path) => !BESIDE.test(path))) {
    const file = await readSource(path);
    const { head, samples } = /\.eval$/.test(path) ? archived(file) : plain(file);
    const task = clean(fields(head.eval).task ?? "", 80);
    if (heads.some((other) => fields(other.eval).task === fields(head.eval).task)) {
      throw new UserError(
        `Cannot import the logs as they must hold one run of a task: found two of ${task}. Name the folder of one run.`,
      );
    }
    whole(head, samples, file.name);
    const read = readTask(task, head, samples, file.name);
    scales.push(...read.scales);
    leftOut.push(...read.leftOut);
    heads.push(head);
    files.push(file);
  }
  const [model, ...others] = heads.map(modelOf);
  if (model === undefined || others.some((other) => fingerprint(other) !== fingerprint(model))) {
    throw new UserError(
      `Cannot import the logs as one arm must be one model: found ${
        model === undefined ? "no log" : "several"
      }. Name the folder of one run.`,
    );
  }
  return {
    tool: "inspect",
    version: clean(fields(fields(heads[0]!.eval).packages).inspect_ai ?? "unknown", 20),
    model,
    engine: `inspect (${model.name.split("/")[0]})`,
    files: files.map(({ path, name, digest }) => ({ path, name, digest })),
    scales,
    leftOut,
  };
}

interface Parts {
  readonly head: Fields;
  readonly samples: readonly Fields[];
}

function plain(file: SourceFile): Parts {
  const head = fields(parseJson(new TextDecoder().decode(file.bytes), file.name));
  if (!("eval" in head) || !("status" in head)) {
    throw new UserError(
      `Cannot import ${file.name} as it must be a log of Inspect: it is other JSON. Name the folder that holds the logs alone.`,
    );
  }
  return { head, samples: list(head.samples).map(fields) };
}

function archived(file: SourceFile): Parts {
  try {
    const members = zipMembers(file.bytes);
    const read = (name: string) =>
      fields(parseJson(new TextDecoder().decode(members.get(name)?.()), `${clean(name)} in ${file.name}`));
    if (!members.has("header.json")) throw new Error("it has no header.json, which a finished run writes");
    const samples = [...members.keys()].filter((name) => /^samples\/[^/]+\.json$/.test(name)).map(read);
    return { head: read("header.json"), samples };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `Cannot import ${file.name} as it must be a whole .eval archive: ${
        clean((error as Error).message)
      }. If Inspect reads it, turn it to JSON with inspect log convert --to json.`,
    );
  }
}

/** @throws {UserError} unless the run ended well and every sample of it is there and was answered. */
function whole({ status, invalidated, results }: Fields, samples: readonly Fields[], name: string): void {
  const must = (what: string): never => {
    throw new UserError(`Cannot import ${name} as ${what}.`);
  };
  if (status !== "success") must(`its run must have ended well: its status is ${clean(status, 30)}`);
  if (invalidated === true) must("its run must stand: it was marked as invalid");
  const { total_samples: total } = fields(results);
  if (samples.length === 0) must("it must hold its samples: it has none");
  if (typeof total === "number" && total !== samples.length) {
    must(`it must hold all ${total} samples: found ${samples.length}`);
  }
  const unasked = samples.find(({ input }) => typeof input !== "string" && list(input).length === 0);
  if (unasked) must(`every sample must say what was asked: ${clean(unasked.id, 60)} does not`);
  const broken = samples.find(({ error }) => error !== undefined && error !== null);
  if (broken) must(`every sample must have been answered: ${clean(broken.id, 60)} ended in an error`);
}

function modelOf({ eval: spec }: Fields): Log["model"] {
  const { model, model_args: args, model_generate_config: generation } = fields(spec);
  return {
    name: clean(model ?? "unnamed", 80),
    args: settings({ ...fields(generation), ...fields(args) }),
    precision: "unknown",
  };
}

function readTask(
  task: string,
  { eval: spec }: Fields,
  samples: readonly Fields[],
  file: string,
): Pick<Log, "scales" | "leftOut"> {
  const { name, shuffled } = fields(fields(spec).dataset);
  const dataset = `inspect task ${task} on ${clean(name ?? "a data set without a name", 80)}${
    shuffled === true ? ", shuffled" : ""
  }`;
  const found = new Map<string, Map<string, Scored>>();
  const leftOut = new Set<string>();
  for (const sample of samples) {
    const id = `${sample.id}#${sample.epoch ?? 1}`;
    const asked = scoredOf(sample);
    for (const [scorer, score] of Object.entries(fields(sample.scores))) {
      const { value, answer } = fields(score);
      for (const [metric, one] of correctness(clean(scorer, 40), value)) {
        if (typeof one === "string") {
          if (one === "no score") {
            throw new UserError(
              `Cannot import ${file} as every score must be a finite number: ${metric} of ${
                clean(id, 60)
              } is ${clean(JSON.stringify(value), 40)}.`,
            );
          }
          leftOut.add(`${metric} of ${task}: ${one}.`);
          continue;
        }
        const scores = found.get(metric) ?? new Map<string, Scored>();
        scores.set(id, { ...asked, value: one, answer: paragraph(answer ?? asked.answer, 300) });
        found.set(metric, scores);
      }
    }
  }
  // A metric that is left out once is not compared at all.
  const out = [...leftOut].map((sentence) => sentence.slice(0, sentence.indexOf(` of ${task}: `)));
  const scales = [...found].filter(([metric]) => !out.includes(metric)).map(([metric, scores]): Scale => {
    if (scores.size < samples.length) {
      throw new UserError(
        `Cannot import ${file} as every sample must be scored once: ${metric} has ${scores.size} scores of ${samples.length} samples.`,
      );
    }
    const choices = samples.map((sample) => list(sample.choices).length);
    const chance = choices.reduce((sum, n) => sum + 1 / n, 0) / choices.length;
    const guessed = metric === "choice" && choices.every((n) => n > 1) ? { chance } : {};
    return {
      eval: task,
      dataset,
      metric: { name: metric, unit: "fraction", better: "higher", ...guessed },
      scores,
    };
  });
  return { scales, leftOut: [...leftOut] };
}

function scoredOf(sample: Fields): Scored {
  const { subject, category } = fields(sample.metadata);
  const group = [subject, category].find((one) => typeof one === "string" && one !== "");
  const input = typeof sample.input === "string"
    ? resolve(sample, sample.input)
    : list(sample.input).map(fields).map(({ role, content }) => [role, content]);
  return {
    cluster: clean(sample.id, 80),
    ...(group === undefined ? {} : { subject: `subject ${clean(group, 60)}` }),
    asked: {
      document: fingerprint(sample.id),
      prompt: fingerprint([input, sample.choices ?? null]),
      target: fingerprint(sample.target),
    },
    value: 0,
    weight: 1,
    prompt: paragraph(typeof input === "string" ? input : JSON.stringify(input)),
    answer: String(fields(sample.output).completion ?? ""),
  };
}

/** Long texts lie in the sample's attachments. */
function resolve({ attachments }: Fields, text: string): string {
  const key = /^attachment:\/\/(\w+)$/.exec(text)?.[1];
  return key === undefined ? text : String(fields(attachments)[key] ?? text);
}
