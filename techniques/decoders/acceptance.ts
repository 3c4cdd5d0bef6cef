/**
 * How likely guesses are to be accepted, by depth. What was counted of a request, which it slowly forgets, is drawn
 * towards what was counted of all of them; that towards what is known of the depth before, or of weaker evidence.
 */

/** Depths are told apart as 1, 2, 3-4, 5-8, 9-16 and beyond. */
const BANDS = 6;
/** Kinds of evidence: 0 is the weakest. */
export const KINDS = 6;
/** Believed of a guess of which nothing is known. */
const START = 0.5;
/** Observations that what is believed beforehand weighs as much as. */
const WEIGHT = 3;
/** What is left of a count after each further observation: of a request, and of all. */
const REQUEST_KEEPS = 0.94;
const ALL_KEEP = 0.99;

/** Counts of one kind of evidence, by band. */
class Tally {
  readonly #accepted = new Float64Array(BANDS);
  readonly #judged = new Float64Array(BANDS);

  constructor(private readonly keeps: number) {}

  add(offered: number, accepted: number): void {
    for (let band = 0; band < BANDS; band++) {
      this.#accepted[band]! *= this.keeps;
      this.#judged[band]! *= this.keeps;
    }
    // The guesses after the first wrong one were not judged.
    for (let depth = 1; depth <= Math.min(offered, accepted + 1); depth++) {
      const band = bandOf(depth);
      this.#judged[band]!++;
      if (depth <= accepted) this.#accepted[band]!++;
    }
  }

  /** The share that is accepted of those whose guess before was, given what is believed beforehand. */
  share(band: number, before: number): number {
    return (this.#accepted[band]! + WEIGHT * before) / (this.#judged[band]! + WEIGHT);
  }
}

/** Counts of all kinds of evidence. */
export class Acceptance {
  readonly #tallies: readonly Tally[];

  /** Of a request, where `all` is given; otherwise of all of them. */
  constructor(private readonly all?: Acceptance) {
    this.#tallies = Array.from({ length: KINDS }, () => new Tally(all ? REQUEST_KEEPS : ALL_KEEP));
  }

  /** Takes in that of so many guesses, each following the one before, the first `accepted` were accepted. */
  add(kind: number, offered: number, accepted: number): void {
    this.#tallies[kind]!.add(offered, accepted);
    this.all?.add(kind, offered, accepted);
  }

  /** For each depth from 1 on, the probability that the guess there is reached and accepted. */
  chances(kind: number, depths: number): number[] {
    const shares = this.#shares(kind);
    let chance = 1;
    return Array.from({ length: depths }, (_, i) => chance *= shares[bandOf(i + 1)]!);
  }

  #shares(kind: number): number[] {
    if (this.all) {
      return this.all.#shares(kind).map((before, band) => this.#tallies[kind]!.share(band, before));
    }
    let before = START;
    for (let weaker = 0; weaker < kind; weaker++) before = this.#tallies[weaker]!.share(0, before);
    return Array.from({ length: BANDS }, (_, band) => before = this.#tallies[kind]!.share(band, before));
  }
}

function bandOf(depth: number): number {
  return Math.min(BANDS - 1, Math.ceil(Math.log2(depth)));
}
