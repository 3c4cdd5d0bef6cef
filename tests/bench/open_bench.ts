/**
 * How long models take to open and what memory that takes, each opening in a process of its own: once with nothing in
 * the cache but the model's file, then from the graph in the cache. Writes open_bench.json and open_bench.md beside
 * this file; rows of models that were not asked for stay as they were.
 *
 *   deno run -A tests/bench/open_bench.ts [--models a,b] [--precisions f32,int8] [--again N]
 */
import { parseArgs } from "@std/cli";
import { cacheFolder, knownModel, MODELS, percentiles } from "../../mod.ts";
import { type Opened, PRECISIONS } from "./open_child.ts";
import { files, type Row } from "./open_report.ts";
import { inOwnProcess, rowsHere } from "./report_files.ts";

const names = Object.keys(MODELS);
const { models = names.join(), precisions = Object.keys(PRECISIONS).join(), again = "3" } = parseArgs(
  Deno.args,
  { string: ["models", "precisions", "again"] },
) as { models?: string; precisions?: string; again?: string };

const cache = await Deno.makeTempDir();
try {
  for (const name of models.split(",")) {
    const { file } = await knownModel(MODELS[name]!);
    const { size } = await Deno.stat(file);
    await Deno.symlink(`${cacheFolder()}/files`, `${cache}/files`).catch(() => {});
    for (const precision of precisions.split(",")) {
      console.error(`${name} ${precision}`);
      const load = Deno.loadavg()[0]!;
      const cold = await open(name, precision);
      const cached: Opened[] = [];
      for (let i = 0; i < Number(again); i++) cached.push(await open(name, precision));
      const copySeconds = await copy(cold.graphBytes);
      await Deno.remove(`${cache}/graphs`, { recursive: true });
      const middle = (of: (one: Opened) => number) => percentiles(cached.map(of)).p50;
      await record({
        at: new Date().toISOString(),
        model: name,
        precision,
        fileBytes: size,
        load,
        copySeconds,
        cold,
        cached: {
          ...cold,
          opened: middle(({ opened }) => opened),
          cpu: middle(({ cpu }) => cpu),
          peak: Math.max(...cached.map(({ peak }) => peak)),
          peakAnonymous: Math.max(...cached.map(({ peakAnonymous }) => peakAnonymous)),
          steady: middle(({ steady }) => steady),
        },
      });
    }
  }
} finally {
  await Deno.remove(cache, { recursive: true });
}

async function open(name: string, precision: string): Promise<Opened> {
  const found = await inOwnProcess<Opened>("open_child.ts", [name, precision], { ASSAY_CACHE: cache });
  if (!found) throw new Error(`${name} at ${precision} was not opened`);
  return found;
}

/** Seconds to write so many bytes to a file and to read them back: what no opening that writes a graph can be below. */
async function copy(bytes: number): Promise<number> {
  const [path, piece] = [`${cache}/copy`, new Uint8Array(1 << 20)];
  const start = performance.now();
  {
    using file = await Deno.open(path, { write: true, create: true });
    for (let done = 0; done < bytes; done += piece.length) file.writeSync(piece);
  }
  {
    using file = await Deno.open(path);
    while (file.readSync(piece) !== null);
  }
  await Deno.remove(path);
  return (performance.now() - start) / 1000;
}

/** Written after each row, so that a killed run loses one at most. */
async function record(row: Row): Promise<void> {
  const rows = (await files.read())?.rows ?? [];
  const others = rows.filter(({ model, precision }) => model !== row.model || precision !== row.precision);
  const order = (one: Row) => names.indexOf(one.model) * 10 + Object.keys(PRECISIONS).indexOf(one.precision);
  await files.write(await rowsHere([...others, row].sort((a, b) => order(a) - order(b))));
}
