/** Judges what other tools asked of two arms, and records the outcome as imported. */
import { canonical, digest, type Json, systemClock, UserError } from "../../engine/mod.ts";
import type { Outcome } from "../../evals/mod.ts";
import { explain, explainCheck, word } from "../explain.ts";
import { importOutcome } from "../imported/import.ts";
import type { Log } from "../imported/log.ts";
import type { Margins } from "../imported/pairing.ts";
import { saidImported } from "../imported/said.ts";
import { clean } from "../imported/source.ts";
import { ledger } from "../ledger.ts";
import { readCommit, versions } from "../record.ts";
import { SCHEMA, type Stamp } from "../recording.ts";
import { openStore } from "../store.ts";

/** As they were given: where the logs and speeds of both arms lie, and how they are to be judged. */
export interface Given {
  readonly base: string;
  readonly candidate: string;
  readonly margin: readonly string[];
  readonly speed?: { readonly base: string; readonly candidate: string };
  readonly name?: string;
  readonly store?: string;
}

/** Reads, judges, records and prints. */
export async function importLogs({ margin, store: path, ...given }: Given): Promise<void> {
  const { outcome, log } = await importOutcome({ ...given, margins: marginsOf(margin) });
  const stamped = await stampOf(log);
  using store = openStore(path);
  const known = ledger(store, stamped).done(outcome.trial);
  const before = known !== undefined && same(known.trial, outcome.trial);
  const id = await digest({ stamp: stamped, outcome });
  if (!before) store.append({ schema: SCHEMA, id, stamp: stamped, outcome });
  print(outcome);
  console.error(
    before
      ? "Recorded before."
      : `Recorded; deno task explain ${id.slice(0, 12)} shows the samples that decided.`,
  );
}

const same = (a: unknown, b: unknown) => canonical(a as Json) === canonical(b as Json);

function marginsOf(given: readonly string[]): Margins {
  return new Map(given.map((text) => {
    const at = text.lastIndexOf("=");
    const [name, loss] = [text.slice(0, at), Number(text.slice(at + 1))];
    if (at < 1 || text.endsWith("=") || !(loss > 0 && loss < Infinity)) {
      throw new UserError(
        `Cannot use --margin ${clean(text)} as it must be a metric and a loss above 0, e.g. acc=0.02.`,
      );
    }
    return [name, loss];
  }));
}

/** No machine is known: the files were measured elsewhere, so the row shares a scope with nothing measured here. */
async function stampOf({ tool, version, model }: Log): Promise<Stamp> {
  const commit = await readCommit();
  const unknown = {
    cpu: "not told",
    cores: 0,
    memoryGiB: 0,
    os: "",
    arch: "",
    backend: `imported from ${tool}`,
    threads: 0,
  };
  return {
    at: systemClock.now(),
    hardware: { id: await digest(unknown), ...unknown },
    versions: { ...versions(), [tool]: version },
    ...(commit === undefined ? {} : { commit }),
    model: { name: model.name, digest: await digest(model), precision: model.precision },
  };
}

function print(outcome: Outcome): void {
  const [lead] = explain(outcome);
  const checks = "verdict" in outcome ? outcome.verdict.checks : [];
  console.log(`${word(outcome)} ${outcome.trial.name}: ${lead}`);
  for (const check of checks) {
    console.log(`  ${(check.decision ?? "reported").padEnd(8)} ${explainCheck(check)}`);
  }
  for (const sentence of saidImported(outcome)) console.log(sentence);
}
