/**
 * Passages to be translated into English. The package's multilingual text has a paragraph a line, in some twenty
 * languages without a mark; which of four a line is in is told by its commonest words (Dunning, Statistical
 * Identification of Language, 1994, section 2.2), and the others are left out.
 */
import type { Dataset, Prompt } from "../dataset.ts";
import { FILES, from } from "../packages.ts";
import { text } from "../source.ts";

const COMMON: Readonly<Record<string, readonly string[]>> = {
  French: ["le", "la", "les", "des", "et", "une", "dans", "est", "pour", "que", "qui", "du"],
  German: ["der", "und", "nicht", "ist", "ein", "eine", "mit", "von", "den", "das", "auf", "zu"],
  Spanish: ["el", "la", "los", "las", "que", "una", "por", "con", "para", "del", "es", "y"],
  Italian: ["il", "la", "di", "che", "della", "per", "una", "con", "sono", "gli", "è", "e"],
};
/** Of a line's words that must be among a language's commonest; the next language has to have fewer by a third. */
const SHARE = 0.17;
const CLEARLY = 1.5;
/** About 100 tokens of these languages. */
const [LEAST, MOST] = [120, 300];

/** The language of a text, where it is clearly one of the four. */
export function languageOf(line: string): string | undefined {
  const words = line.toLowerCase().match(/\p{L}+/gu) ?? [];
  const shares = Object.entries(COMMON).map(([name, common]) => ({
    name,
    share: words.filter((word) => common.includes(word)).length / Math.max(1, words.length),
  })).sort((a, b) => b.share - a.share);
  const [first, second] = shares;
  return first!.share >= SHARE && first!.share >= CLEARLY * second!.share ? first!.name : undefined;
}

/** The prompts of a file: of each fitting line as many whole sentences as have room. */
export function* toTranslations(file: string): Iterable<Prompt> {
  const seen = new Set<string>();
  for (const line of file.split("\n")) {
    const language = languageOf(line);
    const passage = line.trim().replaceAll(/\s+/g, " ").slice(0, MOST);
    const end = passage.lastIndexOf(". ");
    const whole = end >= LEAST ? passage.slice(0, end + 1) : passage;
    if (language === undefined || whole.length < LEAST || seen.has(whole)) continue;
    const id = `translation-${seen.size}`;
    seen.add(whole);
    yield {
      id,
      cluster: id,
      slices: [language],
      turns: [`Translate this ${language} text into English:\n\n${whole}`],
    };
  }
}

export const translations: Dataset<Prompt> = {
  name: "translations",
  version: "1",
  source: `${
    from(FILES.multilingual)
  }; Wikipedia, fables, news and stories; as in datasets/text/translations.ts`,
  license: "not stated",
  split: "workload",
  digest: FILES.multilingual.sha256,
  size: 73,
  async *samples() {
    yield* toTranslations(await text(FILES.multilingual));
  },
};
