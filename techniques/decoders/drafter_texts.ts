/**
 * What drafters learn from: the target's own greedy answers, to questions that it asks itself, and to prompts that quote
 * how calibration texts begin. One of ten is held out, with all that is made of the same text.
 */
import { digest, type Session, type Tokenizer } from "../../engine/mod.ts";
import type { Dataset, Text } from "../../datasets/mod.ts";
import { ownQuestions } from "./own_questions.ts";

/** A request whose features are recorded; its id is the digest of what is asked. */
export interface Lesson {
  readonly id: string;
  readonly prompt: readonly number[];
  readonly maxTokens: number;
  readonly heldOut: boolean;
}

const TASKS = [
  "Summarise this text:",
  "What is this text about?",
  "Continue this text:",
  "Explain this text to a child:",
  "Write three questions about this text:",
  "Rewrite this text in simpler words:",
  "Write a short letter about this text:",
  "Give some advice on the subject of this text:",
];
/** Tokens of a quoted beginning, and of an answer. */
const [QUOTED, ANSWER] = [48, 160] as const;
/** Answers that each text gives. */
const TURNS = 2;
const HELD_OUT = 10;

/** Requests that are recorded at once. */
export const WAVE = 16;

/** Lessons that quote texts, each set in turn, in waves. */
export async function* textWaves(
  tokenizer: Tokenizer,
  sets: readonly Dataset<Text>[],
): AsyncGenerator<readonly Lesson[]> {
  const drawn = await Promise.all(sets.map((set) => Array.fromAsync(set.samples())));
  const longest = Math.max(...drawn.map(({ length }) => length));
  const texts = Array.from({ length: longest }, (_, i) => drawn.flatMap((set) => set.slice(i, i + 1))).flat();
  const each = WAVE / TURNS;
  for (let first = 0; first < texts.length; first += each) {
    const lessons = texts.slice(first, first + each).flatMap(({ text }, i) => {
      // A beginning of so many characters has more tokens than are quoted.
      const quoted = tokenizer.decode(tokenizer.encode(text.slice(0, QUOTED * 16)).slice(0, QUOTED));
      return Array.from({ length: TURNS }, (_, turn) => {
        const task = TASKS[(TURNS * (first + i) + turn) % TASKS.length];
        return lessonOf(tokenizer, `${task}\n\n${quoted}`, first + i);
      });
    });
    yield await Promise.all(lessons);
  }
}

/** Wave `wave` of lessons that are questions of the model itself, which `kept` returns where they were asked before. */
export async function questionWave(
  session: Session,
  wave: number,
  kept: (ask: () => Promise<readonly string[]>) => Promise<readonly string[]>,
): Promise<readonly Lesson[]> {
  const seeds = Array.from({ length: WAVE }, (_, i) => wave * WAVE + i);
  const questions = await kept(() => ownQuestions(session, seeds));
  const lessons = questions.flatMap((question, i) =>
    question === "" ? [] : [lessonOf(session.tokenizer, question, seeds[i]!)]
  );
  return await Promise.all(lessons);
}

async function lessonOf({ chat }: Tokenizer, content: string, of: number): Promise<Lesson> {
  const prompt = chat([{ role: "user", content }]);
  const id = await digest([prompt, ANSWER]);
  return { id, prompt, maxTokens: ANSWER, heldOut: of % HELD_OUT === HELD_OUT - 1 };
}
