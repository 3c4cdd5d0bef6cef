/**
 * EAGLE's layer at work for many sequences: it keeps K and V of what was emitted, each row standing for a feature and the
 * token after it, and grows a tree of guesses level by level, one run a level for all sequences. K and V of guesses
 * live as long as their tree.
 */
import {
  type Asking,
  integers,
  type LoadedGraph,
  PagedCache,
  PREFILL_ROWS,
  type SeqId,
  type Sequence,
  type TokenRows,
} from "../../engine/mod.ts";
import type { LayerShape } from "./eagle_layer.ts";
import { feedsOf, type Part, type Row } from "./eagle_rows.ts";
import { GuessTree } from "./eagle_tree.ts";
import type { Further } from "./paced_trees.ts";

/** What the layer computes with. */
export interface EagleLayer {
  /** A loaded `draftGraph`. */
  readonly graph: LoadedGraph;
  readonly shape: LayerShape;
  /** The tokens that it can guess, by place. */
  readonly tokens: readonly number[];
  readonly embedding: TokenRows;
}

/** Guesses of a level that are followed further. */
const FOLLOWED = 4;
/** Rows of one sequence that are read together with those of others; before them it reads by itself. */
const TOGETHER = 16;

/** What is known of a sequence: `rows` from `first` on are read, and the features after them are not yet. */
interface Held {
  readonly seq: SeqId;
  readonly first: number;
  rows: number;
  unread: Float32Array[];
}

/** A tree in the making. */
interface Growing {
  readonly held: Held;
  readonly sequence: Sequence;
  readonly tree: GuessTree;
  /** What is predicted of guesses that were followed, and of the last token (-1). */
  readonly features: Map<number, Float32Array>;
  /** Guesses that were followed, and their K and V. */
  readonly followed: number[];
  readonly guessed: Float32Array[];
  /** Guesses to be followed next. */
  level: readonly number[];
}

/** What came out of the chosen rows of a part. */
interface Ran {
  readonly kv: Float32Array;
  readonly features: readonly Float32Array[];
  readonly guesses: readonly {
    readonly tokens: readonly number[];
    readonly confidences: readonly number[];
  }[];
}

export class EagleDrafter {
  readonly #cache: PagedCache;
  readonly #held = new Map<string, Held>();

  /** `tokens`: rows that it holds at most, read or not. */
  constructor(private readonly layer: EagleLayer, private readonly tokens: number) {
    const { kvHeads, headDim } = layer.shape;
    this.#cache = new PagedCache({ layers: 1, kvHeads, headDim }, tokens);
  }

  /** Rows that it holds. */
  get rows(): number {
    return [...this.#held.values()].reduce((sum, { rows, unread }) => sum + rows + unread.length, 0);
  }

  /** Takes in the features [rows x width] of a sequence from row `from` on; what has no room is not kept. */
  learn({ request: { id } }: Sequence, from: number, features: Float32Array): void {
    const { width } = this.layer.shape;
    let held = this.#held.get(id);
    if (held && from >= held.first && from <= held.first + held.rows + held.unread.length) {
      // A preempted request is told its rows again.
      held.unread.length = Math.max(0, from - held.first - held.rows);
      if (from < held.first + held.rows) this.#cache.truncate(held.seq, held.rows = from - held.first);
    } else {
      this.#forget(id);
      held = { seq: this.#cache.start([], "").seq, first: from, rows: 0, unread: [] };
      this.#held.set(id, held);
    }
    if (this.rows + features.length / width > this.tokens) return this.#forget(id);
    for (let at = 0; at < features.length; at += width) held.unread.push(features.subarray(at, at + width));
  }

  /** Reads what is known of sequences but for their last rows: a prompt, or what came while no guesses were asked for. */
  async catchUp(asking: readonly Asking[]): Promise<void> {
    for (const { sequence } of asking) {
      const one = this.#begin(sequence);
      while (one && one.held.unread.length > TOGETHER) {
        await this.#read([one], Math.min(PREFILL_ROWS, one.held.unread.length - 1));
      }
    }
  }

  /**
   * A tree of guesses for each sequence, at most so many levels deep, in which guesses are followed that are worth it;
   * none where its features are not known.
   */
  async draft(asking: readonly Asking[], levels: number, further: Further): Promise<readonly GuessTree[]> {
    await this.catchUp(asking);
    const all = asking.map(({ sequence }) => this.#begin(sequence));
    let growing = all.filter((one) => one !== undefined);
    if (growing.length > 0) await this.#read(growing, TOGETHER);
    for (let level = 1; level < levels; level++) {
      for (const one of growing) {
        one.level = one.level.filter((place) => further(one.sequence, one.tree.guesses[place]!.chance));
      }
      growing = growing.filter(({ level }) => level.length > 0);
      if (growing.length === 0) break;
      await this.#follow(growing);
    }
    return all.map((one) => one?.tree ?? new GuessTree());
  }

  /** Forgets a request. */
  finish({ request: { id } }: Sequence): void {
    this.#forget(id);
    if (this.#held.size === 0) this.#cache.check();
  }

  #forget(id: string): void {
    const held = this.#held.get(id);
    if (held) this.#cache.release(held.seq);
    this.#held.delete(id);
  }

  #begin(sequence: Sequence): Growing | undefined {
    const { request: { id }, tokens } = sequence;
    const held = this.#held.get(id);
    if (!held || held.unread.length === 0) return undefined;
    if (held.first + held.rows + held.unread.length !== tokens.length - 1) return undefined;
    if (!this.#cache.reserve(held.seq, held.unread.length)) return void this.#forget(id);
    const tree = new GuessTree();
    return { held, sequence, tree, features: new Map(), followed: [], guessed: [], level: [] };
  }

  /** Reads at most `most` rows of each sequence; one that is read to its end gets the first level of its tree. */
  async #read(growing: readonly Growing[], most: number): Promise<void> {
    const parts = growing.map(({ held, sequence }): Part => {
      const before = held.first + held.rows;
      const rows = held.unread.slice(0, most).map((feature, i): Row => ({
        feature,
        token: sequence.tokens[before + i + 1]!,
        position: before + i,
        sees: [],
      }));
      return { past: this.#cache.view(held.seq), guessed: [], rows, chain: true };
    });
    const { out, s } = await this.#run(parts, ({ rows }) => [rows.length - 1]);
    growing.forEach((one, i) => {
      const { held, sequence } = one;
      const count = parts[i]!.rows.length;
      this.#cache.commit(
        held.seq,
        out[i]!.kv,
        Array.from({ length: count }, (_, row) => i * s + row),
        sequence.tokens,
      );
      held.rows += count;
      held.unread = held.unread.slice(count);
      if (held.unread.length === 0) grow(one, [-1], out[i]!);
    });
  }

  /** Follows the best guesses of the last level. */
  async #follow(growing: readonly Growing[]): Promise<void> {
    const parts = growing.map(({ held, sequence, tree, features, followed, guessed, level }): Part => {
      const rows = level.map((place): Row => {
        const { token, parent } = tree.guesses[place]!;
        const before = tree.path(parent);
        return {
          feature: features.get(parent)!,
          token,
          position: sequence.tokens.length - 1 + before.length,
          sees: before.map((guess) => followed.indexOf(guess)),
        };
      });
      return { past: this.#cache.view(held.seq), guessed, rows, chain: false };
    });
    const { out, s } = await this.#run(parts, ({ rows }) => [...rows.keys()]);
    const { kvHeads, headDim } = this.layer.shape;
    const each = 2 * kvHeads * headDim;
    growing.forEach((one, i) => {
      const { level } = one;
      one.followed.push(...level);
      level.forEach((_, row) =>
        one.guessed.push(out[i]!.kv.slice((i * s + row) * each, (i * s + row + 1) * each))
      );
      grow(one, level, out[i]!);
    });
  }

  /** `s`: rows of each part among those of `kv`. */
  async #run(
    parts: readonly Part[],
    chosenOf: (part: Part) => readonly number[],
  ): Promise<{ readonly out: readonly Ran[]; readonly s: number }> {
    const { graph, shape, tokens, embedding } = this.layer;
    const { width } = shape;
    const { feeds, s } = feedsOf(parts, shape, embedding);
    const chosen = parts.map((part, i) => chosenOf(part).map((row) => i * s + row));
    const count = chosen.flat().length;
    const given = await graph.run({ ...feeds, chosen: integers([count], chosen.flat()) });
    const [features, kv, logProbs] = ["features", "kv", "log_probs"].map((name) => given[name]!.values) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const places = given.places!.values as BigInt64Array;
    const most = logProbs.length / count;
    let at = 0;
    const out = chosen.map((rows): Ran => ({
      kv,
      features: rows.map((row) => features.slice(row * width, (row + 1) * width)),
      guesses: rows.map(() => {
        const own = Array.from({ length: most }, (_, i) => at + i);
        at += most;
        return {
          tokens: own.map((i) => tokens[Number(places[i]!)]!),
          confidences: own.map((i) => Math.exp(logProbs[i]!)),
        };
      }),
    }));
    return { out, s };
  }
}

/** Adds the guesses that follow those at `places`, and chooses whom to follow next. */
function grow(one: Growing, places: readonly number[], { features, guesses }: Ran): void {
  const added = places.flatMap((place, i) => {
    one.features.set(place, features[i]!);
    const { tokens, confidences } = guesses[i]!;
    return one.tree.grow(place, tokens, confidences);
  });
  one.level = one.tree.best(FOLLOWED, added);
}
