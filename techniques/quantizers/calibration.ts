/** What a quantizer is calibrated on, drawn from calibration splits and named by digest in its recipe. */
import { type Digest, keepTexts, UserError } from "../../engine/mod.ts";
import {
  c4TextCalibration,
  codeTextCalibration,
  type Dataset,
  type Text,
  wikiTextCalibration,
} from "../../datasets/mod.ts";

/** An encyclopedia, the web and code: a kind of text that is not here is not helped by what is calibrated on it. */
export const CALIBRATION_SETS: readonly Dataset<Text>[] = [
  wikiTextCalibration,
  c4TextCalibration,
  codeTextCalibration,
];

export interface CalibrationOptions {
  readonly sets?: readonly Dataset<Text>[];
  /** Pieces of text, taken from the sets in turn, and the tokens of each. */
  readonly pieces?: number;
  readonly tokens?: number;
}

/** The part of a recipe that tells what it is calibrated on. */
export type Calibration = {
  readonly texts: Digest;
  readonly sets: readonly string[];
  readonly pieces: number;
  readonly tokens: number;
};

/** Draws the texts and keeps them. @throws {UserError} when a set is one to measure on, or the numbers are not whole. */
export async function calibrate(
  { sets = CALIBRATION_SETS, pieces = 96, tokens = 512 }: CalibrationOptions,
): Promise<Calibration> {
  const measured = sets.find(({ split }) => split !== "calibration");
  if (measured) {
    throw new UserError(
      `Cannot calibrate on ${measured.name} as it must be a calibration split: it is its ${measured.split} split.`,
    );
  }
  if (!(Number.isInteger(pieces) && pieces >= 1 && Number.isInteger(tokens) && tokens >= 2)) {
    throw new UserError(
      `Cannot calibrate as it must be on 1 piece or more of 2 tokens or more: found ${pieces} of ${tokens}.`,
    );
  }
  const texts: Record<string, readonly string[]> = {};
  for (const set of sets) {
    texts[set.name] = (await Array.fromAsync(set.samples())).map(({ text }) => text);
  }
  return { texts: await keepTexts(texts), sets: sets.map(({ name }) => name), pieces, tokens };
}
