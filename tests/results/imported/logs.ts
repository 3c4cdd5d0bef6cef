/** Logs in the shapes that the fixtures show, written to a folder that is gone afterwards. */
import { zstdCompressSync } from "node:zlib";
import { importOutcome } from "../../../results/imported/import.ts";

export const FIXTURES = new URL("./fixtures/", import.meta.url).pathname;

export type Row = Readonly<Record<string, unknown>>;

export interface Run {
  /** Scores by document, under `metric`. */
  readonly scores: readonly unknown[];
  readonly metric?: string;
  readonly task?: string;
  readonly model?: string;
  readonly date?: string;
  /** Fields of results_*.json over those made up here. */
  readonly results?: Row;
  /** Changes one row. */
  readonly row?: (row: Row, index: number) => Row;
}

/** Writes one arm's log of lm_eval; returns its folder. */
export function lmEval(folder: string, arm: string, run: Run): string {
  const {
    scores,
    metric = "acc",
    task = "easy_choices",
    model = arm,
    date = `2026-01-0${arm.length}T00-00-00.0`,
  } = run;
  const rows = scores.map((score, i): Row => ({
    doc_id: i,
    doc: { question: `What is ${i}?` },
    target: "0",
    arguments: {
      gen_args_0: { arg_0: `What is ${i}?`, arg_1: " one" },
      gen_args_1: { arg_0: `What is ${i}?`, arg_1: " two" },
    },
    filtered_resps: [["-1.0", "True"], [`-${score === 1 ? 2 : 0.5}`, "False"]],
    filter: "none",
    metrics: [metric],
    doc_hash: `d${i}`,
    [metric]: score,
  })).map(run.row ?? ((row) => row));
  const results = {
    configs: { [task]: { output_type: "loglikelihood" } },
    higher_is_better: { [task]: { [metric]: true } },
    "n-samples": { [task]: { original: scores.length, effective: scores.length } },
    lm_eval_version: "0.4.13",
    model_source: "hf",
    model_name: model,
    config: { model_args: { pretrained: model }, model_dtype: "torch.float32" },
    date: arm,
    ...run.results,
  };
  const place = `${folder}/${arm}`;
  Deno.mkdirSync(place, { recursive: true });
  Deno.writeTextFileSync(`${place}/results_${date}.json`, JSON.stringify(results));
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  // Python writes what is no number as a bare word.
  Deno.writeTextFileSync(`${place}/samples_${task}_${date}.jsonl`, lines.replaceAll('"NaN"', "NaN"));
  return place;
}

/** Scores of `n` documents of which the first `wrong` are wrong. */
export const scores = (n: number, wrong = 0): readonly number[] =>
  Array.from({ length: n }, (_, i) => (i < wrong ? 0 : 1));

/** What becomes of two runs of lm_eval: the outcome, or the message of the error. */
export async function imported(base: Run, candidate: Run, margins: Readonly<Record<string, number>> = {}) {
  return await inFolder(async (folder) => {
    const arms = { base: lmEval(folder, "base", base), candidate: lmEval(folder, "candidate", candidate) };
    try {
      return (await importOutcome({ ...arms, margins: new Map(Object.entries(margins)) })).outcome;
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
  });
}

/** Runs `use` in a folder that is gone afterwards. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A zip archive of texts in Zstandard, as Inspect writes `.eval`. */
export function archive(members: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  const [files, directory]: [Uint8Array[], Uint8Array[]] = [[], []];
  let offset = 0;
  for (const [name, text] of Object.entries(members)) {
    const path = new TextEncoder().encode(name);
    const raw = new TextEncoder().encode(text);
    const packed = zstdCompressSync(raw);
    const sizes = [packed.length, raw.length] as const;
    const local = record(30, [[0, 0x04034b50, 4], [8, 93, 2], [18, sizes[0], 4], [22, sizes[1], 4], [
      26,
      path.length,
      2,
    ]]);
    directory.push(
      record(46, [
        [0, 0x02014b50, 4],
        [10, 93, 2],
        [20, sizes[0], 4],
        [24, sizes[1], 4],
        [28, path.length, 2],
        [42, offset, 4],
      ]),
      path,
    );
    files.push(local, path, packed);
    offset += local.length + path.length + packed.length;
  }
  const bytes = directory.reduce((sum, part) => sum + part.length, 0);
  const count = Object.keys(members).length;
  const end = record(22, [[0, 0x06054b50, 4], [8, count, 2], [10, count, 2], [12, bytes, 4], [
    16,
    offset,
    4,
  ]]);
  return new Uint8Array([...files, ...directory, end].flatMap((part) => [...part]));
}

/** A record of a zip archive: [offset, value, bytes]. */
function record(length: number, values: readonly (readonly [number, number, 2 | 4])[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(length));
  for (const [at, value, width] of values) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
  }
  return new Uint8Array(view.buffer);
}
