/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** A ratio's interval on a log axis, beside the noise. */
import type { Interval } from "../../evals/mod.ts";
import { times, timesInterval } from "../figures.ts";
import { Bar, HEIGHT, PAD, tenth } from "./strip.tsx";

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
  tenth(PAD + Math.log(value / low) / Math.log(high / low) * (width - 2 * PAD));

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
      <rect x={from} y="3" width={tenth(Math.max(0, to - from))} height={HEIGHT - 6} class="noise" />
      <path d={`M${x(1)} 1V${HEIGHT - 1}`} class="axis" />
      <Bar span={{ ...interval, estimate }} x={x} width={width} decision="pass" />
    </svg>
  );
}

/** Pixels that a label needs. */
const APART = 30;
const TICKS = [0.1, 0.25, 0.5, 0.7, 1, 1.4, 2, 4, 8, 16];

/** The axis over a column of ratio strips. */
export function RatioAxis({ domain, width = 220 }: { readonly domain: Domain; readonly width?: number }) {
  const x = logScale(domain, width);
  return (
    <svg class="strip ticks" viewBox={`0 0 ${width} 14`} width={width} height="14" aria-hidden="true">
      {ticksOf(domain, x, width).map((tick) => <text x={x(tick)} y="11" text-anchor="middle">{tick}x</text>)}
    </svg>
  );
}

/** The ratios to mark on a log axis, clear of each other and of both ends. */
export function ticksOf([low, high]: Domain, x: (ratio: number) => number, width: number): readonly number[] {
  const shown = TICKS.filter((tick) =>
    tick > low && tick < high && x(tick) > PAD + 4 && x(tick) < width - PAD - 4
  );
  const apart: number[] = [];
  for (const tick of shown.toSorted((a, b) => Math.abs(Math.log(a)) - Math.abs(Math.log(b)))) {
    if (apart.every((kept) => Math.abs(x(kept) - x(tick)) >= APART)) apart.push(tick);
  }
  return apart;
}
