/**
 * How long an import of many recordings takes, as `deno task import` does it, and what of it is what: reading, parsing,
 * digest, door, packing, adding.
 *   deno run -A tests/bench/exchange_bench.ts [COUNT] [FOLDER] [WORKERS,...]
 * leaves the store at FOLDER/many.sqlite for viewer_bench.ts and writes its report beside itself.
 */
import { createHash } from "node:crypto";
import { cpuUsage } from "node:process";
import { zstdCompressSync } from "node:zlib";
import { readHardware } from "../../engine/mod.ts";
import { hash, textOf } from "../../results/body.ts";
import { admit } from "../../results/door.ts";
import { examine } from "../../results/exchange/examine.ts";
import { linesOf } from "../../results/exchange/lines.ts";
import { survey } from "../../results/exchange/survey.ts";
import { take } from "../../results/exchange/take.ts";
import { openStore, type Recording } from "../../results/mod.ts";
import { misshapen } from "../../results/shape.ts";
import { SCOPES, writeMany } from "./many_recordings.ts";

const count = Number(Deno.args[0] ?? 100_000);
const folder = Deno.args[1] ?? await Deno.makeTempDir();
const [file, path] = [`${folder}/many.jsonl`, `${folder}/many.sqlite`];

/** Seconds of processor time of this process, all its threads together. */
const cpu = () => {
  const { user, system } = cpuUsage();
  return (user + system) / 1e6;
};

/** Seconds that an action takes, and what it gives. */
async function timed<T>(action: () => T | Promise<T>): Promise<readonly [number, T]> {
  const start = performance.now();
  const value = await action();
  return [(performance.now() - start) / 1000, value];
}

const [writing, bytes] = await timed(() => writeMany(file, count));
console.error(`wrote ${count} recordings, ${(bytes / 2 ** 20).toFixed(0)} MiB, in ${writing.toFixed(1)} s`);

const parts = await profile(file);
const runs: {
  readonly workers: number;
  readonly survey: number;
  readonly take: number;
  /** Processor time of the taking, all threads together. */
  readonly processor: number;
  /** The same file once more, all of it known. */
  readonly again: number;
  readonly peakMiB: number;
}[] = [];
for (const workers of (Deno.args[2] ?? "2,1,0,2").split(",").map(Number)) {
  for (const end of ["", "-wal", "-shm"]) await Deno.remove(path + end).catch(() => {});
  using store = openStore(path);
  const now = Date.now();
  const [seal, { origin, amiss }] = await timed(() => survey(file, now, () => {}));
  if (amiss.length > 0) throw new Error(amiss.join(" "));
  let peak = 0;
  const options = {
    now,
    workers,
    progress: () => peak = Math.max(peak, Deno.memoryUsage().rss),
    wrong: (line: number, why: string) => {
      throw new Error(`line ${line}: ${why}`);
    },
  };
  const before = cpu();
  const [taking, { added }] = await timed(() => take(file, origin, options, store));
  if (added !== count) throw new Error(`${added} of ${count} were added`);
  const processor = cpu() - before;
  const [again, { known }] = await timed(() => take(file, origin, options, store));
  if (known !== count) throw new Error(`${known} of ${count} were known`);
  runs.push({ workers, survey: seal, take: taking, processor, again, peakMiB: Math.round(peak / 2 ** 20) });
  console.error(JSON.stringify(runs.at(-1)));
}

const hardware = await readHardware("native", navigator.hardwareConcurrency);
const report = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${hardware.cpu}, ${hardware.cores} cores, ${hardware.memoryGiB} GiB, load ${
    Deno.loadavg()[0]!.toFixed(1)
  }`,
  deno: Deno.version.deno,
  recordings: count,
  scopes: SCOPES,
  bytesEach: Math.round(bytes / count),
  storeBytesEach: Math.round((await Deno.stat(path)).size / count),
  microsecondsEach: parts,
  runs,
};
await Deno.writeTextFile(
  new URL("./exchange_bench.json", import.meta.url),
  `${JSON.stringify(report, null, 2)}\n`,
);
console.log(JSON.stringify(report));

/** Microseconds of processor time a recording of each step, over the first thousand, one after the other in one thread. */
async function profile(path: string): Promise<Readonly<Record<string, number>>> {
  const lines: Uint8Array<ArrayBuffer>[] = [];
  for await (const { number, bytes } of linesOf(path)) {
    if (number > 1 && bytes) lines.push(bytes.slice());
    if (lines.length === 1000) break;
  }
  const texts = lines.map((line) => new TextDecoder().decode(line)).filter((line) =>
    line.startsWith('{"id"')
  );
  const values = texts.map((text) => JSON.parse(text) as Recording);
  const bodies = values.map(textOf);
  const steps: Readonly<Record<string, () => void>> = {
    "sha-256 of the lines": () => lines.forEach((line) => createHash("sha256").update(line).digest()),
    "JSON.parse": () => texts.forEach((text) => JSON.parse(text)),
    "canonical JSON": () => values.forEach(textOf),
    "sha-256 of the text": () => bodies.forEach(hash),
    "shape": () => values.forEach(({ stamp, outcome }) => misshapen(stamp, outcome)),
    "door": () => values.forEach(({ outcome }) => admit(outcome)),
    "zstd": () => bodies.forEach((body) => zstdCompressSync(body)),
    "all of examine": () => lines.forEach((line) => examine(line, Date.now())),
  };
  return Object.fromEntries(
    Object.entries(steps).map(([name, step]) => {
      step();
      const before = cpu();
      for (let i = 0; i < 3; i++) step();
      return [name, Math.round((cpu() - before) * 1e6 / 3 / texts.length)];
    }),
  );
}
