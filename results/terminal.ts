/** The board for a terminal: at most 80 columns, verdicts in words, the summary last. Narrower ones get stacked rows. */
import { createColors } from "picocolors";
import type { Outcome } from "../evals/mod.ts";
import { type Cells, inColumns, type Paint, stacked } from "./board_row.ts";
import { wrap } from "./columns.ts";
import type { Composition } from "./composition.ts";
import { basis, isApart, memberSentence, missing, summary, table } from "./composition_text.ts";
import { explain, type Word, word } from "./explain.ts";
import { change, changeInterval, count, day, limit, plural, times, timesInterval } from "./figures.ts";
import { gateRate } from "./gate_rate.ts";
import { latencySentences, latencyTable } from "./latency_text.ts";
import { type Board, isSteady, type Row, type TimedRow } from "./leaderboard.ts";
import { saidBits } from "./making.ts";
import { briefly, saidObjective } from "./objective.ts";
import { smallestHeld } from "./smallest.ts";
import { rowWord, summarise } from "./summary.ts";
import { saidTries } from "./tries.ts";
import { saidMargins } from "./worst.ts";

const WIDTH = 80;
const HEAD: Cells = {
  place: "#",
  word: "VERDICT",
  name: ["TECHNIQUE"],
  quality: ["QUALITY VS BASE, WORST"],
  speed: ["SPEED VS BASE"],
};

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
  const lines = [
    ...said(machine).map(bold),
    ...said(`${model.name} ${model.precision} / ${workload} / ${suite} / ${day(board.at)}`),
    "",
    ...(columns < WIDTH ? [] : inColumns(HEAD, dim, dim).map(dim)),
  ];
  const put = columns < WIDTH ? stacked(columns) : inColumns;
  const paint = (row: Row, place: string, speed: readonly string[]) => {
    const verdict = rowWord(row);
    lines.push(...put({ place, word: verdict, ...cellsOf(row), speed }, tint(colour, verdict), dim));
  };
  for (const row of board.ranked) paint(row, row.tied ? `${row.place}=` : `${row.place}`, speedOf(row));
  for (const row of [...board.wide, ...board.late]) paint(row, "-", speedOf(row));
  for (const row of board.held) paint(row, "-", ["none claimed"]);
  for (const row of board.refused) paint(row, "-", [untimed(row)]);
  for (const [label, row] of [["peer", board.peer], ["noise", board.noise]] as const) {
    if (row === undefined) continue;
    const cells = { place: "", word: label, ...cellsOf(row), speed: speedOf(row) };
    lines.push(...put(cells, (text) => text, (text) => text).map(dim));
  }
  lines.push(...[...notes(board), gate].flatMap(said).map(dim));
  lines.push(...(columns < WIDTH ? latencySentences(board).flatMap(said) : latencyTable(board, dim)));
  for (const composition of board.compositions) {
    const within = board.compositions.some((other) => other !== composition && holds(other, composition));
    const apart = isApart(composition) && !within;
    if (!apart && composition.predicted === undefined) continue;
    lines.push("", ...said(summary(composition)));
    if (!apart) continue;
    if (columns < WIDTH) {
      lines.push(...composition.members.flatMap((member) => said(memberSentence(composition, member))));
    } else lines.push(...table(composition).map((text, i) => i === 0 ? dim(text) : text));
    const notes = [basis(composition), missing(composition)].filter((text) => text !== undefined);
    lines.push(...notes.flatMap(said).map(dim));
  }
  for (const { name, id, reason } of board.held) {
    lines.push("", ...said(`Why ${name} has no speed (${id.slice(0, 8)}): its quality holds; ${reason}.`));
  }
  for (const row of board.refused) {
    const because = reasons?.get(row.id) ?? (row.reason === undefined ? [] : [row.reason]);
    lines.push("", ...said(`Why ${row.name} is refused (${row.id.slice(0, 8)}): ${because.join(" ")}`));
  }
  const { headline, rest } = summarise(board);
  lines.push("", ...said(headline).map(bold), ...(rest === undefined ? [] : said(rest)));
  lines.push(...said("deno task explain NAME says more of a row, with the samples that decided.").map(dim));
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
function notes(board: Board): readonly string[] {
  const { ranked, wide, late, peer, noise, scope } = board;
  const smallest = smallestHeld(board);
  const names = (rows: readonly Row[]) => rows.map(({ name }) => name).join(", ");
  const level = [...ranked, ...wide].filter(({ figures }) => figures.claim === "no difference");
  const precision = scope.model.precision.split(" ")[0];
  return [
    ...(level.length > 0 ? [`No difference beyond the noise: ${names(level)}.`] : []),
    ...wide.map(({ name, wider }) =>
      `Not ranked, as a margin is wider than a board allows: ${name} (${saidMargins(wider)}).`
    ),
    ...late.map(({ name, figures: { objective } }) =>
      `Not ranked, as its latency objective broke: ${name}${
        objective ? `, ${saidObjective(objective)}` : ""
      }.`
    ),
    ...(smallest
      ? [`Smallest that held: ${smallest.name}, ${saidBits(smallest.weights.candidate.bits)}.`]
      : []),
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

/** Whether a stack has every member of another, which is then told in a sentence. */
function holds(stack: Composition, other: Composition): boolean {
  const names = new Set(stack.members.map(({ name }) => name));
  return other.members.length < names.size && other.members.every(({ name }) => names.has(name));
}

/** A row's name and quality, and beneath them at which try it came and what the quality rests on. */
function cellsOf({ name, tried, worst, weights }: Row): Pick<Cells, "name" | "quality"> {
  const bits = weights && weights.candidate.bytes !== weights.base.bytes
    ? saidBits(weights.candidate.bits)
    : "";
  return {
    name: [name, bits, saidTries(tried) ?? ""].filter((text) => text !== ""),
    quality: worst === undefined ? [] : [
      `${change(worst)} ${changeInterval(worst).replaceAll(" ", "")}`,
      `${limit(worst)}, n=${count(worst.n)}`,
    ],
  };
}

function untimed({ worst }: Row): string {
  const more = (worst?.needed ?? 0) - (worst?.n ?? 0);
  return worst?.decision === "unsure" && more > 0 ? `needs ~${count(more)} more` : "not timed";
}

/** The ratio, and beneath it what became of the latency objective. */
function speedOf({ figures: { ratio, objective } }: TimedRow): readonly string[] {
  return [
    `${times(ratio.estimate)} ${timesInterval(ratio.interval).replaceAll(" ", "")}`,
    ...(objective === undefined ? [] : [briefly(objective)]),
  ];
}

function tint(colour: boolean, verdict: Word): Paint {
  const { green, red, yellow, dim } = createColors(colour);
  return { PASS: green, HELD: green, FAIL: red, UNSURE: yellow, VOID: yellow, SKIPPED: dim }[verdict];
}
