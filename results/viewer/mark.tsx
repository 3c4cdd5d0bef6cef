/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** The points of a picture: what became of a row as a shape, a colour and words, leading to its trial. */
import type { Row } from "../leaderboard.ts";
import { rowWord } from "../summary.ts";
import type { Label } from "./labels.ts";

/** "aside": it passed and has no place. */
export type Kind = "ranked" | "aside" | "fail" | "unsure";

/** Of a row that passed whether it is set aside. */
export function kindOf(row: Row, isAside: boolean): Kind {
  const word = rowWord(row);
  return word === "FAIL" ? "fail" : word === "UNSURE" ? "unsure" : isAside ? "aside" : "ranked";
}

export function Mark({ to, said, kind, at: [x, y], filled = false }: {
  readonly to: string;
  /** Everything that the picture tells of the row. */
  readonly said: string;
  readonly kind: Kind;
  readonly at: readonly [number, number];
  /** Whether nothing beats it. */
  readonly filled?: boolean;
}) {
  return (
    <a href={to} class={`mark ${kind}`} aria-label={said}>
      <title>{said}</title>
      <circle cx={x} cy={y} r="12" class="reach" />
      {kind === "fail" ? <path d={`M${x - 5} ${y - 5}l10 10m0-10l-10 10`} class="cross" /> : (
        <>
          <circle cx={x} cy={y} r="5.5" class={filled ? "dot" : "ring"} />
          {kind === "unsure" && <path d={`M${x} ${y - 5.5}a5.5 5.5 0 0 0 0 11z`} class="dot" />}
          {kind === "aside" && <path d={`M${x - 3} ${y}h6`} class="cross" />}
        </>
      )}
    </a>
  );
}

/** The line through corners: as good as each corner only so much is had, as no mixture of two was measured. */
export const step = (corners: readonly (readonly [number, number])[]): string =>
  corners.map(([x, y], i) => i === 0 ? `M${x} ${y}` : `H${x}V${y}`).join("");

/** A point's name where there is room for it, with a line to the point where it stands apart. */
export function Name({ label, at: [x, y] }: {
  readonly label: Label | undefined;
  readonly at: readonly [number, number];
}) {
  return label && (
    <>
      {label.apart && <path d={`M${x} ${y}V${label.y < y ? label.y + 3 : label.y - 11}`} class="leader" />}
      <text x={label.x} y={label.y} class="name">{label.text}</text>
    </>
  );
}
