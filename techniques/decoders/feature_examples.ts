/** Rows of recorded answers as drafters learn them: what is known when a guess is made, and what came. */
import { type Dense, digest, type TokenRows } from "../../engine/mod.ts";
import type { Lesson } from "./drafter_texts.ts";
import type { Recorded } from "./feature_record.ts";

/** An answer's rows, from the prompt's last one on, whose next token is the answer's first. */
export interface Example {
  /** What is known of each row (see `known`). */
  readonly x: Dense;
  /** [rows x width] */
  readonly features: Float32Array;
  /** The token that followed each row. */
  readonly next: Int32Array;
}

export function exampleOf({ prompt }: Lesson, { tokens, features }: Recorded, embedding: TokenRows): Example {
  const next = tokens.subarray(prompt.length);
  const own = features.subarray((prompt.length - 1) * embedding.width);
  return { x: known(own, embedding.of([...next]), embedding.width), features: own, next };
}

/** The features of rows beside the embeddings of the tokens that followed, each of unit mean square [rows x 2 width]. */
export function known(features: Float32Array, embeddings: Float32Array, width: number): Dense {
  const values = new Float32Array(2 * features.length);
  for (let at = 0; at < features.length; at += width) {
    values.set(unit(features.subarray(at, at + width)), 2 * at);
    values.set(unit(embeddings.subarray(at, at + width)), 2 * at + width);
  }
  return { rows: features.length / width, columns: 2 * width, values };
}

function unit(row: Float32Array): Float32Array {
  const scale = 1 / Math.sqrt(row.reduce((sum, value) => sum + value * value, 0) / row.length + 1e-12);
  return row.map((value) => value * scale);
}

/** Lessons in an order that only the seed and what they are decide. */
export async function shuffled(lessons: readonly Lesson[], seed: string): Promise<readonly Lesson[]> {
  const keyed = await Promise.all(
    lessons.map(async (lesson) => ({ lesson, key: await digest([seed, lesson.id]) })),
  );
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ lesson }) => lesson);
}
