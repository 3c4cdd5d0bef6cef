/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** Latency of both arms: the whole distribution as a curve, the percentiles that the sample supports as a table. */
import type { Block, Percentiles, Timing, WorkloadSpeed } from "../../evals/mod.ts";
import { bytes, duration, rate } from "../figures.ts";
import { saidObjective } from "../objective.ts";
import { Text } from "./text.tsx";

const POINTS = 160;

type Curve = readonly { readonly x: number; readonly y: number }[];

/** Milliseconds from sending to the first token of each request. */
export const firstToken = ({ sent, tokens }: Timing): number | undefined =>
  tokens[0] === undefined ? undefined : tokens[0] - sent;

/** Mean milliseconds between tokens of one request; nothing from a single token. */
export function perToken({ tokens }: Timing): number | undefined {
  const [first, last] = [tokens[0], tokens.at(-1)];
  return first === undefined || last === undefined || tokens.length < 2
    ? undefined
    : (last - first) / (tokens.length - 1);
}

/** The share of values at or below each value, from 0 at the smallest, thinned to a drawable number of points. */
export function ecdf(values: readonly number[]): Curve {
  const sorted = values.toSorted((a, b) => a - b);
  const step = Math.max(1, Math.ceil(sorted.length / POINTS));
  const steps = sorted.map((x, i) => ({ x, y: (i + 1) / sorted.length })).filter((_, i) =>
    i % step === 0 || i === sorted.length - 1
  );
  return sorted[0] === undefined ? [] : [{ x: sorted[0], y: 0 }, ...steps];
}

function curve(
  blocks: readonly Block[],
  arm: Block["arm"],
  measure: (timing: Timing) => number | undefined,
): Curve {
  const values = blocks.filter((block) => block.arm === arm).flatMap(({ timings }) => timings.map(measure));
  return ecdf(values.filter((value) => value !== undefined));
}

/** The same for the script, to as many digits as are drawn. */
const pairs = (points: Curve) => points.map(({ x, y }) => [Number(x.toPrecision(5)), Number(y.toFixed(4))]);

const KINDS = [
  ["ttft", "Time to first token", "TTFT", firstToken],
  ["tpot", "Time per output token", "TPOT", perToken],
] as const;

export function Latency({ workload }: { readonly workload: WorkloadSpeed }) {
  const { base, candidate, blocks, objective } = workload;
  return (
    <section class="workload">
      <h3>
        <Text of={workload.workload} most={80} />
      </h3>
      <p class="counts">
        <span>
          Tokens/s <b>{rate(base.tokensPerSecond)} → {rate(candidate.tokensPerSecond)}</b>
        </span>
        <span>
          Added memory <b>{bytes(base.addedBytes)} → {bytes(candidate.addedBytes)}</b>
        </span>
        <span>
          End to end, p50 <b>{duration(base.e2e.p50)} → {duration(candidate.e2e.p50)}</b>
        </span>
        {objective && (
          <span>
            Objective <b>{saidObjective(objective)}</b>
          </span>
        )}
      </p>
      <div class="pairs">
        {KINDS.map(([key, title, short, measure]) => {
          const data = {
            base: pairs(curve(blocks, "base", measure)),
            candidate: pairs(curve(blocks, "candidate", measure)),
            title: short,
          };
          const label = `${title}: median ${duration(base[key].p50)} for the baseline, ${
            duration(candidate[key].p50)
          } for the candidate`;
          return (
            <figure class="chart">
              <figcaption>
                {title} <small>({short}), less is better</small>
              </figcaption>
              <div class="canvas">
                <canvas role="img" aria-label={label} data-ecdf={JSON.stringify(data)}></canvas>
              </div>
              <PercentileTable base={base[key]} candidate={candidate[key]} />
            </figure>
          );
        })}
      </div>
    </section>
  );
}

function PercentileTable(
  { base, candidate }: { readonly base: Percentiles; readonly candidate: Percentiles },
) {
  const columns = (["p50", "p95", "p99"] as const).filter((key) =>
    base[key] !== undefined || candidate[key] !== undefined
  );
  return (
    <table class="figures">
      <thead>
        <tr>
          <th scope="col">Arm</th>
          {columns.map((key) => <th scope="col">{key}</th>)}
          <th scope="col">n</th>
        </tr>
      </thead>
      <tbody>
        {([["baseline", base], ["candidate", candidate]] as const).map(([arm, values]) => (
          <tr>
            <th scope="row">{arm}</th>
            {columns.map((key) => <td>{duration(values[key])}</td>)}
            <td>{values.n}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
