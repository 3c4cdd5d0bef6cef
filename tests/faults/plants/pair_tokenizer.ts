/**
 * Byte-pair encoding (Sennrich et al., 2016) over the tiny vocabulary, and texts that the tiny model says in it. The
 * fault (SA-07): pairs are merged as they come from the left, and not by rank; what is decoded is the same text.
 */
import type { Dataset, Text } from "../../../datasets/mod.ts";
import { PagedCache, type Tokenizer } from "../../../engine/mod.ts";
import type { Texts } from "../rig/data.ts";
import { tinyTokenizer } from "../rig/tiny_model.ts";
import { TinyNetwork } from "../rig/tiny_network.ts";
import { EOS, randomOf, SIZE } from "../rig/tiny_weights.ts";

const FIRST = 3;
const LETTERS = Array.from(" abcdefghijklmnopqrstuvwxyz0123");
/** Letters that pairs are made of: few, so that pairs overlap. */
const PAIRED = 8;

/** The text of each id from FIRST on: letters, then pairs by rank. */
const pieces = [...LETTERS];
const random = randomOf(7);
while (pieces.length < SIZE.vocabulary - FIRST - 1) {
  const parts = [
    ...LETTERS.slice(1, 1 + PAIRED),
    ...pieces.slice(LETTERS.length).filter((p) => p.length === 2),
  ];
  const part = () => parts[Math.floor(random.uniform() * parts.length)]!;
  const pair = part() + part();
  if (pair.length < 4 && !pieces.includes(pair)) pieces.push(pair);
}
const ranks = new Map(pieces.map((piece, rank) => [piece, rank]));

const known = (text: string) =>
  Array.from(text, (char) => ranks.has(char) ? char : LETTERS[char.codePointAt(0)! % LETTERS.length]!);

function byRank(symbols: readonly string[]): readonly string[] {
  const rank = (at: number) => ranks.get(symbols[at]! + symbols[at + 1]!) ?? Infinity;
  let best = 0;
  for (let at = 1; at + 1 < symbols.length; at++) if (rank(at) < rank(best)) best = at;
  return symbols.length < 2 || rank(best) === Infinity ? symbols : byRank(merged(symbols, best));
}

function fromTheLeft(symbols: readonly string[], from = 0): readonly string[] {
  if (from + 1 >= symbols.length) return symbols;
  const fits = ranks.has(symbols[from]! + symbols[from + 1]!);
  return fits ? fromTheLeft(merged(symbols, from), from) : fromTheLeft(symbols, from + 1);
}

const merged = (symbols: readonly string[], at: number) => [
  ...symbols.slice(0, at),
  symbols[at]! + symbols[at + 1]!,
  ...symbols.slice(at + 2),
];

const tokenizerBy = (merge: (symbols: readonly string[]) => readonly string[]): Tokenizer => ({
  ...tinyTokenizer,
  encode: (text) =>
    text.split(/(?<=\n)|(?=[ \n])/).flatMap((word) =>
      word === "\n" ? [EOS] : merge(known(word)).map((piece) => FIRST + ranks.get(piece)!)
    ),
  decode: (tokens) => tokens.map((id) => (id === EOS ? "\n" : pieces[id - FIRST] ?? "\ufffd")).join(""),
  chat(messages) {
    return [tinyTokenizer.bos!, ...this.encode(messages.map(({ content }) => content).join(" "))];
  },
});

/** Pairs are merged by rank. */
export const canonical: Tokenizer = tokenizerBy(byRank);
/** Pairs are merged as they come. */
export const hasty: Tokenizer = tokenizerBy((symbols) => fromTheLeft(symbols));

const network = new TinyNetwork();

/** Text of so many tokens that the model says, where it is asked for canonical tokens alone. */
function say(length: number, seed: number): string {
  const random = randomOf(seed);
  const cache = new PagedCache(network.shape, SIZE.context);
  const { seq } = cache.start([], "");
  const tokens = [FIRST + 1 + Math.floor(random.uniform() * PAIRED)];
  while (tokens.length < length) {
    const at = tokens.length - 1;
    cache.reserve(seq, 1);
    const { logits, kv } = network.run({
      tokens: Int32Array.of(tokens[at]!),
      positions: Int32Array.of(at),
      sequence: Int32Array.of(0),
      past: [cache.view(seq)],
      want: Int32Array.of(0),
    });
    cache.commit(seq, kv, [0], tokens.slice(at));
    // The largest of logits with Gumbel noise is a draw; those that no encoding has are passed over.
    const noisy = logits.map((value) => value - Math.log(-Math.log(random.uniform())));
    const order = Array.from(noisy, (_, id) => id).sort((a, b) => noisy[b]! - noisy[a]!);
    tokens.push(order.find((id) => id === EOS || (id >= FIRST && isCanonical([...tokens, id])))!);
  }
  return canonical.decode(tokens);
}

/** Whether the last word's tokens are what its text is encoded to. */
function isCanonical(tokens: readonly number[]): boolean {
  const start = tokens.findLastIndex((id) => id === EOS || id === FIRST);
  const word = tokens.slice(start < 0 ? 0 : tokens[start] === EOS ? start + 1 : start);
  return `${canonical.encode(canonical.decode(word))}` === `${word}`;
}

const textsOf = (name: string, size: number, length: (i: number) => number): Dataset<Text> => ({
  name,
  version: "1",
  source: "drawn from the tiny model",
  license: "none",
  split: "test",
  digest: name,
  size,
  async *samples() {
    for (let i = 0; i < size; i++) {
      yield { id: `${name}${i}`, cluster: `${name}${i}`, slices: [], text: said(length(i), 3000 + i) };
    }
  },
});

const texts = new Map<string, string>();
function said(length: number, seed: number): string {
  const key = `${length} ${seed}`;
  const text = texts.get(key) ?? say(length, seed);
  texts.set(key, text);
  return text;
}

/** Running text in the canonical encoding. */
export const pairedTexts: Texts = {
  short: textsOf("paired_short", 60, () => 40),
  long: textsOf("paired_long", 20, (i) => 264 + i * 37 % 40),
};
