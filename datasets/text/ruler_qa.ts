/**
 * RULER's question answering (Hsieh et al., 2024): a paragraph that answers a question among others that do not, those
 * of the same article first. Made of SQuAD's questions at lengths in tokens of about four characters.
 */
import type { Dataset, Sought } from "../dataset.ts";
import { CHARACTERS_PER_TOKEN, Draws, quarter } from "./haystack.ts";
import { type Asked, asked, squad } from "./squad.ts";

const ASK =
  "Answer the question based on the given documents. Only give me the answer and do not output any other words.";

/** Paragraphs by article. */
type Articles = ReadonlyMap<string, readonly string[]>;

/** The set at other lengths; `each` questions at every length, those whose paragraph fits. */
export function rulerQaOf(
  { name, lengths, each }: {
    readonly name: string;
    readonly lengths: readonly number[];
    readonly each: number;
  },
): Dataset<Sought> {
  return {
    ...squad,
    name,
    source: `${squad.source}; made as in datasets/text/ruler_qa.ts, after Hsieh et al., COLM 2024`,
    size: lengths.length * each,
    async *samples() {
      const all = (await Array.fromAsync(asked())).filter(({ answers }) => answers.length > 0);
      const articles = new Map<string, string[]>();
      for (const { title, context } of all) {
        const known = articles.get(title) ?? [];
        if (!known.includes(context)) articles.set(title, [...known, context]);
      }
      for (const length of lengths) {
        const draws = new Draws(`${length}`);
        const left = [...all];
        for (let made = 0; made < each;) {
          const [question] = left.splice(draws.below(left.length), 1);
          const sample = among(question!, articles, length, draws);
          if (sample === undefined) continue;
          yield sample;
          made++;
        }
      }
    },
  };
}

/** The question behind as many documents as there is room for; nothing where its own takes more. */
export function among(
  { id, title, context, question, answers }: Asked,
  articles: Articles,
  length: number,
  draws: Draws,
): Sought | undefined {
  const after = `\n\n${ASK}\n\nQuestion: ${question}\nAnswer:`;
  const before = `${ASK}\n\nThe following are given documents.\n\n`;
  const numbered = "\n\nDocument 10:\n".length;
  let room = length * CHARACTERS_PER_TOKEN - before.length - after.length - context.length - numbered;
  if (room < 0) return undefined;
  const same = articles.get(title)!.filter((other) => other !== context);
  const others = draws.some([...articles.keys()].filter((other) => other !== title), 8)
    .map((other) => draws.some(articles.get(other)!, 1)[0]!);
  const documents = [context];
  for (const other of [...draws.some(same, same.length), ...others]) {
    if (other.length + numbered > room) continue;
    documents.push(other);
    room -= other.length + numbered;
  }
  const shuffled = draws.some(documents, documents.length);
  const depth = shuffled.indexOf(context) / shuffled.length;
  return {
    id: `${length}-${id}`,
    cluster: title,
    slices: [`${length} tokens`, quarter(depth)],
    prompt: before + shuffled.map((document, i) => `Document ${i + 1}:\n${document}`).join("\n\n") + after,
    answers,
    tell: "any",
    stop: [],
  };
}

export const rulerQa = rulerQaOf({ name: "ruler_qa", lengths: [512, 1024, 2048], each: 100 });
