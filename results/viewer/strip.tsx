/** Intervals drawn by the server as inline SVG: they print, follow the theme, and need no script. */
import type { Check, Interval } from "../../evals/mod.ts";
import { isJudged } from "../door.ts";
import { amount, change, changeInterval, margin, times, timesInterval, unitName } from "../figures.ts";

const HEIGHT = 26;
const MIDDLE = HEIGHT / 2;
const PAD = 8;
/** Where an estimate stands that is off the scale: clear of the arrow head. */
const OFF = 18;

type Decision = NonNullable<Check["decision"]>;

function Mark({ x, decision }: { readonly x: number; readonly decision: Decision }) {
  if (decision === "fail") {
    return (
      <path
        d={`M${x - 4.5} ${MIDDLE - 4.5}l9 9m0-9l-9 9`}
        stroke="currentColor"
        stroke-width="2.4"
        fill="none"
      />
    );
  }
  if (decision === "unsure") {
    return (
      <g>
        <circle cx={x} cy={MIDDLE} r="4.6" class="hole" stroke="currentColor" stroke-width="1.8" />
        <path d={`M${x} ${MIDDLE - 4.6}a4.6 4.6 0 0 0 0 9.2z`} fill="currentColor" />
      </g>
    );
  }
  return <circle cx={x} cy={MIDDLE} r="5" fill="currentColor" />;
}

interface Span {
  readonly low: number;
  readonly high: number;
  readonly estimate: number;
}

/** A span on a scale, with arrow heads where it runs off either end. */
function Bar({ span, x, width, decision }: {
  readonly span: Span;
  readonly x: (value: number) => number;
  readonly width: number;
  readonly decision: Decision;
}) {
  const clamp = (value: number) =>
    Math.min(width - PAD, Math.max(PAD, Number.isFinite(value) ? x(value) : PAD));
  const [left, right] = [clamp(span.low), clamp(span.high)];
  return (
    <g class={decision}>
      <path
        d={`M${left} ${MIDDLE}H${Math.max(right, x(span.estimate) >= PAD ? 0 : PAD + OFF)}`}
        stroke="currentColor"
        stroke-width="2.6"
        stroke-linecap="round"
      />
      {!(x(span.low) >= PAD) && (
        <path d={`M${PAD + 4} ${MIDDLE - 5}l-6 5l6 5`} fill="none" stroke="currentColor" stroke-width="2" />
      )}
      {x(span.high) > width - PAD && (
        <path
          d={`M${width - PAD - 4} ${MIDDLE - 5}l6 5l-6 5`}
          fill="none"
          stroke="currentColor"
          stroke-width="2"
        />
      )}
      <Mark x={x(span.estimate) >= PAD ? clamp(span.estimate) : PAD + OFF} decision={decision} />
    </g>
  );
}

/** Quality in shares of the margin, from two margins lost to one gained: every eval fits one axis. */
export function QualityStrip({ check, width = 220 }: { readonly check: Check; readonly width?: number }) {
  const decision = check.decision ?? "unsure";
  const share = (loss: number) =>
    check.allowed ? -loss / check.allowed : loss === 0 ? 0 : -Infinity * Math.sign(loss);
  const exact = check.unit === "breaches";
  const span = exact
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
      <rect x="0" y="3" width={x(exact ? -0.12 : -1)} height={HEIGHT - 6} class="forbidden" />
      <path d={`M${x(0)} 3V${HEIGHT - 3}`} class="axis" />
      <path d={`M${x(exact ? -0.12 : -1)} 1V${HEIGHT - 1}`} class="margin" />
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

export type Domain = readonly [number, number];

/** A log domain that holds 1 and every interval. */
export function domainOf(intervals: readonly Interval[]): Domain {
  const finite = intervals.filter(({ low, high }) => low > 0 && Number.isFinite(high));
  return [
    Math.min(0.7, ...finite.map(({ low }) => low)) / 1.04,
    Math.max(1.45, ...finite.map(({ high }) => high)) * 1.04,
  ];
}

const logScale = ([low, high]: Domain, width: number) => (value: number) =>
  PAD + Math.log(value / low) / Math.log(high / low) * (width - 2 * PAD);

/** A ratio on a log axis with 1 marked and the noise around it shaded. */
export function RatioStrip({ estimate, interval, noise, domain, width = 220 }: {
  readonly estimate: number;
  readonly interval: Interval;
  readonly noise: number;
  readonly domain: Domain;
  readonly width?: number;
}) {
  const x = logScale(domain, width);
  const label = `${times(estimate)} ${timesInterval(interval)}`;
  const [from, to] = [x(1 / (1 + noise)), x(1 + noise)];
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${width} ${HEIGHT}`}
      width={width}
      height={HEIGHT}
      role="img"
      aria-label={label}
    >
      <rect x={from} y="3" width={Math.max(0, to - from)} height={HEIGHT - 6} class="noise" />
      <path d={`M${x(1)} 1V${HEIGHT - 1}`} class="axis" />
      <Bar span={{ ...interval, estimate }} x={x} width={width} decision="pass" />
    </svg>
  );
}

const TICKS = [0.1, 0.25, 0.5, 0.7, 1, 1.4, 2, 4, 8, 16];

/** The axis over a column of ratio strips. */
export function RatioAxis({ domain, width = 220 }: { readonly domain: Domain; readonly width?: number }) {
  const x = logScale(domain, width);
  const shown = TICKS.filter((tick) => x(tick) > PAD + 4 && x(tick) < width - PAD - 4);
  const apart = shown.filter((tick) => tick === 1 || Math.abs(x(tick) - x(1)) > 26);
  return (
    <svg class="strip ticks" viewBox={`0 0 ${width} 14`} width={width} height="14" aria-hidden="true">
      {apart.map((tick) => <text x={x(tick)} y="11" text-anchor="middle">{tick}x</text>)}
    </svg>
  );
}

/** One check in its own unit: dot, interval, margin line and labelled ticks. */
export function CheckPlot({ check, width = 320 }: { readonly check: Check; readonly width?: number }) {
  const { unit, loss, interval, allowed, decision } = check;
  const limit = allowed ?? 0;
  const reach = Math.max(
    limit * 1.6,
    Math.abs(interval.low),
    Math.abs(interval.high),
    Math.abs(loss),
    unit === "fraction" ? 0.005 : 0.002,
  ) * 1.12;
  const x = (value: number) => PAD + (value + reach) / (2 * reach) * (width - 2 * PAD);
  const label = `${check.eval} ${check.metric}: ${change(check)} ${changeInterval(check)}, margin ${
    margin(check)
  }`;
  const judged = isJudged(check) && unit !== "breaches";
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
        span={{ low: -interval.high, high: -interval.low, estimate: -loss }}
        x={x}
        width={width}
        decision={decision ?? "pass"}
      />
      <g class="ticks">
        <text x={x(0)} y="39" text-anchor={judged ? "start" : "middle"}>0</text>
        {judged && (
          <text x={Math.max(x(-limit), 66)} y="39" text-anchor="end">
            {`${amount(-limit, unit)} ${unitName(unit)}`}
          </text>
        )}
      </g>
    </svg>
  );
}
