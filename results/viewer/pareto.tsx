/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/**
 * Quality against speed, drawn by the server: each technique that passed at its speed and at what its worst check lost
 * of its margin, with both intervals, and the line of those that no other beats in both. What was refused has no speed,
 * so it stands beside the axis of speeds, by quality alone.
 */
import type { Check } from "../../evals/mod.ts";
import { short, visible } from "../columns.ts";
import { times, timesInterval } from "../figures.ts";
import type { Board, Figures } from "../leaderboard.ts";
import { linesOf } from "./board_lines.ts";
import { Labels } from "./labels.ts";
import { pagePath, places } from "./links.ts";
import { type Kind, kindOf, Mark, Name, step } from "./mark.tsx";
import { figures as saidQuality, sharesOf } from "./quality_strip.tsx";
import { domainOf, ticksOf } from "./ratio_strip.tsx";
import { tenth } from "./strip.tsx";

/** From two margins lost, where a point off the scale stands, to one gained. */
const [LOW, HIGH] = [-2, 0.6];
const TOP = 18;
const BOTTOM = 38;

interface Point {
  readonly id: string;
  readonly name: string;
  readonly check: Check;
  /** In margins: -1 is the margin lost. */
  readonly quality: { readonly low: number; readonly high: number; readonly estimate: number };
  readonly figures?: Figures;
  readonly mark: Kind;
}

/** The points of a board; rows that were not measured have none. */
export function pointsOf(board: Board): readonly Point[] {
  return linesOf(board).flatMap(({ row, timed, place }) => {
    if (row.worst === undefined) return [];
    const point = {
      id: row.id,
      name: row.name,
      check: row.worst,
      quality: sharesOf(row.worst),
      mark: kindOf(row, place === "–"),
    } as const;
    return [timed ? { ...point, figures: timed.figures } : point];
  });
}

/** Those of the ranked that no other beats in both, the fastest first. */
export function frontierOf(points: readonly Point[]): readonly (Point & { readonly figures: Figures })[] {
  const sorted = points.filter((p): p is Point & { readonly figures: Figures } =>
    p.mark === "ranked" && !!p.figures
  )
    .toSorted((a, b) =>
      b.figures.ratio.estimate - a.figures.ratio.estimate || b.quality.estimate - a.quality.estimate
    );
  let best = -Infinity;
  return sorted.filter(({ quality }) => {
    if (quality.estimate <= best) return false;
    best = quality.estimate;
    return true;
  });
}

/** Points below which the table says it better. */
const FEWEST = 3;

export function Pareto({ board, root }: { readonly board: Board; readonly root: string }) {
  const points = pointsOf(board);
  if (points.filter(({ figures }) => figures).length < FEWEST) return null;
  const speedless = points.filter(({ figures }) => !figures).length;
  const unmeasured = linesOf(board).length - points.length;
  return (
    <figure class="pareto">
      <figcaption>
        <h2 id="pareto">Quality against speed</h2>
        <p class="hint">
          Up and to the right is better; bars are intervals. The line joins what nothing beats in both, by the
          estimates.{speedless > 0 && " What has no speed stands on the left."}
          {unmeasured > 0 && ` ${unmeasured} not measured, so not drawn.`}
        </p>
      </figcaption>
      <Plot points={points} root={root} width={880} height={330} class="wide" />
      <Plot points={points} root={root} width={340} height={330} class="narrow" />
    </figure>
  );
}

function Plot({ points, root, width, height, class: name }: {
  readonly points: readonly Point[];
  readonly root: string;
  readonly width: number;
  readonly height: number;
  readonly class: string;
}) {
  const timed = points.filter((p): p is Point & { readonly figures: Figures } => p.figures !== undefined);
  const speedless = points.filter(({ figures }) => figures === undefined);
  const strip = speedless.length === 0 ? 0 : Math.min(width * 0.2, 34 + speedless.length * 18);
  const left = 62 + strip;
  const domain = domainOf(timed.map(({ figures }) => figures.ratio.interval));
  const x = (ratio: number) =>
    tenth(left + Math.log(ratio / domain[0]) / Math.log(domain[1] / domain[0]) * (width - left - 14));
  const y = (share: number) =>
    tenth(TOP + (HIGH - Math.max(LOW, Math.min(HIGH, share))) / (HIGH - LOW) * (height - TOP - BOTTOM - 10));
  const front = frontierOf(points);
  const labels = new Labels({ left: 62, right: width, top: 4, bottom: height - BOTTOM });
  const at = (point: Point): readonly [number, number] => [
    point.figures
      ? x(point.figures.ratio.estimate)
      : tenth(62 + (strip - 12) * (speedless.indexOf(point) + 0.5) / speedless.length),
    y(point.quality.estimate),
  ];
  for (const point of [...timed, ...speedless]) labels.take(...at(point));
  const ticks = ticksOf(domain, x, width).filter((tick) => strip === 0 || x(tick) > left + 18);
  return (
    <svg class={name} viewBox={`0 0 ${width} ${height}`} role="group" aria-labelledby="pareto">
      <g aria-hidden="true">
        <rect
          x={left}
          y={y(-1)}
          width={width - left - 14}
          height={height - BOTTOM - y(-1)}
          class="forbidden"
        />
        {strip > 0 && <rect x="62" y={TOP} width={strip - 12} height={height - TOP - BOTTOM} class="apart" />}
        {strip > 0 && <text x={62 + (strip - 12) / 2} y={height - 20} text-anchor="middle">no speed</text>}
        <path d={`M62 ${y(-1)}H${width - 14}`} class="margin" />
        <path d={`M62 ${y(0)}H${width - 14}`} class="axis" />
        <text x="56" y={y(0) + 4} text-anchor="end">same</text>
        <text x="56" y={y(-1) + 4} text-anchor="end">margin</text>
        <text x="56" y={TOP + 8} text-anchor="end">better</text>
        <text x="56" y={y(LOW)} text-anchor="end">worse</text>
        <path d={`M${x(1)} ${TOP}V${height - BOTTOM}`} class="axis" />
        {ticks.map((tick) => <text x={x(tick)} y={height - 20} text-anchor="middle">{tick}x</text>)}
        <text x={(left + width - 14) / 2} y={height - 4} text-anchor="middle">
          tokens/s vs base, log axis
        </text>
        <path
          d={step(front.map(({ figures, quality }) => [x(figures.ratio.estimate), y(quality.estimate)]))}
          class="front"
        />
        {timed.map(({ figures: { ratio: { interval, estimate } }, quality }) => (
          <path
            d={`M${x(interval.low)} ${y(quality.estimate)}H${x(interval.high)}M${x(estimate)} ${
              y(quality.low)
            }V${y(quality.high)}`}
            class="bars"
          />
        ))}
        {[...timed, ...speedless].map((point) => {
          const [px, py] = at(point);
          return <Name label={labels.place(short(visible(point.name), 24), px, py)} at={[px, py]} />;
        })}
      </g>
      {[...timed, ...speedless].map((point) => (
        <Mark
          to={root + pagePath(places.trial(point.id))}
          said={saidOf(point)}
          kind={point.mark}
          at={at(point)}
          filled={point.figures !== undefined && front.some(({ id }) => id === point.id)}
        />
      ))}
    </svg>
  );
}

function saidOf({ name, check, figures }: Point): string {
  return `${short(visible(name), 100)}: quality ${saidQuality(check)}; ${
    figures ? `speed ${times(figures.ratio.estimate)} ${timesInterval(figures.ratio.interval)}` : "not timed"
  }`;
}
