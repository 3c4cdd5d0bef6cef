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
  UserError,
} from "../../engine/mod.ts";
import type { Dataset, Text } from "../../datasets/mod.ts";
import { continuousBatching } from "../batchers/continuous_batching.ts";
import { type Lesson, lessons, WAVE } from "./drafter_texts.ts";
import { featureRecord, readRecorded, type Recorded } from "./feature_record.ts";

export interface Recording {
  readonly engine: Engine;
  readonly model: Model;
  /** Tokens of prompts and answers in all. */
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

/**
 * The features of lessons (drafter_texts.ts), recorded where they are not in the cache yet.
 * @throws {UserError} when so few tokens hold nothing out, or the cache cannot be written.
 */
export async function recordFeatures(
  { engine, model, tokens, sets, progress }: Recording,
): Promise<FeatureSet> {
  const { source: _, ...target } = model.params;
  const name = `features/${await digest(target)}`;
  const folder = `${cacheFolder()}/${name}`;
  const stack = await continuousBatching({ sequences: WAVE, rows: 512 }).transform({
    model,
    cache: dense(),
    decoder: featureRecord(folder),
    scheduler: oneAtATime,
  });
  await using session = await engine.open(stack);
  const waves = await lessons(session.tokenizer, tokens, sets);
  const all = waves.flat();
  const [shown, heldOut] = [false, true].map((out) => all.filter((lesson) => lesson.heldOut === out));
  if (heldOut!.length === 0) {
    throw new UserError(
      `Cannot train on ${tokens} tokens as every tenth text must be held out: there are ${all.length} lessons. ` +
        "Give it more.",
    );
  }
  for (const [i, wave] of waves.entries()) {
    const mark = `${name}/wave-${await digest(wave.map(({ id }) => id))}`;
    if (await isCached(mark)) continue;
    let told = 0;
    const asked = wave.map(({ id, prompt, maxTokens }) => ({
      id,
      prompt,
      maxTokens,
      stop: [session.tokenizer.eos],
    }));
    const most = wave.reduce((sum, { maxTokens }) => sum + maxTokens, 0);
    progress(i / waves.length);
    await Deno.mkdir(folder, { recursive: true });
    for await (const { tokens } of session.generate(asked)) {
      told += tokens.length;
      progress((i + told / most) / waves.length);
    }
    await publish(mark, (path) => Deno.writeTextFile(path, ""));
  }
  const read = ({ id }: Lesson) => readRecorded(`${folder}/${id}`);
  const { tokens: first, features } = await read(all[0]!);
  return { shown: shown!, heldOut: heldOut!, width: features.length / (first.length - 1), read };
}
