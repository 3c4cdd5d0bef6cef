/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** The cells that a row has wherever it is listed: its quality, and the way to the reason where it has no speed. */
import type { Child } from "hono/jsx";
import { short, visible } from "../columns.ts";
import { change, changeInterval } from "../figures.ts";
import type { Row } from "../leaderboard.ts";
import { rowWord } from "../summary.ts";
import { Chip } from "./page.tsx";
import { QualityStrip } from "./quality_strip.tsx";
import { Text } from "./text.tsx";

/** The verdict and the worst check with its interval; the children say what it rests on. */
export function QualityCell({ row, children }: { readonly row: Row; readonly children?: Child }) {
  const { worst, reason } = row;
  return (
    <td class="quality" data-label="Quality">
      <span class="cell">
        <Chip verdict={rowWord(row)} />
        {worst && (
          <span class="num">
            <b>{change(worst)}</b> {changeInterval(worst)}
          </span>
        )}
      </span>
      {worst && <QualityStrip check={worst} />}
      <small>
        {worst
          ? (
            <>
              <Text of={`${worst.eval}, ${worst.metric}`} most={80} />
              {children}
            </>
          )
          : reason && <Text of={reason} most={240} />}
      </small>
    </td>
  );
}

/** Leads to the trial that says why it has no speed. */
export function NotTimed({ row, trial }: { readonly row: Row; readonly trial: string }) {
  return (
    <span class="none">
      {row.kind === "held" ? "none claimed" : "not timed"}:{" "}
      <a href={trial}>
        why<span class="sr">{visible(short(row.name, 80))} was not timed</span>
      </a>
    </span>
  );
}
