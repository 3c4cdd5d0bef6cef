/**
 * Which recordings are references: somebody said so, why, and until when. Nothing is changed once it is said: the latest
 * word on a recording holds, and one that ends where it began ends the one before. A reference that no one renews is
 * none in the end, so that nobody is held against what everybody forgot.
 */
import type { Digest, Milliseconds } from "../engine/mod.ts";
import { day } from "./figures.ts";

export interface Promotion {
  /** The recording's id. */
  readonly recording: Digest;
  readonly at: Milliseconds;
  /** Who, in their own words. */
  readonly by: string;
  readonly why: string;
  /** From when on it no longer holds. */
  readonly expires: Milliseconds;
}

/** The promotion of each recording that holds at a time, by its id. */
export function inForce(
  promotions: readonly Promotion[],
  now: Milliseconds,
): ReadonlyMap<Digest, Promotion> {
  const latest = new Map(promotions.map((one) => [one.recording, one]));
  return new Map([...latest].filter(([, { expires }]) => expires > now));
}

/** What was said of one recording, in sentences, the earliest first; `now` tells what holds. */
export function saidPromotions(promotions: readonly Promotion[], now: Milliseconds): readonly string[] {
  return promotions.map((one, i) => {
    const { at, by, why, expires } = one;
    if (expires <= at) return `Ended as a reference on ${day(at)} by ${by}: ${why}.`;
    const held = i < promotions.length - 1
      ? ""
      : expires > now
      ? ": `deno task check --history` holds a head against it"
      : ", which is over: it is held against no longer";
    return `Made a reference on ${day(at)} by ${by}, until ${day(expires)}${held}. Why: ${why}.`;
  });
}
