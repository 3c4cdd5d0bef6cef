/** The sentence that stands above a board, and the word for a row. */
import type { Word } from "./explain.ts";
import { count, plural, times } from "./figures.ts";
import type { Board, Row } from "./leaderboard.ts";

/** The verdict of a row in a word. */
export function rowWord({ kind, worst }: Row): Word {
  if (kind === "recorded") return "PASS";
  if (kind === "void") return "VOID";
  if (kind === "skipped") return "SKIPPED";
  return worst?.decision === "fail" ? "FAIL" : "UNSURE";
}

/** What a board comes to: the headline, and what became of the techniques that did not pass. */
export interface Summary {
  readonly headline: string;
  readonly rest?: string;
}

export function summarise(board: Board): Summary {
  const held = [...board.ranked, ...board.wide].filter(isTechnique).length;
  const refused = board.refused.filter(isTechnique);
  const total = held + refused.length;
  if (total === 0) return { headline: "No technique has run here yet, only the baseline." };
  const headline = `${count(held)} of ${plural(total, "technique")} held quality.${lead(board)}`;
  const parts = FATES
    .map(([verdict, fate]) => [refused.filter((row) => rowWord(row) === verdict).length, fate] as const)
    .filter(([n]) => n > 0)
    .map(([n, fate]) => `${count(n)} ${fate}`);
  return parts.length === 0 ? { headline } : { headline, rest: `${parts.join(", ")}.` };
}

const FATES: readonly (readonly [Word, string])[] = [
  ["FAIL", "lost quality"],
  ["UNSURE", "could not be decided"],
  ["VOID", "could not be measured"],
  ["SKIPPED", "could not run"],
];

/** The baseline again and the peer engine are there to compare with: they fold no technique. */
const isTechnique = ({ techniques }: Row) => techniques.length > 0;

function lead({ ranked }: Board): string {
  const first = ranked.filter(({ place }) => place === 1);
  const top = first[0];
  if (top === undefined) return "";
  if (first.length > 1) {
    return ` ${
      first.length === ranked.length && first.length > 2 ? "All" : "The first"
    } ${first.length} are tied.`;
  }
  const { claim, ratio } = top.figures;
  if (claim === "faster") return ` Fastest: ${top.name}, ${times(ratio.estimate)} the baseline.`;
  return " None is faster than the baseline.";
}
