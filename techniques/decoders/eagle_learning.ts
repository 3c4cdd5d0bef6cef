/**
 * How EAGLE's layer learns: it begins as the ridge regression of the next feature, its attention and its feed-forward
 * block being the target's last ones that add nothing yet, and then learns them all.
 */
import {
  adamStep,
  floats,
  integers,
  lastLayer,
  type Learned,
  LoadedGraph,
  type Model,
  type Products,
  stepped,
  type Tensor,
  type TokenRows,
  untrained,
} from "../../engine/mod.ts";
import type { Lesson } from "./drafter_texts.ts";
import { type LayerShape, type Parameter, rotaryRows, shapes, unitRows } from "./eagle_layer.ts";
import { stepGraph } from "./eagle_step.ts";
import { shuffled } from "./feature_examples.ts";
import type { Recorded } from "./feature_record.ts";
import { Ridge } from "./ridge.ts";
import type { Parts } from "./trained.ts";

/** What is learned from. */
export interface Lessons {
  readonly shown: readonly Lesson[];
  read(lesson: Lesson): Promise<Recorded>;
}

export interface Learning {
  readonly set: Lessons;
  readonly shape: LayerShape;
  readonly embedding: TokenRows;
  /** As `openStep` gives it. */
  readonly step: LoadedGraph;
  readonly seed: number;
}

/** Passes over the lessons, lessons of one step, and the rate of learning, which falls to 0. */
export const PASSES = 3;
const [LESSONS, RATE] = [4, 4e-4] as const;
/** Steps in which the rate rises. */
const RISING = 30;
/** As a share of the mean of the moments' diagonal. */
const DAMPING = 1e-3;

/** What trains layers towards the target's rows u of the LM head. */
export function openStep(shape: LayerShape, u: Float32Array): Promise<LoadedGraph> {
  return LoadedGraph.open(stepGraph(shape, u));
}

/** The layer before training. */
export async function ridgeLayer(
  { set, shape, embedding }: Pick<Learning, "set" | "shape" | "embedding">,
  products: Products,
  model: Model,
): Promise<Parts> {
  const { width } = shape;
  const ridge = new Ridge(products);
  for (const lesson of set.shown) {
    const { f, e, goal } = rowsOf(await set.read(lesson), embedding);
    const rows = goal.length / width;
    const x = new Float32Array(rows * 2 * width);
    for (let row = 0; row < rows; row++) {
      x.set(f.subarray(row * width, (row + 1) * width), row * 2 * width);
      x.set(e.subarray(row * width, (row + 1) * width), (row * 2 + 1) * width);
    }
    await ridge.add({ rows, columns: 2 * width, values: x }, { rows, columns: width, values: goal });
  }
  const { values } = await ridge.solve(DAMPING);
  const mapOf = (first: number) =>
    Float32Array.from(
      { length: width * width },
      (_, i) => values[(first + i % width) * width + Math.floor(i / width)]!,
    );
  return { ...idleLayer(shape, model), feature: mapOf(0), embedding: mapOf(width) };
}

/** A layer that predicts the feature that it is given: the target's last one, adding nothing. */
export function idleLayer(shape: LayerShape, model: Model): Parts {
  const { layer } = lastLayer(model);
  const zeros = (name: Parameter) => new Float32Array(shapes(shape)[name].reduce((a, b) => a * b, 1));
  const feature = zeros("feature");
  for (let i = 0; i < shape.width; i++) feature[i * shape.width + i] = 1;
  return {
    feature,
    embedding: zeros("embedding"),
    attn_norm: layer.attn_norm,
    qkv: layer.qkv,
    attn_output: zeros("attn_output"),
    ffn_norm: layer.ffn_norm,
    gate_up: layer.gate_up,
    ffn_down: zeros("ffn_down"),
  };
}

/** The state of training before its first step. */
export function begun(parts: Parts, shape: LayerShape): Parts {
  return valuesOf(untrained(tensors(parts, shape)));
}

/** The layer out of a state of training. */
export function layerOf(state: Parts, shape: LayerShape): Parts {
  return Object.fromEntries(Object.keys(shapes(shape)).map((name) => [name, state[name]!]));
}

/** The state after one more pass, counted from 0; `progress` is told the share of it that is done. */
export async function passed(
  { set, shape, embedding, step, seed }: Learning,
  state: Parts,
  pass: number,
  progress: (done: number) => void,
): Promise<Parts> {
  let learned: Learned = tensors(state, shape);
  const groups = Math.ceil(set.shown.length / LESSONS);
  const lessons = await shuffled(set.shown, `${seed} ${pass}`);
  for (let i = 0; i < groups; i++) {
    const count = pass * groups + i + 1;
    const rate = RATE * Math.min(1, count / RISING) * (1 - count / (PASSES * groups + 1));
    const batch = await batchOf(lessons.slice(i * LESSONS, (i + 1) * LESSONS), set, shape, embedding);
    learned = stepped(learned, await step.run({ ...batch, ...learned, ...adamStep(count, rate) }));
    progress((i + 1) / groups);
  }
  return valuesOf(learned);
}

/** What is known of a text's rows, and the features that follow: row i has feature i and token i + 1. */
interface Rows {
  readonly f: Float32Array;
  readonly e: Float32Array;
  readonly goal: Float32Array;
}

function rowsOf({ tokens, features }: Recorded, embedding: TokenRows): Rows {
  const { width } = embedding;
  return {
    f: unitRows(features.subarray(0, features.length - width), width),
    e: unitRows(embedding.of([...tokens.subarray(1, features.length / width)]), width),
    goal: features.subarray(width),
  };
}

/** Inputs of a step: whole texts, padded to the longest by rows that do not count. */
async function batchOf(
  lessons: readonly Lesson[],
  set: Lessons,
  shape: LayerShape,
  embedding: TokenRows,
): Promise<Readonly<Record<string, Tensor>>> {
  const { width, heads, kvHeads, headDim } = shape;
  const texts = await Promise.all(lessons.map(async (lesson) => rowsOf(await set.read(lesson), embedding)));
  const lengths = texts.map(({ goal }) => goal.length / width);
  const [b, s] = [texts.length, Math.max(...lengths)];
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const padded = (part: keyof Rows) => {
    const all = new Float32Array(b * s * width);
    texts.forEach((text, i) => all.set(text[part], i * s * width));
    return floats([b * s, width], all);
  };
  const weight = new Float32Array(b * s);
  lengths.forEach((length, i) => weight.fill(1 / total, i * s, i * s + length));
  const repeat = heads / kvHeads;
  const mask = new Float32Array(repeat * s * s);
  for (let row = 0; row < repeat * s; row++) mask.fill(-1e9, row * s + row % s + 1, (row + 1) * s);
  return {
    f: padded("f"),
    e: padded("e"),
    goal: padded("goal"),
    weight: floats([b * s, 1], weight),
    positions: integers([b, s], Array.from({ length: b * s }, (_, i) => i % s)),
    ...rotaryRows(Array.from({ length: s }, (_, i) => i), shape),
    by_head: integers([4], [b, s, heads + 2 * kvHeads, headDim]),
    mask: floats([1, 1, repeat * s, s], mask),
  };
}

/** Parts of a state as tensors: parameters have their shapes, moments those of their parameters. */
function tensors(parts: Parts, shape: LayerShape): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(
    Object.entries(parts).map(([name, own]) => [
      name,
      floats(shapes(shape)[name.split(".")[0] as Parameter], own),
    ]),
  );
}

const valuesOf = (all: Readonly<Record<string, Tensor>>): Parts =>
  Object.fromEntries(Object.entries(all).map(([name, tensor]) => [name, tensor.values as Float32Array]));
