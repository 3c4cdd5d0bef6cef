/** The board for a terminal: at most 80 columns, verdicts in words, the summary last. */
import { createColors } from "picocolors";
import type { Outcome } from "../evals/mod.ts";
import { explain, type Word, word } from "./explain.ts";
import {
  bytes,
  change,
  changeInterval,
  count,
  day,
  duration,
  plural,
  rate,
  times,
  timesInterval,
} from "./figures.ts";
import type { Board, Row, TimedRow } from "./leaderboard.ts";
import { rowWord, summarise } from "./summary.ts";

const WIDTH = 80;
const COLUMNS = [3, 7, 19, 27, 19] as const;

/** Whether standard output is for a person who wants colour: a terminal, and NO_COLOR is not set. */
export function wantsColour(): boolean {
  return Deno.stdout.isTerminal() && !Deno.env.get("NO_COLOR");
}

/** One board as text. `reasons`: why each refused row has no speed, from `why`. */
export function renderBoard(
  board: Board,
  options: { readonly colour: boolean; readonly reasons?: ReadonlyMap<string, readonly string[]> },
): string {
  const { bold, dim } = createColors(options.colour);
  const { hardware, model, suite, workload } = board.scope;
  const machine = `${hardware.cpu} · ${hardware.backend}, ${plural(hardware.threads, "thread")}`;
  const lines = [
    bold(fit(machine, WIDTH)),
    fit(`${model.name} ${model.precision} / ${workload} / ${suite} / ${day(board.at)}`, WIDTH),
    "",
    dim(line(["#", "VERDICT", "TECHNIQUE", "QUALITY VS BASE, WORST", "SPEED VS BASE"])),
  ];
  const paint = (row: Row, place: string, speed: string) => {
    const verdict = rowWord(row);
    lines.push(line([place, verdict, row.name, quality(row), speed], tint(options.colour, verdict)));
  };
  for (const row of board.ranked) paint(row, row.tied ? `${row.place}=` : `${row.place}`, speedOf(row));
  for (const row of board.wide) paint(row, "-", speedOf(row));
  for (const row of board.refused) paint(row, "-", untimed(row));
  if (board.noise) {
    lines.push(dim(line(["", "noise", board.noise.name, quality(board.noise), speedOf(board.noise)])));
  }
  if (board.wide.length > 0) {
    const names = board.wide.map(({ name }) => name).join(", ");
    lines.push(...wrap(`Not ranked, as the margin is wider than a board allows: ${names}.`).map(dim));
  }
  lines.push(...latencies(board, dim));
  for (const row of board.refused) {
    const reasons = options.reasons?.get(row.id) ?? (row.reason === undefined ? [] : [row.reason]);
    lines.push("", ...wrap(`Why ${row.name} is refused: ${reasons.join(" ")}`));
  }
  const { headline, rest } = summarise(board);
  lines.push("", ...wrap(headline).map(bold), ...(rest === undefined ? [] : wrap(rest)));
  return lines.map((text) => text.trimEnd()).join("\n");
}

/** The reasons for every outcome without a speed, keyed by recording id, as `renderBoard` takes them. */
export function why(
  recordings: Iterable<{ readonly id: string; readonly outcome: Outcome }>,
): ReadonlyMap<string, readonly string[]> {
  const refused = [...recordings].filter(({ outcome }) => word(outcome) !== "PASS");
  return new Map(refused.map(({ id, outcome }) => [id, explain(outcome)]));
}

function latencies(board: Board, dim: (text: string) => string): readonly string[] {
  const rows = [...board.ranked, ...board.wide, ...(board.noise ? [board.noise] : [])];
  if (rows.length === 0) return [];
  const table = (cells: readonly string[]) => {
    const widths = [23, 11, 11, 11, 11, 9];
    return fit(
      " " + cells.map((cell, i) => i === 0 ? fit(cell, 23) : cell.padStart(widths[i]!)).join(""),
      WIDTH,
    );
  };
  const first = rows[0]!.figures.base;
  const cells = (name: string, arm: TimedRow["figures"]["base"], peer: number | undefined) =>
    table([
      name,
      rate(arm.tokensPerSecond).replace(" tok/s", ""),
      duration(arm.ttft.p50),
      duration(arm.tpot.p50),
      bytes(arm.addedBytes),
      peer === undefined ? "" : times(peer),
    ]);
  return [
    "",
    dim(table(["", "TOKENS/S", "TTFT P50", "TPOT P50", "MEMORY", "VS PEER"])),
    cells("baseline", first, undefined),
    ...rows.filter((row) => row !== board.noise).map((row) =>
      cells(row.name, row.figures.candidate, row.figures.overPeer)
    ),
  ];
}

function quality({ worst }: Row): string {
  return worst === undefined ? "" : `${change(worst)} ${changeInterval(worst).replaceAll(" ", "")}`;
}

function untimed({ worst }: Row): string {
  const more = (worst?.needed ?? 0) - (worst?.n ?? 0);
  return worst?.decision === "unsure" && more > 0 ? `needs ~${count(more)} more` : "not timed";
}

function speedOf({ figures: { ratio } }: TimedRow): string {
  return `${times(ratio.estimate)} ${timesInterval(ratio.interval).replaceAll(" ", "")}`;
}

function line(cells: readonly string[], paint: (text: string) => string = (text) => text): string {
  return " " + cells.map((cell, i) => {
    const text = fit(cell, COLUMNS[i]!);
    return i === 1 ? paint(text) : text;
  }).join(" ");
}

function tint(colour: boolean, verdict: Word): (text: string) => string {
  const { green, red, yellow, dim } = createColors(colour);
  return { PASS: green, FAIL: red, UNSURE: yellow, VOID: yellow, SKIPPED: dim }[verdict];
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;
const columnsOf = (character: string) => WIDE.test(character) ? 2 : 1;

/** Exactly `width` columns, without control characters, so that a name cannot steer the terminal. */
function fit(text: string, width: number): string {
  const clean = plain(text);
  const total = [...clean].reduce((sum, character) => sum + columnsOf(character), 0);
  let kept = "";
  let used = 0;
  for (const character of clean) {
    if (used + columnsOf(character) > (total > width ? width - 1 : width)) break;
    kept += character;
    used += columnsOf(character);
  }
  const tail = total > width ? "~" : "";
  return kept + tail + " ".repeat(width - used - tail.length);
}

/** Control characters and direction overrides. */
const STEERING = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const plain = (text: string) => text.replaceAll("−", "-").replaceAll(STEERING, " ");

function wrap(text: string): readonly string[] {
  const lines: string[] = [];
  for (const part of plain(text).split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + part.length + 1 <= WIDTH - 1) {
      lines[lines.length - 1] = `${last} ${part}`;
    } else {for (let i = 0; i < part.length || i === 0; i += WIDTH - 4) {
        lines.push((lines.length === 0 ? " " : "   ") + part.slice(i, i + WIDTH - 4));
      }}
  }
  return lines;
}
