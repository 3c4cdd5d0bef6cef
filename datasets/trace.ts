/**
 * When requests arrived once, read from a trace: CSV with a column "timestamp" in seconds (BurstGPT; Wang et al., 2024)
 * or as dates (Azure's LLM inference traces; Patel et al., Splitwise, ISCA 2024), or JSONL with "timestamp" in
 * milliseconds (Mooncake; Qin et al., FAST 2025). Only the times are used: prompts are those of the workload.
 */
import { type Milliseconds, UserError } from "../engine/mod.ts";

export interface Trace {
  /** The file's name. */
  readonly trace: string;
  /** From the first arrival on, in order. */
  readonly times: readonly Milliseconds[];
}

type TimeOf = (line: string) => Milliseconds | string;

const JSON_ROW = '{"timestamp": milliseconds}';
const CSV_ROW = '"timestamp" in seconds or as a date';

/** Reads every arrival of a file. @throws {UserError} naming the first line that is wrong. */
export async function readTrace(path: string): Promise<Trace> {
  const trace = path.slice(path.lastIndexOf("/") + 1);
  const lines = (await textOf(path)).replace(/^\uFEFF/, "").split(/\r?\n/);
  const isJson = lines.find((line) => line.trim() !== "")?.trimStart().startsWith("{") === true;
  let timeOf: TimeOf | undefined = isJson ? timeOfJson : undefined;
  const times: Milliseconds[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const wrong = (must: string, found: string) =>
      new UserError(`Cannot read line ${index + 1} of ${trace} as it must ${must}: found ${found}.`);
    if (timeOf === undefined) {
      timeOf = timeOfCsv(line);
      if (timeOf === undefined) throw wrong(`name a column ${CSV_ROW}, or be ${JSON_ROW}`, shown(line));
      continue;
    }
    const at = timeOf(line);
    if (typeof at === "string") throw wrong(isJson ? `be ${JSON_ROW}` : `have ${CSV_ROW}`, at);
    if (at < (times.at(-1) ?? at)) {
      throw wrong("not come before the line above it", `a time ${times.at(-1)! - at} ms earlier`);
    }
    times.push(at);
  }
  if (times.length === 0) {
    throw new UserError(`Cannot replay ${trace} as it must tell at least one arrival: it tells none.`);
  }
  return { trace, times: times.map((at) => at - times[0]!) };
}

async function textOf(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound ? "there is none" : (error as Error).message;
    throw new UserError(`Cannot replay ${path} as it must be a readable file: ${why}.`);
  }
}

/** The time in a row under this heading, or what was found instead; nothing where the heading names none. */
function timeOfCsv(heading: string): TimeOf | undefined {
  const column = heading.split(",").findIndex((name) => /^"?timestamp"?$/i.test(name.trim()));
  if (column < 0) return undefined;
  return (line) => {
    const cell = line.split(",")[column]?.trim().replaceAll('"', "") ?? "";
    const seconds = cell === "" ? NaN : Number(cell);
    const at = Number.isNaN(seconds) && /^\d{4}-\d{2}-\d{2}[ T]/.test(cell) ? dated(cell) : seconds * 1000;
    return Number.isFinite(at) ? at : shown(cell);
  };
}

/** Of digits below a millisecond, which a date would drop, none is lost; without a zone it is UTC's. */
function dated(cell: string): Milliseconds {
  const [, whole, fraction = "", zone] = /^(.{19})(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/.exec(cell) ?? [];
  return Date.parse(`${whole?.replace(" ", "T")}${zone ?? "Z"}`) + Number(`0${fraction}`) * 1000;
}

function timeOfJson(line: string): Milliseconds | string {
  try {
    const { timestamp } = JSON.parse(line);
    return typeof timestamp === "number" && Number.isFinite(timestamp) ? timestamp : shown(line);
  } catch {
    return shown(line);
  }
}

/** A cell or line in a few words. */
const shown = (text: string): string => text === "" ? "none" : JSON.stringify(text.slice(0, 40));
