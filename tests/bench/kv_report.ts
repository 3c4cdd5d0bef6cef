/** The report of kv_bench.ts: JSON to go on from, and tables for people. */
import type { Hardware } from "../../mod.ts";

type Ratio = ReturnType<typeof import("../../mod.ts").ratioOf>;

/** Decoding speed over that of 32-bit floats, after a prompt of `length` tokens. */
export interface Speed {
  readonly length: number;
  readonly ratio: Ratio;
}

interface Mean {
  readonly sum: number;
  readonly tokens: number;
}

export interface Form {
  /** Of one token's K and V in full pages, and in 32-bit floats. */
  readonly bytes: number;
  readonly floatBytes: number;
  /** For each text and bucket of positions, by how much log-probabilities fell, in nats. */
  readonly losses: readonly (readonly Mean[])[];
  speed?: readonly Speed[];
}

export interface KvReport {
  readonly at: string;
  readonly model: string;
  readonly hardware: Hardware;
  readonly versions: Readonly<Record<string, string>>;
  readonly prompt: number;
  /** Tokens that a step decodes of each text. */
  readonly rows: number;
  readonly tokens: number;
  texts: number;
  readonly pairs: number;
  readonly load: number;
  readonly forms: Record<string, Form>;
}

/** Where buckets of positions begin. */
const BUCKETS = [0, 64, 256, 512];

const file = (extension: string) => new URL(`kv_bench.${extension}`, import.meta.url);

/** The report that an earlier run left half done, or this one. */
export async function begun(fresh: KvReport, again: boolean): Promise<KvReport> {
  if (again) return fresh;
  try {
    return { ...JSON.parse(await Deno.readTextFile(file("json"))), load: fresh.load, pairs: fresh.pairs };
  } catch {
    return fresh;
  }
}

/** Keeps what there is of it. */
export async function keep(report: KvReport): Promise<void> {
  await Deno.writeTextFile(file("json"), JSON.stringify(report, null, 2) + "\n");
}

/** One text's losses, the first of them at position `from`, in buckets. */
export function byPosition(losses: readonly number[], from: number): readonly Mean[] {
  return BUCKETS.map((start, i) => {
    const part = losses.slice(Math.max(0, start - from), Math.max(0, (BUCKETS[i + 1] ?? Infinity) - from));
    return { sum: part.reduce((sum, value) => sum + value, 0), tokens: part.length };
  });
}

/** The mean over texts of what they lose in these buckets, with its standard error. */
function lossIn(losses: Form["losses"], buckets: readonly number[]): string {
  const means = losses.map((own) => {
    const of = (key: keyof Mean) => buckets.reduce((sum, bucket) => sum + own[bucket]![key], 0);
    return of("sum") / of("tokens");
  });
  const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
  const squares = means.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return `${mean.toFixed(4)} ± ${Math.sqrt(squares / (means.length - 1) / means.length).toFixed(4)}`;
}

/** Writes kv_bench.md, and keeps nothing else. */
export async function write(report: KvReport): Promise<void> {
  await Deno.writeTextFile(file("md"), markdown(report));
  await Deno.remove(file("json"));
}

function markdown(
  { at, forms, prompt, rows, pairs, texts, tokens, model, hardware, versions, load }: KvReport,
): string {
  const all = BUCKETS.map((_, i) => i);
  const buckets = BUCKETS.map((from, i) => `${Math.max(from, prompt)}-${(BUCKETS[i + 1] ?? tokens) - 1}`);
  const quality = Object.entries(forms).map(([name, { bytes, floatBytes, losses }]) => [
    name,
    Math.round(bytes).toLocaleString("en"),
    `${(floatBytes / bytes).toFixed(2)}x`,
    lossIn(losses, all),
    ...all.map((bucket) => lossIn(losses, [bucket])),
  ]);
  const timed = Object.entries(forms).flatMap(([name, { speed }]) => (speed ? [{ name, speed }] : []));
  const speeds = timed.map(({ name, speed }) => [
    name,
    ...speed.map(({ ratio: { estimate, interval } }) =>
      `${estimate.toFixed(2)}x [${interval.low.toFixed(2)}, ${interval.high.toFixed(2)}]`
    ),
  ]);
  const lengths = timed[0]!.speed.map(({ length }) => `after ${length.toLocaleString("en")} tokens`);
  const made = Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ");
  return [
    "# Quantized K/V",
    "",
    `\`deno run -A tests/bench/kv_bench.ts\`, ${at}, ${model}, ${hardware.cpu}, ${hardware.cores} cores, ${made}, load ${
      load.toFixed(1)
    } before it.`,
    "",
    `What a token's K and V take in full pages, how many times less that is than 32-bit floats, and the loss in nats a`,
    `token by position: ${texts} texts of ${
      tokens.toLocaleString("en")
    } tokens from the calibration splits (encyclopedia, web pages, code), decoded`,
    `${rows} tokens a step after ${prompt} tokens of prompt, all texts side by side; ± one standard error over texts. Grids per page`,
    "are of 16 tokens, and the keys of the page that is being filled are floats; grids per channel are calibrated on the",
    "first 512 tokens of other texts of the same splits, so that no position beyond those was seen.",
    "",
    ...table(["form", "bytes", "less", "loss", ...buckets], quality),
    "",
    `Decoding speed over 32-bit floats, one stream, ${pairs} pairs in turns, with a 95 % interval; unverified, since no gate`,
    "was asked. The network reads floats as before: of the pages only the rows that were added are read.",
    "",
    ...table(["form", ...lengths], speeds),
    "",
  ].join("\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}
