/** Stores and exports in a folder of their own, and their lines to be tampered with. */
import { digest, type Hardware } from "../../../engine/mod.ts";
import { openStore, type Recording } from "../../../results/mod.ts";
import { run as exportRun } from "../../../results/verbs/export.ts";
import { run as importRun } from "../../../results/verbs/import.ts";
import { HARDWARE, recording } from "../fixture.ts";
import { printed } from "../verbs/console.ts";

/** A machine whose id is the digest of what it says, as that of a real one is. */
export async function machine(cpu = "Testium 9000"): Promise<Hardware> {
  const { id: _, ...rest } = { ...HARDWARE, cpu };
  return { id: await digest(rest), ...rest };
}

/** A recording on such a machine. */
export async function real(
  outcome: Recording["outcome"],
  over: Partial<Recording["stamp"]> = {},
): Promise<Recording> {
  return await recording(outcome, { hardware: await machine(), ...over });
}

export interface Place {
  readonly folder: string;
  /** Appends to a store of this name, and gives its path. */
  readonly store: (name: string, recordings?: readonly Recording[]) => string;
  /** Exports a store of these to a file and gives its path. */
  readonly exported: (recordings: readonly Recording[], ...options: string[]) => Promise<string>;
}

export async function inFolder(action: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  let stores = 0;
  const store = (name: string, recordings: readonly Recording[] = []) => {
    const path = `${folder}/${name}.sqlite`;
    using opened = openStore(path);
    for (const one of recordings) opened.append(one);
    return path;
  };
  try {
    await action({
      folder,
      store,
      exported: async (recordings, ...options) => {
        const from = store(`from${++stores}`, recordings);
        const to = `${folder}/${stores}.jsonl`;
        await printed(() => exportRun(["--store", from, "--to", to, ...options]));
        return to;
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What a store holds, by the names of its rows. */
export function names(path: string): readonly string[] {
  using opened = openStore(path);
  return [...opened.read()].map(({ outcome }) => outcome.trial.name);
}

export const imported = (...args: readonly string[]) => printed(() => importRun(args));

/** Rewrites the lines of a file. */
export async function edit(path: string, change: (lines: string[]) => readonly string[]): Promise<void> {
  const lines = (await Deno.readTextFile(path)).trimEnd().split("\n");
  await Deno.writeTextFile(path, `${change(lines).join("\n")}\n`);
}

/** A line with its recording changed and the digest of what it then says, as a forger would make it. */
export async function forged(line: string, change: (recording: Recording) => object): Promise<string> {
  const changed = { ...JSON.parse(line), ...change(JSON.parse(line)) } as Recording;
  const { stamp, outcome } = changed;
  const id = await digest({ stamp, outcome });
  return JSON.stringify({ ...changed, id });
}
