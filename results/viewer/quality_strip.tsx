/** A check's interval against its margin: on an axis that all checks share, or in its own unit. */
import type { Check } from "../../evals/mod.ts";
import { isJudged } from "../door.ts";
import { change, changeInterval, margin } from "../figures.ts";
import { Bar, HEIGHT, PAD } from "./strip.tsx";

/** Quality in shares of the margin, from two margins lost to one gained: every eval fits one axis. */
export function QualityStrip({ check, width = 220 }: { readonly check: Check; readonly width?: number }) {
  const decision = check.decision ?? "unsure";
  const share = (loss: number) =>
    check.allowed ? -loss / check.allowed : loss === 0 ? 0 : -Infinity * Math.sign(loss);
  const span = check.unit === "breaches"
    ? { low: share(check.loss), high: share(check.loss), estimate: share(check.loss) }
    : { low: share(check.interval.high), high: share(check.interval.low), estimate: share(check.loss) };
  const x = qualityScale(width);
  const label = `${change(check)} ${changeInterval(check)}, margin ${margin(check)}`;
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

const qualityScale = (width: number) => (share: number) => PAD + (share + 2) / 3 * (width - 2 * PAD);

/** One check in its own unit: dot, interval, margin line and labelled ticks. */
export function CheckPlot({ check, width = 320 }: { readonly check: Check; readonly width?: number }) {
  const { unit, loss, allowed = 0, decision } = check;
  const counted = unit === "breaches";
  // A count has no interval, and its margin lies between what is allowed and one more.
  const { low, high } = counted ? { low: loss, high: loss } : check.interval;
  const limit = counted ? allowed + 0.5 : allowed;
  const reach = Math.max(
    limit * 1.6,
    Math.abs(low),
    Math.abs(high),
    unit === "fraction" ? 0.005 : 0.002,
  ) * 1.12;
  const x = (value: number) => PAD + (value + reach) / (2 * reach) * (width - 2 * PAD);
  const label = `${check.eval} ${check.metric}: ${change(check)} ${changeInterval(check)}, margin ${
    margin(check)
  }`;
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
      {judged && <rect x="0" y="3" width={Math.max(0, x(-limit))} height={HEIGHT - 6} class="forbidden" />}
      <path d={`M${x(0)} 3V${HEIGHT - 3}`} class="axis" />
      {judged && <path d={`M${x(-limit)} 0V${HEIGHT}`} class="margin" />}
      <Bar
        span={{ low: -high, high: -low, estimate: -loss }}
        x={x}
        width={width}
        decision={decision ?? "pass"}
      />
      <g class="ticks">
        <text x={x(0)} y="39" text-anchor={judged ? "start" : "middle"}>0</text>
        {judged && (
          <text x={Math.max(x(-limit), 66)} y="39" text-anchor="end">
            {counted ? `${margin(check)} allowed` : margin(check)}
          </text>
        )}
      </g>
    </svg>
  );
}
