/** What a row of a user's JSONL file must be, for each shape of sample: its schema in words, and the reading of it. */
import type { Choices, Cloze, Prompt, Question, Sample, Text } from "./dataset.ts";

/** The sample that each shape names. */
export interface Shapes {
  readonly choices: Choices;
  readonly cloze: Cloze;
  readonly text: Text;
  readonly question: Question;
  readonly prompt: Prompt;
}

type Row = Readonly<Record<string, unknown>>;

interface Shape<S extends Sample> {
  readonly schema: string;
  /** The sample's own fields. @throws {Error} with what was found instead. */
  read(row: Row): Omit<S, keyof Sample>;
}

export const ROWS: { readonly [K in keyof Shapes]: Shape<Shapes[K]> } = {
  choices: {
    schema:
      `{"context": text, "continuations": [" text", " text", ...], "gold": place of the right one, from 0}`,
    read(row) {
      const [context, continuations, gold] = [text(row, "context"), texts(row, "continuations", 2), row.gold];
      if (!Number.isInteger(gold) || !(gold as number in continuations)) {
        wrong(`"gold" ${inWords(gold)} with ${continuations.length} continuations`);
      }
      const twice = continuations.find((one, i) => continuations.indexOf(one) !== i);
      if (twice !== undefined) wrong(`${inWords(twice)} twice in "continuations"`);
      continuations.forEach((one) => parted(context, one));
      return { context, continuations, gold: gold as number };
    },
  },
  cloze: {
    schema: `{"context": text, "target": text}`,
    read(row) {
      const [context, target] = [text(row, "context"), text(row, "target")];
      parted(context, target);
      return { context, target };
    },
  },
  text: { schema: `{"text": text}`, read: (row) => ({ text: text(row, "text") }) },
  question: {
    schema: `{"prompt": text, "answers": [text, ...]} and, if not "\\n", "stop": [text, ...]`,
    read: (row) => ({
      prompt: text(row, "prompt"),
      answers: texts(row, "answers", 0),
      stop: row.stop === undefined ? ["\n"] : texts(row, "stop", 1),
    }),
  },
  prompt: {
    schema: `{"turns": [text, ...]} and, if any, "system": text`,
    read: (row) => ({
      turns: texts(row, "turns", 1),
      ...(row.system === undefined ? {} : { system: text(row, "system") }),
    }),
  },
};

/** Id, cluster and slices of a row; a row without an id has its line's number. @throws {Error} with what was found. */
export function sampleOf(row: Row, line: number): Sample {
  const name = (key: string, absent: string) => {
    const value = row[key];
    if (value === undefined) return absent;
    const isId = typeof value === "number" && Number.isFinite(value);
    return isId ? `${value}` : named(text(row, key), `"${key}"`);
  };
  const id = name("id", `${line}`);
  return {
    id,
    cluster: name("cluster", id),
    slices: row.slices === undefined
      ? []
      : [...new Set(texts(row, "slices", 0).map((one) => named(one, `a name in "slices"`)))],
  };
}

/** A recording with a longer name in it is taken nowhere. */
const LONGEST_NAME = 1000;

function named(value: string, where: string): string {
  return value.length <= LONGEST_NAME ? value : wrong(`${where} of ${value.length} characters`);
}

function text(row: Row, key: string): string {
  return whole(row[key], `"${key}"`);
}

function texts(row: Row, key: string, least: number): readonly string[] {
  const value = row[key];
  if (!Array.isArray(value) || value.length < least) return wrong(`"${key}" ${inWords(value)}`);
  return value.map((one, i) => whole(one, `place ${i} of "${key}"`));
}

function whole(value: unknown, where: string): string {
  if (typeof value !== "string" || value === "") return wrong(`${where} ${inWords(value)}`);
  return value.isWellFormed() ? value : wrong(`${where} with half a character`);
}

/** Two words that run into one are not what was meant to be asked. */
function parted(context: string, continuation: string): void {
  if (/\w$/.test(context) && /^\w/.test(continuation)) {
    wrong(`${inWords(continuation)}, which needs a space at its start to stand apart from its context`);
  }
}

function wrong(found: string): never {
  throw new Error(found);
}

/** A value of JSON in a few words. */
export function inWords(value: unknown): string {
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const said = [...JSON.stringify(value)];
  const shown = said.length > 40 ? `${said.slice(0, 40).join("")}…` : said.join("");
  // Marks that steer a terminal, or turn what follows around, are told and not obeyed.
  return shown.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (mark) => `\\u{${mark.codePointAt(0)!.toString(16)}}`,
  );
}
