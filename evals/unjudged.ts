/** Answers that say nothing of a candidate, good or bad: its row is void for this reason. */
export class Unjudged extends Error {
  override name = "Unjudged";
}

const BROKE = "it broke: ";

/** Why a row has no outcome whose stack threw. */
export const whyBroken = (error: unknown): string => `${BROKE}${(error as Error).message}`;

/** Whether that is why. */
export const isBroken = (reason: string): boolean => reason.startsWith(BROKE);
