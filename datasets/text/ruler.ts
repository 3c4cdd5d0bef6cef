/**
 * RULER's needles and variable tracking (Hsieh et al., 2024), in its own words: values hidden in articles of Wikipedia,
 * under one key, among other keys, several under one key; and a chain of variables with one value. Made from a seed at
 * lengths in tokens of about four characters, since a data set knows no model.
 */
import type { Dataset, Sought } from "../dataset.ts";
import { CHARACTERS_PER_TOKEN, Draws, hidden, quarter, sentences, stretch } from "./haystack.ts";
import words from "./needle_words.json" with { type: "json" };
import { wikiText } from "./wiki_text.ts";

/** What is hidden, what is asked of it, and the words that begin the answer. */
interface Task {
  readonly needles: readonly string[];
  /** Which of the needles are asked for. */
  readonly wanted: readonly number[];
  readonly answers: readonly string[];
  /** Before and after the text. */
  readonly before: string;
  readonly after: string;
}

const TASKS = {
  single: (draws) => magic(draws, 1, 1),
  multi_key: (draws) => magic(draws, 4, 1),
  multi_value: (draws) => magic(draws, 1, 4),
  variables,
} satisfies Readonly<Record<string, (draws: Draws) => Task>>;
type TaskName = keyof typeof TASKS;

/** Magic numbers: `keys` keys with `values` numbers each, of which the first key's are asked for. */
function magic(draws: Draws, keys: number, values: number): Task {
  const nouns = draws.some(words.nouns, keys);
  const names = draws.some(words.adjectives, keys).map((adjective, i) => `${adjective}-${nouns[i]}`);
  const numbers = Array.from({ length: keys * values }, () => String(1_000_000 + draws.below(9_000_000)));
  const order = draws.some([...numbers.keys()], numbers.length);
  const [what, is] = values === 1 ? ["number", "is"] : ["numbers", "are"];
  return {
    needles: order.map((i) =>
      `One of the special magic numbers for ${names[Math.floor(i / values)]} is: ${numbers[i]}.`
    ),
    wanted: order.flatMap((i, at) => (i < values ? [at] : [])),
    answers: numbers.slice(0, values),
    before:
      `${
        values === 1 ? "A" : "Some"
      } special magic ${what} ${is} hidden within the following text. Make sure ` +
      `to memorize it. I will quiz you about the ${what} afterwards.\n`,
    after: `\nWhat ${values === 1 ? "is" : "are all"} the special magic ${what} for ${
      names[0]
    } mentioned in the provided text?\nThe special magic ${what} for ${
      names[0]
    } mentioned in the provided text ${is}`,
  };
}

/** Variables in a chain of assignments: which of them have the value of the first. One worked example, without noise. */
function variables(draws: Draws): Task {
  const [example, own] = [chain(draws, 3), chain(draws, 5)];
  const asked = ({ value, names }: ReturnType<typeof chain>) =>
    `\nQuestion: Find all variables that are assigned the value ${value} in the text above. Answer: According to the ` +
    `chain(s) of variable assignment in the text above, ${names.length} variables are assigned the value ${value}, they are:`;
  const before = "Memorize and track the chain(s) of variable assignment hidden in the following text.\n\n";
  return {
    needles: own.assignments,
    wanted: [...own.names.keys()],
    answers: own.names,
    before: `${before}${example.assignments.join(" ")}${asked(example)} ${
      example.names.join(" ")
    }\n\n${before}`,
    after: asked(own),
  };
}

function chain(draws: Draws, length: number) {
  const names: string[] = [];
  while (names.length < length) {
    const name = draws.capitals(5);
    if (!names.includes(name)) names.push(name);
  }
  const value = String(10_000 + draws.below(90_000));
  const assignments = names.map((name, i) => `VAR ${name} = ${i === 0 ? value : `VAR ${names[i - 1]}`}`);
  return { names, value, assignments };
}

/** The set at other lengths; `each` samples of every task at every length. */
export function rulerOf(
  { name, lengths, each }: {
    readonly name: string;
    readonly lengths: readonly number[];
    readonly each: number;
  },
): Dataset<Sought> {
  return {
    name,
    version: "1",
    source: `${wikiText.source}; made as in datasets/text/ruler.ts, after Hsieh et al., COLM 2024`,
    license: wikiText.license,
    split: "test",
    digest: wikiText.digest,
    size: Object.keys(TASKS).length * lengths.length * each,
    chance: 0,
    async *samples() {
      const haystack = await sentences();
      for (const length of lengths) {
        for (const task of Object.keys(TASKS)) {
          for (let i = 0; i < each; i++) yield sought(task as TaskName, length, i, haystack);
        }
      }
    },
  };
}

/** The `index`th sample of a task at a length, hidden in sentences of the haystack. */
export function sought(task: TaskName, length: number, index: number, haystack: readonly string[]): Sought {
  const id = `${task}-${length}-${index}`;
  const draws = new Draws(id);
  const { needles, wanted, answers, before, after } = TASKS[task](draws);
  const fixed = before.length + after.length + needles.join(" ").length;
  const hay = stretch(haystack, draws.below(haystack.length), length * CHARACTERS_PER_TOKEN - fixed);
  const { text, depths } = hidden(hay, needles, draws);
  // Where one thing is asked for, its depth tells; several lie everywhere.
  const depth = wanted.length === 1 ? [quarter(depths[wanted[0]!]!)] : [];
  return {
    id,
    cluster: id,
    slices: [task, `${length} tokens`, ...depth],
    prompt: before + text + after,
    answers,
    tell: "all",
    stop: [],
  };
}

export const ruler = rulerOf({ name: "ruler", lengths: [512, 1024, 2048], each: 50 });
