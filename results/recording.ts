/** A recording is an outcome with everything needed to judge how far to trust it. */
import type { Digest, Hardware, Milliseconds } from "../engine/mod.ts";
import type { Outcome } from "../evals/mod.ts";
import type { Promotion } from "./promotions.ts";
import type { Row } from "./row.ts";
import type { Shelf } from "./shelf.ts";

/** 2: a check names its rule, and what is judged is more. */
export const SCHEMA = 2;

export interface Stamp {
  readonly at: Milliseconds;
  readonly hardware: Hardware;
  /** e.g. { assay: "0.1.0", deno: "2.9.6", "onnxruntime-node": "1.30.0" } */
  readonly versions: Readonly<Record<string, string>>;
  /** Absent outside a git checkout. */
  readonly commit?: { readonly id: string; readonly dirty: boolean };
  /** Name and digest of the model's file, and how it stored its weights ("f32 from Q4_1"). */
  readonly model: { readonly name: string; readonly digest: Digest; readonly precision: string };
}

export interface Recording {
  readonly schema: typeof SCHEMA;
  /** Digest of stamp and outcome. */
  readonly id: Digest;
  readonly stamp: Stamp;
  readonly outcome: Outcome;
}

/** A stored row that cannot be read as a recording, and why. */
export interface Broken {
  readonly id: string;
  readonly why: string;
}

/** An export of another store, as it was taken in. */
export interface Exported {
  /** SHA-256 of its lines. */
  readonly digest: Digest;
  /** Who exported, in their own words. */
  readonly by?: string;
  readonly exportedAt: Milliseconds;
  readonly importedAt: Milliseconds;
  /** The public key whose signature held; absent where the export was not signed. */
  readonly key?: string;
  /** False where its lines are not those that were exported: it was cut short or edited. */
  readonly whole: boolean;
}

/** From which export a recording came, and how far that is vouched for. */
export interface Origin extends Exported {
  /** Whether its key is one that was named as trusted here. */
  readonly trusted: boolean;
}

/** A recording as lists show it: without samples and raw timings, with where it came from if not from here. */
export interface Shelved extends Recording {
  readonly origin?: Origin;
}

/** Which recordings to read; all where nothing is asked. */
export interface Query {
  readonly id?: Digest;
  readonly trial?: Digest;
  /** One machine, or any of several. */
  readonly hardware?: Digest | readonly Digest[];
  readonly suite?: string;
  readonly since?: Milliseconds;
  /** Only what was recorded into this store, and not taken in from an export. */
  readonly own?: true;
}

/** Append-only: there is no update and no delete. */
export interface ResultsStore extends Disposable {
  /** What is kept, for lists and boards. */
  readonly shelf: Shelf;
  /** @throws when the outcome is `recorded` without a passing verdict, or another kind carries a speed. */
  append(recording: Recording): void;
  /** Adds rows that were checked already and are not there yet, and whence they came; returns how many were new. */
  take(rows: readonly Row[], origin?: Exported): number;
  /** From now on what is signed with this public key counts as trusted. */
  trust(key: string): void;
  /** Keeps what was said of a recording as a reference. */
  promote(promotion: Promotion): void;
  /** Oldest first, each whole and checked; passes over rows that cannot be read and tells `broken` of each. */
  read(
    query?: Query,
    broken?: (row: Broken) => void,
  ): Iterable<Recording>;
  /** Grows with every append, every promotion and every key that is trusted, by whichever process. */
  revision(): number;
}
