/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/**
 * Quality against bits, drawn by the server: each technique at the bits that a weight takes and at what it loses in nats
 * a token, both on log axes, with the line of those that no other beats in both. Bits are no speed, so what was refused
 * stands among the others, marked as such, and nothing here tells how fast anything is.
 */
import type { Check } from "../../evals/mod.ts";
import { short, visible } from "../columns.ts";
import { change, changeInterval, limit } from "../figures.ts";
import type { Board, Row } from "../leaderboard.ts";
import { saidBits } from "../making.ts";
import { smallestHeld } from "../smallest.ts";
import { linesOf } from "./board_lines.ts";
import { Labels } from "./labels.ts";
import { pagePath, places } from "./links.ts";
import { kindOf, Mark, Name, step } from "./mark.tsx";
import { tenth } from "./strip.tsx";

/** Nats a token at which the axis begins: less is drawn there. */
const LEAST = 0.0005;
const BITS = [2, 3, 4, 5, 6, 8, 12, 16, 32];
const LOSSES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];
const [LEFT, TOP, BOTTOM] = [62, 18, 38];
/** Points below which the table says it better. */
const FEWEST = 3;

export interface Weighed {
  readonly row: Row;
  readonly bits: number;
  readonly check: Check;
}

/** The rows of a board whose weights were weighed and whose likelihood was judged. */
export function weighedIn(board: Board): readonly Weighed[] {
  return linesOf(board).flatMap(({ row }) =>
    row.weights === undefined || row.likelihood === undefined
      ? []
      : [{ row, bits: row.weights.candidate.bits, check: row.likelihood }]
  );
}

/** Those that no other beats in both, from the fewest bits on. */
export function leastOf(points: readonly Weighed[]): readonly Weighed[] {
  let best = Infinity;
  return points.toSorted((a, b) => a.bits - b.bits || a.check.loss - b.check.loss).filter(({ check }) => {
    if (check.loss >= best) return false;
    best = check.loss;
    return true;
  });
}

export function Frontier({ board, root }: { readonly board: Board; readonly root: string }) {
  const points = weighedIn(board);
  if (new Set(points.map(({ bits }) => bits)).size < FEWEST) return null;
  const smallest = smallestHeld(board);
  const evals = [...new Set(points.map(({ check }) => check.eval))];
  return (
    <figure class="pareto">
      <figcaption>
        <h2 id="frontier">Quality against bits</h2>
        <p class="hint">
          Up and to the left is better; bars are intervals. The line joins what nothing beats in both, by the
          estimates. Loss is the greatest of{" "}
          {evals.map((name, i) => <>{i > 0 && ", "}{visible(short(name, 60))}</>)}.
          {smallest !== undefined && (
            <>
              {" "}The smallest that held: <b>{visible(short(smallest.name, 60))}</b>,{" "}
              {saidBits(smallest.weights.candidate.bits)}.
            </>
          )}
        </p>
      </figcaption>
      <Plot points={points} root={root} width={880} class="wide" />
      <Plot points={points} root={root} width={340} class="narrow" />
    </figure>
  );
}

const HEIGHT = 330;

function Plot({ points, root, width, class: name }: {
  readonly points: readonly Weighed[];
  readonly root: string;
  readonly width: number;
  readonly class: string;
}) {
  const right = width - 14;
  const bits = points.map((point) => point.bits);
  const [fewest, most] = [Math.min(...bits) / 1.15, Math.max(...bits) * 1.15];
  const allowed = Math.min(...points.map(({ check }) => check.allowed ?? Infinity));
  const worst = Math.max(4 * allowed, ...points.map(({ check }) => check.loss * 1.5));
  const scale = (value: number, from: number, to: number) => Math.log(value / from) / Math.log(to / from);
  const x = (value: number) => tenth(LEFT + scale(value, fewest, most) * (right - LEFT));
  const y = (loss: number) =>
    tenth(
      TOP + scale(Math.max(LEAST, Math.min(worst, loss)), LEAST, worst) * (HEIGHT - TOP - BOTTOM - 10),
    );
  const front = leastOf(points);
  const labels = new Labels({ left: LEFT, right: width, top: 4, bottom: HEIGHT - BOTTOM });
  const at = ({ bits, check }: Weighed) => [x(bits), y(check.loss)] as const;
  for (const point of points) labels.take(...at(point));
  const ticks = BITS.filter((tick) => tick > fewest && tick < most);
  const apart = ticks.filter((tick, i) => i === 0 || x(tick) - x(ticks[i - 1]!) > 22);
  return (
    <svg class={name} viewBox={`0 0 ${width} ${HEIGHT}`} role="group" aria-labelledby="frontier">
      <g aria-hidden="true">
        <rect
          x={LEFT}
          y={y(allowed)}
          width={right - LEFT}
          height={HEIGHT - BOTTOM - y(allowed)}
          class="forbidden"
        />
        <path d={`M${LEFT} ${y(allowed)}H${right}`} class="margin" />
        <path d={`M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${right}`} class="frame" />
        <text x={LEFT - 6} y={y(LEAST) + 4} text-anchor="end">≤ {LEAST}</text>
        <text x={LEFT - 6} y={y(allowed) + 4} text-anchor="end">margin</text>
        {LOSSES.filter((loss) =>
          loss < worst && Math.abs(y(loss) - y(allowed)) > 14 && y(loss) > y(LEAST) + 14
        ).map((
          loss,
        ) => <text x={LEFT - 6} y={y(loss) + 4} text-anchor="end">{loss}</text>)}
        {apart.map((tick) => <text x={x(tick)} y={HEIGHT - 20} text-anchor="middle">{tick}</text>)}
        <text x={(LEFT + right) / 2} y={HEIGHT - 4} text-anchor="middle">
          {width > 500
            ? "bits a weight across, nats a token lost downwards; log axes"
            : "bits across, nats lost down"}
        </text>
        <path d={step(front.map(at))} class="front" />
        {points.map(({ bits, check: { interval: { low, high } } }) => (
          <path d={`M${x(bits)} ${y(low)}V${y(high)}`} class="bars" />
        ))}
        {points.map((point) => {
          const [px, py] = at(point);
          return <Name label={labels.place(short(visible(point.row.name), 24), px, py)} at={[px, py]} />;
        })}
      </g>
      {points.map((point) => (
        <Mark
          to={root + pagePath(places.trial(point.row.id))}
          said={`${short(visible(point.row.name), 100)}: ${saidBits(point.bits)}; ${change(point.check)} ${
            changeInterval(point.check)
          }, ${limit(point.check)}, ${visible(short(point.check.eval, 60))}`}
          kind={kindOf(point.row, false)}
          at={at(point)}
          filled={front.includes(point)}
        />
      ))}
    </svg>
  );
}
