/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/**
 * A sweep as a picture of its own, an SVG document without a script: throughput and goodput over the levels, and below
 * them the time to a first token, with the knee and the largest level within the objective marked in both.
 */
import { kneeOf, type SweepPoint, within } from "../../evals/mod.ts";
import { short, visible } from "../columns.ts";
import { duration, percent } from "../figures.ts";
import { levelText, type Swept } from "../sweep_text.ts";
import { tenth } from "./strip.tsx";

const [WIDTH, LEFT, RIGHT] = [760, 74, 24];
/** Top and height of each panel. */
const [ABOVE, BELOW] = [[76, 178], [318, 150]] as const;
const HEIGHT = 520;
const STYLE = `
.paper { fill: #fff } text { fill: #333; font: 13px system-ui, sans-serif } .small { font-size: 12px; fill: #5a5a5a }
.frame { stroke: #8a8a8a; fill: none } .grid { stroke: #8a8a8a; opacity: .25 }
.line { fill: none; stroke-width: 2.2 } .a { stroke: #00619a } .b { stroke: #a33f00 } .c { stroke: #5b3f9e }
.dot { stroke-width: 2; fill: #fff } .mark { stroke: #333; stroke-dasharray: 3 4 } .dash { stroke-dasharray: 6 4 }
@media (prefers-color-scheme: dark) {
  .paper, .dot { fill: #16181a } text { fill: #e6e6e6 } .small { fill: #b0b0b0 } .mark { stroke: #e6e6e6 }
  .a { stroke: #6cb8ea } .b { stroke: #f0935a } .c { stroke: #b7a3ee }
}`;

type Place = readonly [number, number];
const path = (places: readonly Place[]) =>
  places.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x} ${y}`).join("");

/** The document. */
export function sweepPicture({ model, workload, by, arrival, points }: Swept): string {
  const sorted = points.toSorted((a, b) => a.level - b.level);
  const [knee, most] = [kneeOf(points), within(points)];
  const [low, high] = [sorted[0]!.level, sorted.at(-1)!.level];
  const x = (level: number) =>
    tenth(LEFT + (high > low ? Math.log(level / low) / Math.log(high / low) : 0.5) * (WIDTH - LEFT - RIGHT));
  const title = `${short(visible(workload), 60)} on ${short(visible(model), 60)}`;
  const marks = [
    ...(knee ? [{ level: knee.level, said: "knee" }] : []),
    ...(most ? [{ level: most.level, said: "within the objective" }] : []),
  ];
  const told = sorted.map(({ level, tokensPerSecond, ttft }) =>
    `${levelText(level, by)}: ${tokensPerSecond.toPrecision(3)} tokens/s, first token p50 ${
      duration(ttft.p50)
    }`
  );
  const picture = (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-labelledby="title told"
    >
      <title id="title">{title}</title>
      <desc id="told">{told.join("; ")}</desc>
      <style>{STYLE}</style>
      <rect width={WIDTH} height={HEIGHT} class="paper" />
      <text x={LEFT} y="24" font-weight="600">{title}</text>
      <text x={LEFT} y="44" class="small">{arrival}; unverified: no answer was judged</text>
      <Throughput points={sorted} x={x} />
      <FirstToken points={sorted} x={x} />
      {sorted.map(({ level }) => (
        <text x={x(level)} y={BELOW[0] + BELOW[1] + 18} text-anchor="middle" class="small">{level}</text>
      ))}
      <text x={(LEFT + WIDTH - RIGHT) / 2} y={HEIGHT - 12} text-anchor="middle" class="small">
        {by === "clients" ? "clients in a closed loop" : "requests a second"}, log axis
      </text>
      {marks.map(({ level, said }, i) => (
        <g>
          <path
            d={[ABOVE, BELOW].map(([top, height]) => `M${x(level)} ${top}v${height}`).join("")}
            class="mark"
          />
          <text
            x={x(level) + (x(level) > WIDTH / 2 ? -6 : 6)}
            y={ABOVE[0] + ABOVE[1] - 10 - 16 * i}
            text-anchor={x(level) > WIDTH / 2 ? "end" : "start"}
            class="small"
          >
            {said}: {levelText(level, by)}
          </text>
        </g>
      ))}
    </svg>
  );
  return `${picture}\n`;
}

interface Panel {
  readonly points: readonly SweepPoint[];
  readonly x: (level: number) => number;
}

/** Tokens a second from 0 on, and the share of requests that kept the objective as a share of that axis. */
function Throughput({ points, x }: Panel) {
  const [top, height] = ABOVE;
  const greatest = Math.max(1e-9, ...points.map(({ tokensPerSecond }) => tokensPerSecond)) * 1.08;
  const y = (share: number) => tenth(top + height * (1 - share));
  const tokens = points.map((p): Place => [x(p.level), y(p.tokensPerSecond / greatest)]);
  const kept = points.filter(({ goodput }) => goodput).map((
    p,
  ): Place => [x(p.level), y(p.goodput!.share / 1.08)]);
  return (
    <g>
      <Frame panel={ABOVE} title="tokens a second" />
      {[0, 0.5, 1].map((share) => (
        <Tick
          y={y(share / 1.08)}
          said={(greatest / 1.08 * share).toPrecision(3)}
        />
      ))}
      {kept.length > 0 && <path d={path(kept)} class="line c dash" />}
      {kept.length > 0 && (
        <text x={kept[0]![0] + 6} y={kept[0]![1] + 16} class="small">
          requests that kept the objective, {percent(0)} to {percent(1)}
        </text>
      )}
      <Line places={tokens} kind="a" />
    </g>
  );
}

/** Medians and ninetieth percentiles, on a log axis. */
function FirstToken({ points, x }: Panel) {
  const [top, height] = BELOW;
  const known = points.flatMap(({ ttft: { p50, p90 } }) => [p50, p90]).filter((ms) =>
    ms !== undefined && ms > 0
  );
  const limit = points.find(({ goodput }) => goodput)?.goodput?.objective.ttft;
  const all = [...known as number[], ...(limit === undefined ? [] : [limit])];
  const [least, most] = [Math.min(...all) / 1.3, Math.max(...all) * 1.3];
  const y = (ms: number) => tenth(top + height * (1 - Math.log(ms / least) / Math.log(most / least)));
  const line = (key: "p50" | "p90") =>
    points.flatMap(({ level, ttft }): Place[] => ttft[key] ? [[x(level), y(ttft[key])]] : []);
  if (known.length === 0) return <Frame panel={BELOW} title="no first token came" />;
  return (
    <g>
      <Frame panel={BELOW} title="time to first token: median, and ninetieth percentile dashed; log axis" />
      {[Math.min(...known as number[]), Math.max(...known as number[])].map((ms) => (
        <Tick y={y(ms)} said={duration(ms)} />
      ))}
      {limit !== undefined && (
        <g>
          <path d={`M${LEFT} ${y(limit)}H${WIDTH - RIGHT}`} class="line c" />
          <text x={WIDTH - RIGHT} y={y(limit) - 5} text-anchor="end" class="small">
            objective {duration(limit)}
          </text>
        </g>
      )}
      <path d={path(line("p90"))} class="line b dash" />
      <Line places={line("p50")} kind="b" />
    </g>
  );
}

function Line({ places, kind }: { readonly places: readonly Place[]; readonly kind: string }) {
  return (
    <g>
      <path d={path(places)} class={`line ${kind}`} />
      {places.map(([cx, cy]) => <circle cx={cx} cy={cy} r="3.6" class={`dot ${kind}`} />)}
    </g>
  );
}

function Frame(
  { panel: [top, height], title }: { readonly panel: readonly [number, number]; readonly title: string },
) {
  return (
    <g>
      <path d={`M${LEFT} ${top}V${top + height}H${WIDTH - RIGHT}`} class="frame" />
      <text x={LEFT + 4} y={top - 6} class="small">{title}</text>
    </g>
  );
}

function Tick({ y, said }: { readonly y: number; readonly said: string }) {
  return (
    <g>
      <path d={`M${LEFT} ${y}H${WIDTH - RIGHT}`} class="grid" />
      <text x={LEFT - 8} y={y + 4} text-anchor="end" class="small">{said}</text>
    </g>
  );
}
