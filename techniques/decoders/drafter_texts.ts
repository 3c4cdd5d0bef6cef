/**
 * What drafters learn from: the target's own greedy answers to prompts that quote how calibration texts begin. Every
 * tenth text is held out, with all that is made of it.
 */
import { digest, type Tokenizer } from "../../engine/mod.ts";
import type { Dataset, Text } from "../../datasets/mod.ts";
import { CALIBRATION_SETS } from "../quantizers/calibration.ts";

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

/** Requests that are recorded at once; there are only whole ones, so that none depends on how many follow. */
export const WAVE = 16;

/** Waves of lessons, of `tokens` tokens in all or more, text by text, each set in turn; fewer where the sets end. */
export async function lessons(
  tokenizer: Pick<Tokenizer, "encode" | "decode" | "chat">,
  tokens: number,
  sets: readonly Dataset<Text>[] = CALIBRATION_SETS,
): Promise<readonly (readonly Lesson[])[]> {
  const drawn = await Promise.all(sets.map((set) => Array.fromAsync(set.samples())));
  const longest = Math.max(...drawn.map(({ length }) => length));
  const texts = Array.from({ length: longest }, (_, i) => drawn.flatMap((set) => set.slice(i, i + 1))).flat();
  const all = new Map<string, Lesson>();
  let count = 0;
  for (const [i, { text }] of texts.entries()) {
    if (count >= tokens && all.size % WAVE === 0) break;
    // A beginning of so many characters has more tokens than are quoted.
    const quoted = tokenizer.decode(tokenizer.encode(text.slice(0, QUOTED * 16)).slice(0, QUOTED));
    for (let turn = 0; turn < TURNS; turn++) {
      const content = `${TASKS[(TURNS * i + turn) % TASKS.length]}\n\n${quoted}`;
      const prompt = tokenizer.chat([{ role: "user", content }]);
      const id = await digest([prompt, ANSWER]);
      all.set(id, { id, prompt, maxTokens: ANSWER, heldOut: i % HELD_OUT === HELD_OUT - 1 });
      count += prompt.length + ANSWER;
    }
  }
  const list = [...all.values()];
  const waves = Math.ceil(list.length / WAVE);
  return Array.from({ length: waves }, (_, i) => list.slice(i * WAVE, (i + 1) * WAVE));
}
