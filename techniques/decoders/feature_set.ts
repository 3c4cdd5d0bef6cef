/** The target's features over lessons, in files of the cache: recorded in waves, so that a run that was cut off goes on. */
import {
  cacheFolder,
  dense,
  digest,
  type Engine,
  isCached,
  type Model,
  oneAtATime,
  publish,
  type Session,
  UserError,
} from "../../engine/mod.ts";
import type { Dataset, Text } from "../../datasets/mod.ts";
import { continuousBatching } from "../batchers/continuous_batching.ts";
import { CALIBRATION_SETS } from "../quantizers/calibration.ts";
import { type Lesson, questionWave, textWaves, WAVE } from "./drafter_texts.ts";
import { featureRecord, readRecorded, type Recorded } from "./feature_record.ts";

export interface Recording {
  readonly engine: Engine;
  readonly model: Model;
  /** Tokens of prompts and answers in all, where answers are as long as they may be. */
  readonly tokens: number;
  /** The sets that prompts quote; the calibration sets where absent. */
  readonly sets?: readonly Dataset<Text>[];
  /** Told the share that is recorded. */
  progress(done: number): void;
}

export interface FeatureSet {
  /** Those that are learned from, and those that are held out. */
  readonly shown: readonly Lesson[];
  readonly heldOut: readonly Lesson[];
  /** Of a feature. */
  readonly width: number;
  /** From its file, each time. */
  read(lesson: Lesson): Promise<Recorded>;
}

/** One wave of so many quotes texts, as long as there are any; in the others the model asks itself. */
const TEXTS = 3;

/**
 * The features of lessons (drafter_texts.ts), recorded where they are not in the cache yet.
 * @throws {UserError} when so few tokens hold nothing out, or the cache cannot be written.
 */
export async function recordFeatures(
  { engine, model, tokens, sets = CALIBRATION_SETS, progress }: Recording,
): Promise<FeatureSet> {
  const { source: _, ...target } = model.params;
  const name = `features/${await digest(target)}`;
  const folder = `${cacheFolder()}/${name}`;
  await Deno.mkdir(folder, { recursive: true });
  const stack = await continuousBatching({ sequences: WAVE, rows: 512 }).transform({
    model,
    cache: dense(),
    decoder: featureRecord(folder),
    scheduler: oneAtATime,
  });
  await using session = await engine.open(stack);
  const all = new Map<string, Lesson>();
  let count = 0;
  for await (const wave of waves(session, name, sets)) {
    const size = sizeOf(wave);
    await record(session, name, wave, (share) => progress(Math.min(1, (count + share * size) / tokens)));
    for (const lesson of wave) all.set(lesson.id, lesson);
    count += size;
    if (count >= tokens) break;
  }
  const lessons = [...all.values()];
  const [shown, heldOut] = [false, true].map((out) => lessons.filter((lesson) => lesson.heldOut === out));
  if (heldOut!.length === 0) {
    throw new UserError(
      `Cannot train on ${tokens} tokens as one lesson of ten must be held out: there are ${lessons.length}. ` +
        "Give it more.",
    );
  }
  const read = ({ id }: Lesson) => readRecorded(`${folder}/${id}`);
  const { tokens: first, features } = await read(lessons[0]!);
  return { shown: shown!, heldOut: heldOut!, width: features.length / (first.length - 1), read };
}

/** Waves of lessons, without end as long as the model has questions. */
async function* waves(
  session: Session,
  name: string,
  sets: readonly Dataset<Text>[],
): AsyncGenerator<readonly Lesson[]> {
  const texts = textWaves(session.tokenizer, sets);
  for (let i = 0, more = true;; i++) {
    if (more && i % TEXTS === 0) {
      const { value, done = false } = await texts.next();
      more = !done;
      if (!done) yield value;
      continue;
    }
    const asked = `${name}/asked-${i}`;
    const wave = await questionWave(session, i, async (ask) => {
      const path = await publish(asked, async (file) => {
        await Deno.writeTextFile(file, JSON.stringify(await ask()));
      });
      return JSON.parse(await Deno.readTextFile(path));
    });
    if (wave.length > 0) yield wave;
    else if (!more) return;
  }
}

/** Records a wave, unless that was done: then it is not told as progress, as it takes no time. */
async function record(
  session: Session,
  name: string,
  wave: readonly Lesson[],
  progress: (done: number) => void,
): Promise<void> {
  const mark = `${name}/wave-${await digest(wave.map(({ id }) => id))}`;
  if (await isCached(mark)) return;
  const most = wave.reduce((sum, { maxTokens }) => sum + maxTokens, 0);
  let told = 0;
  progress(0);
  const once = [...new Map(wave.map((lesson) => [lesson.id, lesson])).values()];
  const asked = once.map(({ id, prompt, maxTokens }) => ({
    id,
    prompt,
    maxTokens,
    stop: [session.tokenizer.eos],
  }));
  for await (const { tokens } of session.generate(asked)) {
    told += tokens.length;
    progress(told / most);
  }
  await publish(mark, (path) => Deno.writeTextFile(path, ""));
}

function sizeOf(wave: readonly Lesson[]): number {
  return wave.reduce((sum, { prompt, maxTokens }) => sum + prompt.length + maxTokens, 0);
}
