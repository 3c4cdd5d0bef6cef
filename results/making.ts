/**
 * What a maker of weights told, read for people: figures by layer and matrix, and how long it took. Its notes are its
 * own words (see evals/weighed.ts), so only what has the form of figures is read.
 */
import { type Json, TAPS } from "../engine/mod.ts";
import type { Outcome, TrialWeights } from "../evals/mod.ts";
import { bytes, count, percent } from "./figures.ts";

type Notes = NonNullable<TrialWeights["made"]>;
type Fields = Readonly<Record<string, Json>>;

/** One figure of every matrix, in layers from the first on; a layer that does not tell has none. */
export interface Grid {
  /** As the notes name it, e.g. "sensitivity", "losses, made". */
  readonly name: string;
  readonly matrices: readonly string[];
  readonly layers: readonly (readonly (number | undefined)[])[];
}

/** Layers and matrices beyond which there is no picture. */
const [LAYERS, MATRICES] = [256, 12];
const SENSITIVITY = "sensitivity";
/** Cells that are named in words. */
const NAMED = 3;

/** Every figure that the notes hold by layer and matrix, in lists of layers and pieces named by theirs; sensitivity first. */
export function gridsOf(notes: Notes): readonly Grid[] {
  const found = new Map<string, Fields[]>();
  const put = (name: string, layer: number, value: Json | undefined) => {
    if (!isFields(value) || layer >= LAYERS) return;
    const own = found.get(name) ?? [];
    own[layer] = Object.fromEntries(Object.entries(value).map(([matrix, one]) => [plain(matrix), one]));
    found.set(name, own);
  };
  for (const [piece, told] of Object.entries(notes)) {
    if (!isFields(told)) continue;
    const layer = /^layer-(\d{1,4})$/.exec(piece)?.[1];
    // A piece may hold its matrices' figures by their names, without a name for them all.
    const [own, others] = [true, false].map((is) =>
      Object.fromEntries(Object.entries(told).filter(([name]) => isTap(name) === is))
    ) as [Fields, Fields];
    if (layer !== undefined && Object.keys(own).length > 0) put("", Number(layer), own);
    for (const [name, value] of Object.entries(others)) {
      if (Array.isArray(value)) value.forEach((one, i) => put(name, i, one));
      else if (layer !== undefined) put(name, Number(layer), value);
    }
  }
  return [...found].flatMap(([name, layers]) => gridsIn(name, layers)).filter(({ layers, matrices }) =>
    layers.length > 1 && matrices.length > 0 && matrices.length <= MATRICES
  ).toSorted((a, b) => Number(b.name === SENSITIVITY) - Number(a.name === SENSITIVITY));
}

/** A grid of the figures themselves, or one for each figure that every matrix has by name. */
function gridsIn(name: string, sparse: readonly Fields[]): readonly Grid[] {
  const layers = Array.from(sparse, (layer) => layer ?? {});
  const matrices = [...new Set(layers.flatMap((layer) => Object.keys(layer)))].toSorted((a, b) =>
    placeOf(a) - placeOf(b)
  );
  const inner = [
    ...new Set(
      layers.flatMap((layer) => Object.values(layer).flatMap((v) => isFields(v) ? Object.keys(v) : [])),
    ),
  ];
  const grid = (name: string, of: (value: Json | undefined) => Json | undefined): Grid => ({
    name,
    matrices,
    layers: layers.map((layer) => matrices.map((matrix) => numberOf(of(layer[matrix])))),
  });
  const grids = [
    grid(name, (value) => value),
    ...inner.slice(0, MATRICES).map((key) =>
      grid(name === "" ? key : `${name}, ${key}`, (value) => isFields(value) ? value[key] : undefined)
    ),
  ];
  return grids.filter(({ layers }) => layers.flat().some((value) => value !== undefined));
}

/** Matrices in the order in which a token goes through them; others after them as they come. */
const placeOf = (matrix: string) => isTap(matrix) ? (TAPS as readonly string[]).indexOf(matrix) : TAPS.length;

const isTap = (name: string) => (TAPS as readonly string[]).includes(name);

/** The name of a matrix without its layer. */
const plain = (matrix: string) => matrix.replace(/^blk\.\d+\./, "").replace(/\.weight$/, "");

const numberOf = (value: Json | undefined) =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

const isFields = (value: Json | undefined): value is Fields =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** e.g. "ffn_down of layer 7"; layers count from 0, as the files name them. */
export const cellName = ({ matrices }: Grid, layer: number, matrix: number): string =>
  `${matrices[matrix]} of layer ${layer}`;

/** Where a grid is highest, the highest first: "ffn_down of layer 1 (0.3), qkv of layer 0 (0.02)". */
export function highest(grid: Grid, named = NAMED): string {
  const cells = grid.layers.flatMap((layer, l) =>
    layer.flatMap((value, m) => value === undefined ? [] : [{ value, name: cellName(grid, l, m) }])
  );
  const first = cells.toSorted((a, b) => b.value - a.value).slice(0, named);
  return first.map(({ value, name }) => `${name} (${Number(value.toPrecision(2))})`).join(", ");
}

/** e.g. "8.50 bits a weight". */
export const saidBits = (bits: number): string => `${bits.toFixed(2)} bits a weight`;

/** What the weights of a trial take and how they were made, in sentences; nothing where it is not told. */
export function saidWeights(outcome: Outcome): readonly string[] {
  const { weights } = "weights" in outcome ? outcome : {};
  if (weights === undefined) return [];
  const { base, candidate, made } = weights;
  const own = `${bytes(candidate.bytes)}, ${saidBits(candidate.bits)}`;
  const share = candidate.bytes === base.bytes
    ? "as the baseline's do"
    : `${percent(candidate.bytes / base.bytes)} of the baseline's ${bytes(base.bytes)}`;
  return [`Its weights take ${own}, ${share}.`, ...(made === undefined ? [] : saidMaking(outcome, made))];
}

function saidMaking({ trial }: Outcome, notes: Notes): readonly string[] {
  const { made } = trial.candidate.model.params as { readonly made?: { readonly name?: unknown } };
  const told = Object.values(notes).filter(isFields);
  const seconds = told.map((piece) => numberOf(piece.seconds) ?? 0).reduce((sum, one) => sum + one, 0);
  const by = typeof made?.name === "string" ? ` by ${made.name}` : "";
  const left = numberOf(notes["left out"]);
  return [
    ...(seconds > 0 ? [`They were made${by} in ${count(Math.round(seconds))} s.`] : []),
    ...gridsOf(notes).filter(({ name }) => name === SENSITIVITY).map((grid) =>
      `Rounded by itself, what loses most: ${highest(grid)} nats a token.`
    ),
    ...(left === undefined ? [] : [`Of ${count(left)} pieces more is not kept than that they were made.`]),
  ];
}
