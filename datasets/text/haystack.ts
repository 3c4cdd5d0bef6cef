/** Long text to hide things in, and the seeded draws that decide what is hidden where. */
import { hash } from "../dataset.ts";
import { wikiText } from "./wiki_text.ts";

/** Characters of English in one token, about. */
export const CHARACTERS_PER_TOKEN = 4;

/** Draws that depend on the seed alone. */
export class Draws {
  #drawn = 0;

  constructor(private readonly seed: string) {}

  /** A whole number from 0 to `count` - 1. */
  below(count: number): number {
    return hash(`${this.seed}:${this.#drawn++}`) % count;
  }

  /** `count` different ones of a list, in the order drawn. */
  some<T>(list: readonly T[], count: number): T[] {
    const left = [...list];
    return Array.from({ length: count }, () => left.splice(this.below(left.length), 1)[0]!);
  }

  capitals(length: number): string {
    return String.fromCharCode(...Array.from({ length }, () => 65 + this.below(26)));
  }
}

/** Sentences of the Wikipedia articles that are measured on, one article after another. */
export async function sentences(): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const { text } of wikiText.samples()) {
    const running = text.slice(text.indexOf("\n") + 1).replaceAll(/\s+/g, " ").trim();
    all.push(...running.split(/(?<=[.!?]) (?=\p{Lu})/u));
  }
  return all;
}

/** Sentences from `from` on, round and round, of about `characters` in all. */
export function stretch(all: readonly string[], from: number, characters: number): string[] {
  const found: string[] = [];
  for (let at = from, length = 0;; at++) {
    const sentence = all[at % all.length]!;
    length += sentence.length + 1;
    if (length > characters) return found;
    found.push(sentence);
  }
}

/** Puts the needles among the sentences in their order, at different depths from 0 (the beginning) to 1. */
export function hidden(
  sentences: readonly string[],
  needles: readonly string[],
  draws: Draws,
): { readonly text: string; readonly depths: readonly number[] } {
  const steps = Math.max(sentences.length, needles.length);
  const depths = draws.some(Array.from({ length: steps + 1 }, (_, i) => i / steps), needles.length)
    .sort((a, b) => a - b);
  const text = [...sentences];
  for (const [i, needle] of [...needles.entries()].reverse()) {
    text.splice(Math.round(depths[i]! * sentences.length), 0, needle);
  }
  return { text: text.join(" "), depths };
}

/** The slice of a depth: which quarter of the text it lies in. */
export function quarter(depth: number): string {
  const from = 25 * Math.min(3, Math.floor(depth * 4));
  return `depth ${from}-${from + 25} %`;
}
