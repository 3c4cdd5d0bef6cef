/** A setting on the toy engine, and suites in files as users write them. */
import type { StatusLine } from "../../../results/verbs/status_line.ts";
import type { Setting } from "../../../results/verbs/setting.ts";
import { type ToyBench, toyBench } from "../../evals/toy_bench.ts";

/** Stands in for the setting that options name. */
export function toySetting(per?: ToyBench["per"]): (values: unknown, status: StatusLine) => Promise<Setting> {
  return () => {
    const { suite: _, ...setting } = toyBench(per === undefined ? {} : { per });
    return Promise.resolve(setting);
  };
}

export interface Place {
  readonly folder: string;
  readonly store: string;
  /** Path of a suite file: the toy suite with these fields, as source text. */
  suite(fields: string): string;
  /** Path of a file with this text. */
  file(text: string): string;
}

/** Runs `use` in a folder that is gone afterwards. */
export async function inPlace(use: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  let count = 0;
  const file = (text: string) => {
    const path = `${folder}/suite${count++}.ts`;
    Deno.writeTextFileSync(path, text);
    return path;
  };
  const toys = new URL("../../evals/toy_bench.ts", import.meta.url).href;
  const techniques = new URL("../../../mod.ts", import.meta.url).href;
  const suite = (fields: string) =>
    file(
      `import * as toys from ${JSON.stringify(toys)};\nimport * as assay from ${
        JSON.stringify(techniques)
      };\n` +
        `const { planted, toyInt8, workload } = toys;\nexport const suite = toys.suite({ ${fields} });\n`,
    );
  try {
    await use({ folder, store: `${folder}/store.sqlite`, suite, file });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
