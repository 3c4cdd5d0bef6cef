/** The sentence that stands above a board, and the word for a row. */
import type { Word } from "./explain.ts";
import { count, plural, times } from "./figures.ts";
import { type Board, gains, isTechnique, type Row } from "./leaderboard.ts";
import { saidTries } from "./tries.ts";

/** The verdict of a row in a word. */
export function rowWord({ kind, worst }: Row): Word {
  if (kind === "recorded") return "PASS";
  if (kind === "held") return "HELD";
  if (kind === "void") return "VOID";
  if (kind === "skipped") return "SKIPPED";
  return worst?.decision === "fail" ? "FAIL" : "UNSURE";
}

/** What a board comes to: the headline, and what became of the techniques that did not pass. */
export interface Summary {
  readonly headline: string;
  readonly rest?: string;
}

/** `write` says how a foreign name is put into the sentence. */
export function summarise(board: Board, write: (name: string) => string = (name) => name): Summary {
  const held = board.ranked.length + board.wide.length + board.late.length + board.held.length;
  const refused = board.refused.filter(isTechnique);
  const total = held + refused.length;
  if (total === 0) return { headline: "No technique has run here yet, only the baseline." };
  const headline = `${count(held)} of ${plural(total, "technique")} held quality.${lead(board, write)}`;
  const parts = FATES
    .map(([verdict, fate]) => [refused.filter((row) => rowWord(row) === verdict).length, fate] as const)
    .filter(([n]) => n > 0)
    .map(([n, fate]) => `${count(n)} ${fate}`);
  if (board.held.length > 0) parts.unshift(`${count(board.held.length)} emulated, so not timed`);
  if (board.late.length > 0) parts.unshift(`${count(board.late.length)} broke the latency objective`);
  return parts.length === 0 ? { headline } : { headline, rest: `${parts.join(", ")}.` };
}

const FATES: readonly (readonly [Word, string])[] = [
  ["FAIL", "lost quality"],
  ["UNSURE", "could not be decided"],
  ["VOID", "could not be measured"],
  ["SKIPPED", "could not run"],
];

const NAMED = 3;

function lead(board: Board, write: (name: string) => string): string {
  const top = board.ranked[0];
  if (top === undefined) return "";
  const peer = board.peer ? write(board.peer.name) : "the peer engine";
  if (top.figures.claim !== "faster") return " None is faster than the baseline beyond the noise.";
  if (!gains(top.figures)) return ` None is faster than ${peer} beyond the noise.`;
  const first = board.ranked.filter(({ place, figures }) => place === 1 && gains(figures));
  const ratios = first.map(({ figures }) => times(figures.ratio.estimate));
  if (first.length > NAMED) {
    return ` Fastest: ${first.length} tied, from ${ratios.at(-1)} to ${ratios[0]} the baseline.`;
  }
  const overPeer = first.flatMap(({ figures }) => figures.overPeer ?? []).map(times);
  const beside = overPeer.length === first.length ? `, ${list(overPeer)} ${peer}` : "";
  const names = list(
    first.map(({ name, tried }) => tried.refused > 0 ? `${write(name)} (${saidTries(tried)})` : write(name)),
  );
  return ` Fastest${first.length > 1 ? ", tied" : ""}: ${names}, ${list(ratios)} the baseline${beside}.`;
}

const list = (parts: readonly string[]) =>
  parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
