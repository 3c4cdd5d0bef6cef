/**
 * Whether what a technique is calibrated on holds what it is then measured on. Two texts share what stands in both as
 * 13 words in a row (Brown et al., GPT-3, 2020, appendix C); a sample is in a calibration set when two thirds of the
 * words of one of its texts are shared. A licence's header in front of code stays below that, and what all samples of a
 * set begin with, as worked examples do, counts neither way.
 */
import { UserError } from "../engine/mod.ts";
import type { Dataset, Sample, Text } from "../datasets/mod.ts";
import type { Technique } from "../techniques/mod.ts";
import type { Suite } from "./suite.ts";

const SHINGLE = 13;
const SHARE = 2 / 3;
/** A script without spaces has a word in each letter. */
const LETTER = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}";
const WORD = new RegExp(`[${LETTER}]|(?:(?![${LETTER}])[\\p{L}\\p{N}])+`, "gu");

export const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(WORD) ?? [];

/** Everything that stands in a set in `SHINGLE` words. */
export class Shingles {
  readonly #numbers = new Map<string, number>();
  readonly #known = new Set<string>();

  add(words: readonly string[]): void {
    const numbers = words.map((word) => {
      const number = this.#numbers.get(word) ?? this.#numbers.size;
      this.#numbers.set(word, number);
      return number;
    });
    for (let i = 0; i + SHINGLE <= numbers.length; i++) {
      this.#known.add(numbers.slice(i, i + SHINGLE).join());
    }
  }

  /** The share of these words that stand in it, from `from` on. */
  share(words: readonly string[], from = 0): number {
    let [run, covered, until] = [0, 0, from];
    const numbers = words.map((word) => this.#numbers.get(word));
    for (let i = from; i < words.length; i++) {
      run = numbers[i] === undefined ? 0 : run + 1;
      const start = i + 1 - SHINGLE;
      if (run < SHINGLE || !this.#known.has(numbers.slice(start, i + 1).join())) continue;
      covered += i + 1 - Math.max(until, start);
      until = i + 1;
    }
    return words.length > from ? covered / (words.length - from) : 0;
  }
}

/** @throws {UserError} when a candidate's calibration set holds samples of a set that the suite asks or times. */
export async function checkCalibration({ candidates, evals, workloads }: Suite): Promise<void> {
  const techniques = Object.values(candidates).flat();
  const calibrating = techniques.filter(({ calibration = [] }) => calibration.length > 0);
  if (calibrating.length === 0) return;
  const held = new Map<Dataset<Text>, Shingles>();
  for (const set of calibrating.flatMap(({ calibration = [] }) => calibration)) {
    if (held.has(set)) continue;
    const shingles = new Shingles();
    for await (const { text } of set.samples()) shingles.add(wordsOf(text));
    held.set(set, shingles);
  }
  const measured = [
    ...evals.map(({ name, dataset }) => ({ what: `eval ${name}`, dataset: dataset as Dataset<Sample> })),
    ...workloads.map(({ name, prompts }) => ({ what: `workload ${name}`, dataset: prompts })),
  ];
  const seen = new Set<string>();
  for (const { what, dataset } of measured) {
    const key = `${dataset.name} ${dataset.version} ${dataset.digest}`;
    if (seen.has(key)) continue;
    seen.add(key);
    for (const [set, ids] of await overlaps(dataset, held)) {
      const technique = calibrating.find(({ calibration = [] }) => calibration.includes(set))!;
      throw new UserError(said(technique, set, what, dataset, ids));
    }
  }
}

function said(
  { name }: Technique,
  set: Dataset<Text>,
  what: string,
  { name: of, size }: Dataset<Sample>,
  ids: readonly string[],
): string {
  const those = ids.length === 1 ? `sample ${ids[0]}` : `${ids.length} samples, ${ids[0]} the first`;
  return `Cannot judge ${name} as what it is calibrated on must not be what it is measured on: ${set.name} holds two ` +
    `thirds or more of the words of ${those}, among the ${size} of ${of} (${what}). Calibrate it on another set.`;
}

/** The ids of the samples that stand in each set, where there are any. */
async function overlaps(
  dataset: Dataset<Sample>,
  held: ReadonlyMap<Dataset<Text>, Shingles>,
): Promise<ReadonlyMap<Dataset<Text>, readonly string[]>> {
  const samples: { readonly id: string; readonly texts: ReadonlyMap<string, readonly string[]> }[] = [];
  for await (const sample of dataset.samples()) {
    const texts = [...textsIn(sample)].map(([field, text]) => [field, wordsOf(text)] as const);
    samples.push({ id: sample.id, texts: new Map(texts.filter(([, words]) => words.length >= SHINGLE)) });
  }
  const opening = new Map(
    [...samples[0]?.texts.keys() ?? []].map((field) =>
      [field, sharedBeginning(samples.map(({ texts }) => texts.get(field) ?? []))] as const
    ),
  );
  const found = new Map<Dataset<Text>, string[]>();
  for (const [set, shingles] of held) {
    for (const { id, texts } of samples) {
      const within = [...texts].some(([field, words]) =>
        shingles.share(words, opening.get(field) ?? 0) >= SHARE
      );
      if (within) found.set(set, [...found.get(set) ?? [], id]);
    }
  }
  return found;
}

/** Every text of a sample, by the field that it stands in. */
function* textsIn(
  { id: _, cluster: _cluster, slices: _slices, ...fields }: Sample,
): Iterable<[string, string]> {
  for (const [field, value] of Object.entries(fields) as [string, unknown][]) {
    const texts = Array.isArray(value) ? value : [value];
    for (const [i, text] of texts.entries()) if (typeof text === "string") yield [`${field} ${i}`, text];
  }
}

/** How many words all of several begin with; none where there is one alone. */
function sharedBeginning([first = [], ...others]: readonly (readonly string[])[]): number {
  if (others.length === 0) return 0;
  const differing = others.map((words) => first.findIndex((word, i) => words[i] !== word));
  return Math.min(...differing.map((at) => at < 0 ? first.length : at));
}
