/** The board for a terminal: at most 80 columns, verdicts in words, the summary last. Narrower ones get stacked rows. */
import { createColors } from "picocolors";
import type { Outcome } from "../evals/mod.ts";
import { fit, wrap } from "./columns.ts";
import { explain, type Word, word } from "./explain.ts";
import {
  bytes,
  change,
  changeInterval,
  count,
  day,
  duration,
  limit,
  plural,
  rate,
  times,
  timesInterval,
} from "./figures.ts";
import { gateRate } from "./gate_rate.ts";
import { type Board, isSteady, type Row, type TimedRow, timedRows } from "./leaderboard.ts";
import { rowWord, summarise } from "./summary.ts";
import { saidTries } from "./tries.ts";

const WIDTH = 80;
const COLUMNS = [3, 7, 19, 27, 19] as const;

export interface Rendering {
  readonly colour: boolean;
  /** Why each refused row has no speed, from `why`. */
  readonly reasons?: ReadonlyMap<string, readonly string[]>;
  /** Columns of the terminal; 80 where absent, and never more. */
  readonly width?: number;
  /** How often the gate refuses the baseline itself, in a line; as it was last measured where absent. */
  readonly gate?: string;
}

/** Whether standard output is for a person who wants colour: a terminal, and NO_COLOR is not set. */
export function wantsColour(): boolean {
  return Deno.stdout.isTerminal() && !Deno.env.get("NO_COLOR");
}

/** The columns of the terminal that standard output goes to; those of a piped board are 80. */
export function terminalWidth(): number {
  return Deno.stdout.isTerminal() ? Deno.consoleSize().columns : WIDTH;
}

/** One board as text. */
export function renderBoard(
  board: Board,
  { colour, reasons, width = WIDTH, gate = gateRate() }: Rendering,
): string {
  const { bold, dim } = createColors(colour);
  const { hardware, model, suite, workload } = board.scope;
  const columns = Math.max(24, Math.min(width, WIDTH));
  const said = (text: string) => wrap(text, columns);
  const machine = `${hardware.cpu} · ${hardware.backend}, ${plural(hardware.threads, "thread")}`;
  const put = columns < WIDTH ? stacked(columns) : line;
  const lines = [
    ...said(machine).map(bold),
    ...said(`${model.name} ${model.precision} / ${workload} / ${suite} / ${day(board.at)}`),
    "",
    ...(columns < WIDTH
      ? []
      : [dim(line(["#", "VERDICT", "TECHNIQUE", "QUALITY VS BASE, WORST", "SPEED VS BASE"]))]),
  ];
  const paint = (row: Row, place: string, speed: string) => {
    const verdict = rowWord(row);
    lines.push(put([place, verdict, row.name, quality(row), speed], tint(colour, verdict)));
    lines.push(...beneath(row).map(dim));
  };
  const beneath = (row: Row) => {
    const cells = ["", "", saidTries(row.tried) ?? "", basis(row)];
    return cells.some((cell) => cell !== "") ? [put(cells)] : [];
  };
  for (const row of board.ranked) paint(row, row.tied ? `${row.place}=` : `${row.place}`, speedOf(row));
  for (const row of board.wide) paint(row, "-", speedOf(row));
  for (const row of board.refused) paint(row, "-", untimed(row));
  for (const [label, row] of [["peer", board.peer], ["noise", board.noise]] as const) {
    if (row) {
      lines.push(dim(put(["", label, row.name, quality(row), speedOf(row)])), ...beneath(row).map(dim));
    }
  }
  lines.push(...[...notes(board), gate].flatMap(said).map(dim));
  lines.push(...(columns < WIDTH ? latencyLines(board).flatMap(said) : latencyTable(board, dim)));
  for (const row of board.refused) {
    const because = reasons?.get(row.id) ?? (row.reason === undefined ? [] : [row.reason]);
    lines.push("", ...said(`Why ${row.name} is refused: ${because.join(" ")}`));
  }
  const { headline, rest } = summarise(board);
  lines.push("", ...said(headline).map(bold), ...(rest === undefined ? [] : said(rest)));
  return lines.map((text) => text.trimEnd()).join("\n");
}

/** The reasons for every outcome without a speed, keyed by recording id, as `renderBoard` takes them. */
export function why(
  recordings: Iterable<{ readonly id: string; readonly outcome: Outcome }>,
): ReadonlyMap<string, readonly string[]> {
  const refused = [...recordings].filter(({ outcome }) => word(outcome) !== "PASS");
  return new Map(refused.map(({ id, outcome }) => [id, explain(outcome)]));
}

/** What the figures of a row do not say by themselves. */
function notes({ ranked, wide, peer, noise, scope }: Board): readonly string[] {
  const names = (rows: readonly Row[]) => rows.map(({ name }) => name).join(", ");
  const level = [...ranked, ...wide].filter(({ figures }) => figures.claim === "no difference");
  const precision = scope.model.precision.split(" ")[0];
  return [
    ...(level.length > 0 ? [`No difference beyond the noise: ${names(level)}.`] : []),
    ...(wide.length > 0 ? [`Not ranked, as the margin is wider than a board allows: ${names(wide)}.`] : []),
    ...(peer ? [`peer: another engine with the same weights at ${precision}.`] : []),
    ...(noise
      ? [
        `noise: the baseline against itself; no gain inside it is claimed.${
          isSteady(noise.figures) ? "" : " It misses 1x: this machine was not steady."
        }`,
      ]
      : []),
  ];
}

type Arms = readonly [string, string];

/** Base and candidate of one race: every row was raced against a run of the baseline of its own. */
function arms({ figures: { base, candidate } }: TimedRow): Readonly<Record<"rate" | "ttft" | "tpot", Arms>> {
  const both = (of: (arm: typeof base) => string): Arms => [of(base), of(candidate)];
  return {
    rate: both((arm) => rate(arm.tokensPerSecond).replace(" tok/s", "")),
    ttft: both((arm) => duration(arm.ttft.p50).replace(" ", "")),
    tpot: both((arm) => duration(arm.tpot.p50).replace(" ", "")),
  };
}

function latencyTable(board: Board, dim: (text: string) => string): readonly string[] {
  const rows = timedRows(board);
  if (rows.length === 0) return [];
  const table = (name: string, cells: readonly string[], widths = [6, 6, 8, 7, 8, 7, 10, 8]) =>
    ` ${fit(name, 19)}${cells.map((cell, i) => cell.padStart(widths[i]!)).join("")}`;
  return [
    "",
    dim(table("", ["TOKENS/S", "TTFT P50", "TPOT P50", "MEMORY", "VS PEER"], [12, 15, 15, 10, 8])),
    dim(table("", ["BASE", "OWN", "BASE", "OWN", "BASE", "OWN", "OWN"])),
    ...rows.map((row) => {
      const { rate, ttft, tpot } = arms(row);
      const { candidate, overPeer } = row.figures;
      const peer = overPeer === undefined ? "" : times(overPeer);
      return table(row.name, [...rate, ...ttft, ...tpot, bytes(candidate.addedBytes), peer]);
    }),
    dim(" Each row is raced against a run of the baseline of its own; ratios compare."),
  ];
}

function latencyLines(board: Board): readonly string[] {
  return timedRows(board).map((row) => {
    const { rate, ttft, tpot } = arms(row);
    const { candidate, overPeer } = row.figures;
    const peer = overPeer === undefined ? "" : `, ${times(overPeer)} the peer`;
    return `${row.name}: ${rate.join(" -> ")} tok/s, TTFT ${ttft.join(" -> ")}, TPOT ${tpot.join(" -> ")}, ${
      bytes(candidate.addedBytes)
    }${peer}`;
  });
}

function quality({ worst }: Row): string {
  return worst === undefined ? "" : `${change(worst)} ${changeInterval(worst).replaceAll(" ", "")}`;
}

/** What the quality of a row rests on. */
function basis({ worst }: Row): string {
  return worst === undefined ? "" : `${limit(worst)}, n=${count(worst.n)}`;
}

function untimed({ worst }: Row): string {
  const more = (worst?.needed ?? 0) - (worst?.n ?? 0);
  return worst?.decision === "unsure" && more > 0 ? `needs ~${count(more)} more` : "not timed";
}

function speedOf({ figures: { ratio } }: TimedRow): string {
  return `${times(ratio.estimate)} ${timesInterval(ratio.interval).replaceAll(" ", "")}`;
}

type Paint = (text: string) => string;
const unpainted: Paint = (text) => text;

function line(cells: readonly string[], paint = unpainted): string {
  return " " + cells.map((cell, i) => {
    const text = fit(cell, COLUMNS[i]!);
    return i === 1 ? paint(text) : text;
  }).join(" ");
}

/** A row over several lines: what it is, its quality, its speed, and what they rest on. */
function stacked(columns: number) {
  return (
    [place = "", verdict = "", name = "", ...figures]: readonly string[],
    paint = unpainted,
  ): string => {
    const head = ` ${fit(place, 3)} ${paint(fit(verdict, 7))} ${fit(name, columns - 13).trimEnd()}`;
    const below = verdict === "" ? [name, ...figures] : figures;
    return [
      ...(verdict === "" ? [] : [head]),
      ...below.filter((text) => text !== "").map((text) => `     ${fit(text, columns - 5).trimEnd()}`),
    ].join("\n");
  };
}

function tint(colour: boolean, verdict: Word): Paint {
  const { green, red, yellow, dim } = createColors(colour);
  return { PASS: green, FAIL: red, UNSURE: yellow, VOID: yellow, SKIPPED: dim }[verdict];
}
