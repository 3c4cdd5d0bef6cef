/** A recording made ready for the store: what its columns hold, its body packed, and its row on the shelf. */
import { pack, textOf } from "./body.ts";
import { word } from "./explain.ts";
import { light } from "./light.ts";
import type { Recording } from "./recording.ts";
import { scopeOf } from "./scope.ts";

/** Plain data, so that a worker can make it. */
export interface Row {
  readonly id: string;
  readonly schema: number;
  readonly trial: string;
  readonly kind: string;
  readonly hardware: string;
  readonly suite: string;
  readonly packed: Uint8Array;
  readonly shelf: ShelfRow;
}

export interface ShelfRow {
  readonly scope: string;
  readonly name: string;
  readonly word: string;
  readonly at: number;
  /** Judged from logs of another tool, so that it stands on no board. */
  readonly imported: boolean;
  readonly light: string;
  /** What the scope's key stands for, as JSON. */
  readonly about: string;
  readonly workloads: readonly string[];
}

/** `text`: that which the id is the digest of. */
export function rowOf(recording: Recording, text: string): Row {
  const { id, schema, stamp: { hardware }, outcome: { kind, trial } } = recording;
  return {
    id,
    schema,
    trial: trial.id,
    kind,
    hardware: hardware.id,
    suite: trial.suite,
    packed: pack(text),
    shelf: shelfRow(recording),
  };
}

export function shelfRow(recording: Recording): ShelfRow {
  const { stamp: { at, hardware, model }, outcome } = recording;
  const { suite, name, workloads, imported } = outcome.trial;
  return {
    scope: scopeOf(recording),
    name,
    word: word(outcome),
    at,
    imported: imported !== undefined,
    light: textOf(light(recording)),
    about: JSON.stringify({ hardware, model, suite }),
    workloads: imported === undefined ? [...workloads] : [],
  };
}
