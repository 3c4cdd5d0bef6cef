/** EAGLE's layer at work on sequences: what a tree depends on, and what is held of it. */
import { assert, assertEquals } from "@std/assert";
import { type Asking, LoadedGraph, localModel, type Sequence, TokenRows } from "../../../engine/mod.ts";
import { EagleDrafter, type EagleLayer } from "../../../techniques/decoders/eagle_drafter.ts";
import { draftGraph } from "../../../techniques/decoders/eagle_graph.ts";
import type { Further } from "../../../techniques/decoders/paced_trees.ts";
import { shapes } from "../../../techniques/decoders/eagle_layer.ts";
import { llamaFile, SIZE, tinyLlama } from "../../engine/tiny_llama.ts";
import { random } from "../quantizers/tiny_matrices.ts";

const file = Deno.makeTempFileSync();
globalThis.addEventListener("unload", () => Deno.removeSync(file));
Deno.writeFileSync(file, llamaFile(tinyLlama()));
const model = await localModel(file);
const { width } = SIZE;
const shape = { ...SIZE, epsilon: 1e-5, interleaved: true, ropeBase: 10000 };
const next = random(9);
const drawn = (count: number, scale = 1) => Float32Array.from({ length: count }, () => scale * next());
const parts = Object.fromEntries(
  Object.entries(shapes(shape)).map(([name, dims]) => [
    name,
    drawn(dims.reduce((product: number, n) => product * n, 1), 2 / Math.sqrt(dims.at(-1)!)),
  ]),
);
const tokens = Array.from({ length: 24 }, (_, i) => 39 - i);
const u = drawn(tokens.length * width);
const graph = await LoadedGraph.open(draftGraph(shape, parts, u, 3));
const layer: EagleLayer = { graph, shape, tokens, embedding: new TokenRows(model, "embedding") };

interface Text {
  readonly sequence: Sequence;
  readonly features: Float32Array;
}

function text(id: string, length: number): Text {
  const own = Array.from({ length }, () => Math.floor((next() + 1) * 20));
  const request = { id, prompt: own, maxTokens: 9, stop: [] };
  return {
    sequence: { request, tokens: own, prompted: length },
    features: drawn((length - 1) * width),
  };
}

const asking = ({ sequence }: Text): Asking => ({
  sequence,
  room: 32,
  past: { id: 0, epoch: 0, length: 0, copy() {} },
});

/** The tokens, parents and chances of the tree of each. */
async function treesOf(
  drafter: EagleDrafter,
  texts: readonly Text[],
  levels: number,
  further: Further = () => true,
) {
  const trees = await drafter.draft(texts.map(asking), levels, further);
  return trees.map(({ guesses }) =>
    guesses.map(({ token, parent, chance }) => `${token} after ${parent}: ${chance.toPrecision(3)}`)
  );
}

async function alone(one: Text, levels = 4): Promise<string[]> {
  const drafter = new EagleDrafter(layer, 1024);
  drafter.learn(one.sequence, 0, one.features);
  return (await treesOf(drafter, [one], levels))[0]!;
}

Deno.test("trees of sequences that are drafted together are those of each alone", async () => {
  const texts = [text("a", 5), text("b", 40), text("c", 2), text("d", 17)];
  const drafter = new EagleDrafter(layer, 1024);
  for (const { sequence, features } of texts) drafter.learn(sequence, 0, features);
  const trees = await treesOf(drafter, texts, 4);
  for (const [i, one] of texts.entries()) assertEquals(trees[i], await alone(one));
});

Deno.test("a tree has a level for each run, the best guesses of one being followed in the next", async () => {
  const one = text("a", 30);
  const sizes = [];
  for (const levels of [1, 2, 3]) sizes.push((await alone(one, levels)).length);
  assertEquals(sizes, [3, 12, 24]);
});

Deno.test("guesses that are not worth following are not followed, and others are all the same", async () => {
  const texts = [text("a", 30), text("b", 9), text("c", 12)];
  const drafter = new EagleDrafter(layer, 1024);
  for (const { sequence, features } of texts) drafter.learn(sequence, 0, features);
  const asked = new Map<string, number[]>(texts.map(({ sequence }) => [sequence.request.id, []]));
  const [cut, whole, some] = await treesOf(drafter, texts, 2, ({ request: { id } }, chance) => {
    asked.get(id)!.push(chance);
    return id === "b" || (id === "c" && asked.get(id)!.length === 1);
  });
  assertEquals(cut, await alone(texts[0]!, 1));
  assertEquals(whole, await alone(texts[1]!, 2));
  const best = (one: readonly string[]) => Math.max(...one.map((said) => Number(said.split(": ")[1])));
  assertEquals(asked.get("a")![0]!.toPrecision(3), best(cut!).toPrecision(3));
  // Of the three guesses of the first level one is followed, which gives three more.
  assertEquals(some!.length, 6);
});

Deno.test("a tree does not depend on what was drafted before, nor on how features came in", async () => {
  const one = text("a", 60);
  const drafter = new EagleDrafter(layer, 1024);
  for (const [from, to] of [[0, 20], [20, 21], [21, 50], [50, 59]] as const) {
    drafter.learn(one.sequence, from, one.features.slice(from * width, to * width));
    const known = { ...one.sequence, tokens: one.sequence.tokens.slice(0, to + 1) };
    const [tree] = await treesOf(drafter, [{ ...one, sequence: known }], 4);
    if (to === 59) assertEquals(tree, await alone(one));
    else assert(tree!.length > 0);
  }
});

Deno.test("a tree is the same where all but the last rows were read before", async () => {
  for (const length of [2, 17, 18, 300]) {
    const one = text("a", length);
    const drafter = new EagleDrafter(layer, 1024);
    drafter.learn(one.sequence, 0, one.features);
    await drafter.catchUp([asking(one)]);
    await drafter.catchUp([asking(one)]);
    assertEquals(await treesOf(drafter, [one], 4), [await alone(one)]);
  }
});

Deno.test("the scale of a feature that is given says nothing", async () => {
  const one = text("a", 3);
  assertEquals(await alone({ ...one, features: one.features.map((value) => 4 * value) }), await alone(one));
});

Deno.test("a preempted request is told its rows again, from the first one or from a later one", async () => {
  const one = text("a", 60);
  for (const from of [0, 33, 58]) {
    const drafter = new EagleDrafter(layer, 1024);
    drafter.learn(one.sequence, 0, one.features);
    await treesOf(drafter, [one], 2);
    drafter.learn(one.sequence, from, one.features.slice(from * width));
    assertEquals(await treesOf(drafter, [one], 4), [await alone(one)]);
    assertEquals(drafter.rows, 59);
  }
});

Deno.test("rows that were never told are not looked back on, and the last ones must be known", async () => {
  const one = text("a", 40);
  const drafter = new EagleDrafter(layer, 1024);
  assertEquals(await treesOf(drafter, [one], 4), [[]]);
  drafter.learn(one.sequence, 30, one.features.slice(30 * width, 35 * width));
  assertEquals(await treesOf(drafter, [one], 4), [[]]);
  drafter.learn(one.sequence, 38, one.features.slice(38 * width));
  assert((await treesOf(drafter, [one], 4))[0]!.length > 0);
  assertEquals(drafter.rows, 1);
});

Deno.test("no more rows are held than there is room for, and a request that ends gives its back", async () => {
  const drafter = new EagleDrafter(layer, 80);
  const texts = [text("a", 41), text("b", 45), text("c", 20)];
  for (const { sequence, features } of texts) {
    drafter.learn(sequence, 0, features);
    assert(drafter.rows <= 80);
  }
  const [a, b, c] = await treesOf(drafter, texts, 2);
  assertEquals([a!.length > 0, b!.length > 0, c!.length > 0], [true, false, true]);
  for (const { sequence } of texts) drafter.finish(sequence);
  assertEquals(drafter.rows, 0);
  drafter.learn(texts[1]!.sequence, 0, texts[1]!.features);
  assertEquals(await treesOf(drafter, [texts[1]!], 4), [await alone(texts[1]!)]);
});
