/** How many guesses of EAGLE's layer are right on answers held out, as it drafts when it serves. */
import type { Asking, Sequence } from "../../engine/mod.ts";
import type { Lesson } from "./drafter_texts.ts";
import { EagleDrafter, type EagleLayer } from "./eagle_drafter.ts";
import type { GuessTree } from "./eagle_tree.ts";
import type { FeatureSet } from "./feature_set.ts";
import { type Accepted, meanOf, SIZES } from "./held_out.ts";

/** A tree is asked for at one of so many tokens of an answer. */
const EVERY = 6;

/** Drafts `levels` deep along the answers held out, from their own features. */
export async function acceptedOf(set: FeatureSet, layer: EagleLayer, levels: number): Promise<Accepted> {
  const totals = new Map<number, number>(SIZES.map((size) => [size, 0]));
  let count = 0;
  for (const lesson of set.heldOut) {
    for await (const { tree, coming } of drafted(set, lesson, layer, levels)) {
      count++;
      for (const size of SIZES) totals.set(size, totals.get(size)! + rightOf(tree, size, coming));
    }
  }
  return meanOf(totals, count);
}

async function* drafted(set: FeatureSet, lesson: Lesson, layer: EagleLayer, levels: number) {
  const { tokens, features } = await set.read(lesson);
  const { width } = set;
  const drafter = new EagleDrafter(layer, tokens.length);
  const all = [...tokens];
  let told = 0;
  for (let known = lesson.prompt.length + 1; known < all.length; known += EVERY) {
    const sequence: Sequence = {
      request: { id: lesson.id, prompt: lesson.prompt, maxTokens: lesson.maxTokens, stop: [] },
      tokens: all.slice(0, known),
      prompted: lesson.prompt.length,
    };
    drafter.learn(sequence, told, features.subarray(told * width, (known - 1) * width));
    told = known - 1;
    const asking: Asking = { sequence, room: Infinity, past: { id: 0, epoch: 0, length: 0, copy() {} } };
    const [tree] = await drafter.draft([asking], levels, () => true);
    yield { tree: tree!, coming: all.slice(known) };
  }
}

/** Guesses on the way that comes, as far as they are among the `size` best. */
function rightOf(tree: GuessTree, size: number, coming: readonly number[]): number {
  const { tokens, parent } = tree.draft(size);
  let node = -1;
  for (let depth = 0;; depth++) {
    const child = tokens.findIndex((token, i) => parent[i] === node && token === coming[depth]);
    if (child < 0) return depth;
    node = child;
  }
}
