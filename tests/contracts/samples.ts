/** Made-up samples of each kind, answerable on the toy engine: what it would choose is what counts as right. */
import type {
  Choices,
  Cloze,
  Dataset,
  Problem,
  Prompt,
  Question,
  Sample,
  Sought,
  Text,
  Worked,
} from "../../datasets/mod.ts";
import { hash } from "../../datasets/mod.ts";
import { toyEngine } from "../../engine/engines/toy.ts";
import type { Session } from "../../engine/mod.ts";
import { normalized } from "../../evals/answer_match.ts";
import { baseline } from "./baseline.ts";

const LETTERS = "abcdefghijklmnopqrstuvwxyz ";
const text = (seed: string, length: number) =>
  Array.from({ length }, (_, i) => LETTERS[hash(`${seed}:${i}`) % LETTERS.length]!).join("").trim();
const about = (kind: string, i: number) => ({ id: `${kind}${i}`, cluster: `${kind}${i}`, slices: [] });

/** Which kind a data set's samples are. */
const KINDS: Readonly<Record<string, (session: Session, i: number) => Promise<Sample> | Sample>> = {
  arc_easy: choices,
  arc_challenge: choices,
  boolq: choices,
  commonsense_qa: choices,
  hellaswag: choices,
  mmlu: async (session, i) => ({ ...await choices(session, i), slices: [`subject ${i % 3}`] }),
  openbook_qa: choices,
  piqa: choices,
  sciq: choices,
  winogrande: blanks,
  lambada: cloze,
  squad: question,
  squad_v2: question,
  trivia_qa: question,
  ruler: sought,
  ruler_qa: sought,
  gsm8k: worked,
  human_eval: problem,
  mbpp: problem,
  c4_text: running,
  code_text: running,
  wiki_text: running,
  quoted_context: (_, i) => prompt(i),
  mt_bench: (_, i) => prompt(i),
  edge_cases: (_, i) => ({ ...prompt(i), slices: [i % 2 === 0 ? "even" : "odd"] }),
  shared_prefix: (_, i) => ({ ...prompt(i), system: text("system", 80) }),
};

function prompt(i: number): Prompt {
  const words = text(`words${i}`, 25);
  return { ...about("prompt", i), turns: [`${text(`prompt${i}`, 20 + i % 30)} ${words} ${words}`] };
}

/** The letter of a token; control tokens have none. */
const letter = (token: number) => String.fromCodePoint(61 + token - 3);

/** Text that mostly goes on as the toy network would have it: see its habit. */
function running(_: Session, i: number): Text {
  let [token, text] = [3 + i % 20, ""];
  for (let at = 0; at < 400; at++) {
    text += letter(token);
    token = hash(`${i}:${at}`) % 8 === 0 ? 3 + hash(`${at}:${i}`) % 23 : 3 + (token * 7 + 1) % 23;
  }
  return { ...about("text", i), text };
}

/** The gold choice is the one that the toy baseline finds likeliest, of choices of one length. */
async function choices(session: Session, i: number): Promise<Choices> {
  const context = text(`question${i}`, 30);
  const continuations = choiceTexts(i);
  const gold = await likeliest(session, continuations.map((choice) => [context, choice]));
  return { ...about("choice", i), context, continuations, gold };
}

/** The same where the choice stands before what is scored. */
async function blanks(session: Session, i: number): Promise<Choices> {
  const contexts = choiceTexts(i).slice(0, 2).map((choice) => text(`question${i}`, 20) + choice);
  const rest = ` ${text(`rest${i}`, 8)}`;
  const gold = await likeliest(session, contexts.map((context) => [context, rest]));
  return { ...about("blank", i), context: contexts[0]!, contexts, continuations: [rest, rest], gold };
}

const choiceTexts = (i: number) =>
  [0, 1, 2, 3].map((c) => ` ${text(`choice${i}${c}`, 8).replaceAll(" ", "x").padEnd(9, "y")}`);

async function likeliest(session: Session, pairs: readonly (readonly [string, string])[]): Promise<number> {
  const { encode } = session.tokenizer;
  const sums: number[] = [];
  for (const [context, continuation] of pairs) {
    const item = { id: "", context: encode(context), continuations: [encode(continuation)] };
    for await (const { logProbs: [values] } of session.score([item])) {
      sums.push(values!.reduce((sum, v) => sum + v, 0));
    }
  }
  return sums.indexOf(Math.max(...sums));
}

/** How many tokens the evals of the suites let an answer have. */
const ANSWER_TOKENS = [8, 16, 24, 32, 48, 64];

/** The answer is how the toy baseline goes on, as far as an eval lets it. */
async function question(session: Session, i: number): Promise<Question> {
  const { encode, decode, eos } = session.tokenizer;
  for (let attempt = 0;; attempt++) {
    const prompt = text(`asked${i}:${attempt}`, 40);
    const written: number[] = [];
    const request = { id: "", prompt: encode(prompt), maxTokens: ANSWER_TOKENS.at(-1)!, stop: [eos] };
    for await (const { tokens } of session.generate([request])) written.push(...tokens);
    const answers = ANSWER_TOKENS.map((n) => decode(written.slice(0, n).filter((token) => token !== eos)));
    if (normalized(answers[0]!) === "") continue;
    return { ...about("question", i), prompt, answers: [...new Set(answers)], stop: ["\n"] };
  }
}

/** What is sought is how the toy baseline begins. */
async function sought(session: Session, i: number): Promise<Sought> {
  const { answers: [answer], ...asked } = await question(session, i);
  return { ...asked, slices: [`length ${i % 2}`], answers: [answer!], tell: "all" };
}

/** The result is how the toy baseline begins. */
async function worked(session: Session, i: number): Promise<Worked> {
  for (let attempt = 0;; attempt++) {
    const asked = await question(session, i + 1000 * attempt);
    const answer = asked.answers.find(({ length }) => length === ANSWER_TOKENS[1]);
    const rest = asked.answers.at(-1)!.slice(answer?.length);
    const stop = [...rest].find((char) => answer !== undefined && !answer.includes(char));
    if (answer === undefined || stop === undefined) continue;
    const begin = new RegExp(`^(.{${answer.length}})`, "gs");
    return {
      ...asked,
      ...about("worked", i),
      answers: [answer],
      stop: [stop],
      strict: begin,
      flexible: begin,
    };
  }
}

/** What no name may hold of what the toy model writes. */
const NO_NAME = [..."[\\]^`{|}~\x7f\x80"];

/** A function that returns what the toy baseline writes up to the end of a name; of few kinds, as each is really run. */
async function problem(session: Session, i: number): Promise<Problem> {
  const { encode, decode, eos } = session.tokenizer;
  for (let attempt = 0;; attempt++) {
    const prompt = text(`problem${i % 4}:${attempt}`, 40);
    const written: number[] = [];
    const request = { id: "", prompt: encode(prompt), maxTokens: 64, stop: [eos] };
    for await (const { tokens } of session.generate([request])) written.push(...tokens);
    const [name = ""] = /^[A-Za-z_]*/.exec(decode(written.filter((token) => token !== eos)))!;
    if (name.length < 6 || name.length > 60) continue;
    return {
      ...about("problem", i),
      prompt,
      stop: NO_NAME,
      head: "def answer(): return ",
      tests: `assert answer.__code__.co_names == ("${name}",)`,
      entry: "answer",
    };
  }
}

/** The target is a letter whose token the toy baseline finds likeliest; control tokens have none, so it goes on trying. */
async function cloze(session: Session, i: number): Promise<Cloze> {
  for (let attempt = 0;; attempt++) {
    const context = text(`passage${i}:${attempt}`, 40);
    const request = { id: "", prompt: session.tokenizer.encode(context), maxTokens: 1, stop: [] };
    for await (const { tokens: [token] } of session.generate([request])) {
      if (token! < 3) continue;
      return { ...about("passage", i), context, target: letter(token!) };
    }
  }
}

/** The data set with its samples made up, as many as asked for. */
export function madeUp<S extends Sample>(dataset: Dataset<S>, count: number): Dataset<S> {
  const kind = KINDS[dataset.name];
  if (!kind) throw new Error(`Cannot make samples of ${dataset.name} up as its kind must be named here`);
  const key = `${dataset.name}:${count}`;
  return {
    ...dataset,
    size: count,
    async *samples() {
      const samples = made.get(key) ?? make(kind, count);
      made.set(key, samples);
      yield* await samples as readonly S[];
    },
  };
}

const made = new Map<string, Promise<readonly Sample[]>>();

async function make(kind: NonNullable<(typeof KINDS)[string]>, count: number): Promise<readonly Sample[]> {
  await using session = await toyEngine().open(baseline);
  const samples: Sample[] = [];
  for (let i = 0; i < count; i++) samples.push(await kind(session, i));
  return samples;
}
