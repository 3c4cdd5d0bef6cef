/**
 * What the weights of a trial take, and how they were made. A maker may tell much; what is kept of it is cut to a few
 * significant digits, and to the pieces that fit.
 */
import { bitsPerWeight, type Json, madeNotes, type Session, type Stack } from "../engine/mod.ts";
import type { ArmWeights, TrialWeights } from "./outcome.ts";

/** Digits of a number that are kept. */
const DIGITS = 4;
/** Characters of JSON that are kept; some 60 layers with two figures for each of four matrices. */
export const MADE_LIMIT = 16_384;

/** Both arms' weights; undefined where one of the sessions does not tell. */
export async function weighed(
  base: readonly [Stack, Session],
  candidate: readonly [Stack, Session],
): Promise<TrialWeights | undefined> {
  const [before, after] = [await heldIn(...base), await heldIn(...candidate)];
  if (before === undefined || after === undefined) return undefined;
  const notes = await madeNotes(candidate[0].model);
  return { base: before, candidate: after, ...(notes === undefined ? {} : { made: briefly(notes) }) };
}

async function heldIn({ model }: Stack, session: Session): Promise<ArmWeights | undefined> {
  const { weightBytes: bytes } = await session.stats();
  return bytes === undefined ? undefined : { bytes, bits: bitsPerWeight(model, bytes) };
}

/** The first pieces that fit, their numbers rounded; "left out" then names how many did not. */
export function briefly(notes: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
  const kept: Record<string, Json> = {};
  let [size, left] = [2, 0];
  for (const [piece, told] of Object.entries(notes)) {
    const rounded = roundedIn(told);
    const length = JSON.stringify({ [piece]: rounded }).length;
    if (size + length > MADE_LIMIT - 64) left++;
    else {
      kept[piece] = rounded;
      size += length;
    }
  }
  return left === 0 ? kept : { ...kept, "left out": left };
}

function roundedIn(value: Json): Json {
  if (typeof value === "number") return Number(value.toPrecision(DIGITS));
  if (Array.isArray(value)) return value.map(roundedIn);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, roundedIn(inner)]));
}
