/**
 * A suffix automaton of a text that grows (Blumer et al., 1985): a state for each set of places where the same parts of
 * the text end. The longest suffix that occurred before is known after each token, in amortised constant time. For n
 * tokens it has at most 2 n states and 3 n edges: 240 bytes a token were measured on random text.
 */

/** More than there are tokens. */
const TOKENS = 2 ** 22;
/** Suffixes of the text whose last place is kept up to date at each token: longer ones first. */
const UPDATED = 16;

/** Where a part of the text ends, and how long it is. */
export interface Match {
  readonly length: number;
  /** Index of its last token; -1 for the empty part. */
  readonly end: number;
}

/** How far another text is known to be in this one: its longest suffix that occurs here. */
export interface Place {
  readonly state: number;
  readonly length: number;
}

export const NOWHERE: Place = { state: 0, length: 0 };

export class SuffixAutomaton {
  readonly #text: number[] = [];
  readonly #length: number[] = [0];
  readonly #link: number[] = [-1];
  readonly #end: number[] = [-1];
  readonly #edges: number[] = [-1];
  /** By edge: its token, and the state's next edge. */
  readonly #token: number[] = [];
  readonly #other: number[] = [];
  readonly #next = new Map<number, number>();
  #last = 0;
  #match: Match = { length: 0, end: -1 };

  /** Tokens that it holds. */
  get size(): number {
    return this.#text.length;
  }

  /** The longest suffix of the text that occurs before, where it may overlap, and a late place of it. */
  get match(): Match {
    return this.#match;
  }

  /** Adds a token: a whole number from -1 on. */
  append(token: number): void {
    const end = this.#text.push(token) - 1;
    const state = this.#state(this.#length[this.#last]! + 1, end);
    let from = this.#last;
    for (; from >= 0 && this.#to(from, token) === undefined; from = this.#link[from]!) {
      this.#lead(from, token, state);
    }
    this.#link[state] = from < 0 ? 0 : this.#parted(from, token);
    this.#last = state;
    const suffix = this.#link[state]!;
    this.#match = { length: this.#length[suffix]!, end: this.#end[suffix]! };
    for (let at = suffix, i = 0; at > 0 && i < UPDATED; at = this.#link[at]!, i++) this.#end[at] = end;
  }

  /** Where another text is after one more token of it. Places are of no use once this text has grown. */
  follow({ state, length }: Place, token: number): Place {
    for (let at = state, long = length; at >= 0; at = this.#link[at]!, long = this.#length[at] ?? 0) {
      const to = this.#to(at, token);
      if (to !== undefined) return { state: to, length: long + 1 };
    }
    return NOWHERE;
  }

  /** The part of this text that another text's place is at. */
  at({ state, length }: Place): Match {
    return { length, end: this.#end[state]! };
  }

  /** The tokens that follow an index: up to the end of the text, or repeated from there on as if it went on so. */
  after(end: number, count: number, repeated: boolean): number[] {
    const left = this.#text.length - 1 - end;
    const length = repeated && left > 0 ? count : Math.min(count, left);
    return Array.from({ length }, (_, i) => this.#text[end + 1 + i % left]!);
  }

  #state(length: number, end: number): number {
    this.#link.push(-1);
    this.#end.push(end);
    this.#edges.push(-1);
    return this.#length.push(length) - 1;
  }

  #to(state: number, token: number): number | undefined {
    return this.#next.get(state * TOKENS + token + 1);
  }

  #lead(state: number, token: number, to: number): void {
    const key = state * TOKENS + token + 1;
    if (!this.#next.has(key)) {
      this.#other.push(this.#edges[state]!);
      this.#edges[state] = this.#token.push(token) - 1;
    }
    this.#next.set(key, to);
  }

  /** The state of one token more than `from`, parted from longer ones that it was one with. */
  #parted(from: number, token: number): number {
    const whole = this.#to(from, token)!;
    if (this.#length[whole] === this.#length[from]! + 1) return whole;
    const part = this.#state(this.#length[from]! + 1, this.#end[whole]!);
    for (let edge = this.#edges[whole]!; edge >= 0; edge = this.#other[edge]!) {
      this.#lead(part, this.#token[edge]!, this.#to(whole, this.#token[edge]!)!);
    }
    this.#link[part] = this.#link[whole]!;
    this.#link[whole] = part;
    for (let at = from; at >= 0 && this.#to(at, token) === whole; at = this.#link[at]!) {
      this.#lead(at, token, part);
    }
    return part;
  }
}
