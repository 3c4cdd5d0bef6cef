/** What is compared with what: rows of one machine, model, precision, suite and workload stand on one board. */
import { createHash } from "node:crypto";
import type { Hardware } from "../engine/mod.ts";
import { fileName } from "./file_name.ts";
import type { Recording, Stamp } from "./recording.ts";

export interface Scope {
  readonly hardware: Hardware;
  readonly model: Stamp["model"];
  readonly suite: string;
  readonly workload: string;
}

/** A key that names a file, stable between runs: suite and workload, then a digest of machine, model and precision. */
export function scopeKey({ hardware, model, suite, workload }: Scope): string {
  const where = createHash("sha256").update(JSON.stringify([hardware.id, model.digest, model.precision]));
  return [fileName(suite), fileName(workload), where.digest("hex").slice(0, 16)].join(".");
}

/** The key of all boards that a recording may stand on, whatever the workload. */
export function scopeOf({ stamp: { hardware, model }, outcome: { trial } }: Recording): string {
  return scopeKey({ hardware, model, suite: trial.suite, workload: "" });
}
