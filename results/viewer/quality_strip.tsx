/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** A check's interval against its margin: on an axis that all checks share, or in its own unit. */
import type { Check } from "../../evals/mod.ts";
import { short, visible } from "../columns.ts";
import { isJudged } from "../door.ts";
import { change, changeInterval, isBounded, limit, margin } from "../figures.ts";
import { Bar, HEIGHT, PAD, type Span, tenth } from "./strip.tsx";

/** Quality in shares of the margin, from two margins lost to one gained: every eval fits one axis. */
export function QualityStrip({ check, width = 220 }: { readonly check: Check; readonly width?: number }) {
  const decision = check.decision ?? "unsure";
  const span = sharesOf(check);
  const x = qualityScale(width);
  const label = `${figures(check)}, ${limit(check)}`;
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${width} ${HEIGHT}`}
      width={width}
      height={HEIGHT}
      role="img"
      aria-label={label}
    >
      <rect x="0" y="3" width={x(-1)} height={HEIGHT - 6} class="forbidden" />
      <path d={`M${x(0)} 3V${HEIGHT - 3}`} class="axis" />
      <path d={`M${x(-1)} 1V${HEIGHT - 1}`} class="margin" />
      <Bar span={span} x={x} width={width} decision={decision} />
    </svg>
  );
}

/** What a check changed, with the interval where there is one. */
export const figures = (check: Check): string => `${change(check)} ${changeInterval(check)}`.trimEnd();

/** What a check changed, in shares of its margin: -1 is all that is allowed lost. */
export function sharesOf(check: Check): Span {
  const { low, high, loss, limit: allowed } = losses(check);
  const share = (lost: number) =>
    allowed > 0 ? -lost / allowed : lost === 0 ? 0 : -Infinity * Math.sign(lost);
  return { low: share(high), high: share(low), estimate: share(loss) };
}

/** The axis over a column of quality strips. */
export function QualityAxis({ width = 220 }: { readonly width?: number }) {
  const x = qualityScale(width);
  return (
    <svg class="strip ticks" viewBox={`0 0 ${width} 14`} width={width} height="14" aria-hidden="true">
      <text x={x(-1)} y="11" text-anchor="middle">margin</text>
      <text x={x(0)} y="11" text-anchor="middle">same</text>
    </svg>
  );
}

const qualityScale = (width: number) => (share: number) => tenth(PAD + (share + 2) / 3 * (width - 2 * PAD));

/** A check as losses on a line: a count has no interval, and a law is drawn by the orders of magnitude of its p. */
function losses(check: Check) {
  const { rule, loss, allowed = 0, interval: { low, high } } = check;
  if (rule === "exact") return { low: loss, high: loss, loss, limit: allowed };
  if (rule !== "law") return { low, high, loss, limit: allowed };
  const magnitude = (p: number) => -Math.log10(Math.max(p, Number.MIN_VALUE));
  const p = magnitude(check.candidate);
  return { low: p, high: p, loss: p, limit: magnitude(allowed) };
}

/** One check in its own unit: dot, interval, margin line and labelled ticks. */
export function CheckPlot({ check, width = 320 }: { readonly check: Check; readonly width?: number }) {
  const { rule, unit, decision } = check;
  const { low, high, loss, limit: allowed } = losses(check);
  // What is allowed of a count lies between it and one more.
  const line = rule === "exact" ? allowed + 0.5 : allowed;
  const bounds = rule !== "guard" || isBounded(check.interval) ? [low, high] : [loss];
  const reach = Math.max(line * 1.6, ...bounds.map(Math.abs), unit === "fraction" ? 0.005 : 0.002) * 1.12;
  const x = (value: number) => tenth(PAD + (value + reach) / (2 * reach) * (width - 2 * PAD));
  const label = `${visible(short(`${check.eval} ${check.metric}`, 100))}: ${figures(check)}, ${limit(check)}`;
  const judged = isJudged(check);
  return (
    <svg
      class="strip plot"
      viewBox={`0 0 ${width} 42`}
      width={width}
      height="42"
      role="img"
      aria-label={label}
    >
      {judged && <rect x="0" y="3" width={Math.max(0, x(-line))} height={HEIGHT - 6} class="forbidden" />}
      <path d={`M${x(0)} 3V${HEIGHT - 3}`} class="axis" />
      {judged && <path d={`M${x(-line)} 0V${HEIGHT}`} class="margin" />}
      <Bar
        span={{ low: -high, high: -low, estimate: -loss }}
        x={x}
        width={width}
        decision={decision ?? "pass"}
      />
      <g class="ticks">
        <text x={x(0) + (judged ? 5 : 0)} y="39" text-anchor={judged ? "start" : "middle"}>
          {rule === "law" ? "p 1" : "0"}
        </text>
        {judged && (
          <text x={Math.max(x(-line), 76)} y="39" text-anchor="end">
            {rule === "exact" ? limit(check) : margin(check)}
          </text>
        )}
      </g>
    </svg>
  );
}
