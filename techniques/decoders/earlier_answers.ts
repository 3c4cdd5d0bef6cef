/**
 * Answers that were given before, by tenant: one never sees another's. They stand on shelves, a shelf being one
 * tenant's; when there are too many tokens the oldest shelf goes, so that answers go whole.
 */
import { type Match, NOWHERE, type Place, SuffixAutomaton } from "./suffix_automaton.ts";

/** Stands between answers; no request has it. */
const BETWEEN = -1;
/** Of the tokens that are held, a shelf may have this share. */
const SHELF = 1 / 8;
/** A text is read again from so many tokens before its end where a shelf was added to. */
const AGAIN = 32;

interface Shelf {
  readonly tenant: string;
  readonly answers: SuffixAutomaton;
}

/** A place in a shelf that had a size then. */
interface Reading {
  readonly place: Place;
  readonly size: number;
  readonly read: number;
}

/** Where a text is in the answers. */
export interface Found extends Match {
  /** The tokens that followed, no more than to the end of the answer. */
  readonly after: (count: number) => number[];
}

export class EarlierAnswers {
  #shelves: readonly Shelf[] = [];

  /** Holds `limit` tokens at most, one between answers included. */
  constructor(readonly limit: number) {}

  get size(): number {
    return this.#shelves.reduce((sum, { answers }) => sum + answers.size, 0);
  }

  /** Adds an answer, dropping the oldest shelves for it; one that is longer than all may be is left out. */
  add(tenant: string, tokens: readonly number[]): void {
    const size = tokens.length + 1;
    if (tokens.length === 0 || size > this.limit) return;
    while (this.size + size > this.limit) this.#shelves = this.#shelves.slice(1);
    let shelf = this.#shelves.findLast((own) => own.tenant === tenant);
    if (shelf === undefined || shelf.answers.size + size > this.limit * SHELF) {
      shelf = { tenant, answers: new SuffixAutomaton() };
      this.#shelves = [...this.#shelves, shelf];
    }
    for (const token of tokens) shelf.answers.append(token);
    shelf.answers.append(BETWEEN);
  }

  /** Reads a text of a tenant's along its shelves. */
  reader(tenant: string): AnswerReader {
    return new AnswerReader(() => this.#shelves.filter((shelf) => shelf.tenant === tenant));
  }
}

export class AnswerReader {
  #readings = new Map<Shelf, Reading>();

  constructor(private readonly shelves: () => readonly Shelf[]) {}

  /** The longest suffix of a text that is in an answer; the text is the one of the call before, and more. */
  find(tokens: readonly number[]): Found | undefined {
    const shelves = this.shelves();
    this.#readings = new Map(shelves.map((shelf) => [shelf, this.#read(shelf, tokens)]));
    let best: Found | undefined;
    for (const [{ answers }, { place }] of this.#readings) {
      const match = answers.at(place);
      if (match.length <= (best?.length ?? 0)) continue;
      const after = (count: number) => {
        const following = answers.after(match.end, count, false);
        const end = following.indexOf(BETWEEN);
        return end < 0 ? following : following.slice(0, end);
      };
      best = { ...match, after };
    }
    return best;
  }

  #read(shelf: Shelf, tokens: readonly number[]): Reading {
    const { answers } = shelf;
    const known = this.#readings.get(shelf);
    const same = known !== undefined && known.size === answers.size;
    let place = same ? known.place : NOWHERE;
    for (let i = same ? known.read : Math.max(0, tokens.length - AGAIN); i < tokens.length; i++) {
      place = answers.follow(place, tokens[i]!);
    }
    return { place, size: answers.size, read: tokens.length };
  }
}
