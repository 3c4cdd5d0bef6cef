/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** How each technique fared over time on one board: ratio to the baseline, refusals marked, never joined across changes. */
import { AGAIN } from "../../evals/mod.ts";
import { short, visible } from "../columns.ts";
import type { Table } from "../csv.ts";
import { word } from "../explain.ts";
import { count, moment, plural, times, timesInterval } from "../figures.ts";
import type { Board } from "../leaderboard.ts";
import { scopeKey } from "../scope.ts";
import { isInTime } from "../objective.ts";
import type { Broken, Recording } from "../recording.ts";
import type { BoardEntry } from "./catalogue.ts";
import { Pager } from "./filter_form.tsx";
import { pagePath, type Place, places, rootOf } from "./links.ts";
import { Chip, Empty, Page } from "./page.tsx";
import { ScopeBar } from "./scope_bar.tsx";
import { Text } from "./text.tsx";

export interface Point {
  readonly id: string;
  readonly at: number;
  readonly verdict: ReturnType<typeof word>;
  readonly commit?: string;
  /** Equal versions are joined by a line; a change breaks it. */
  readonly versions: string;
  readonly ratio?: { readonly estimate: number; readonly low: number; readonly high: number };
  /** The latency objective broke, so the ratio is no gain. */
  readonly late?: true;
}

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

/** One series a technique, oldest point first, for the board's scope. */
export function history(recordings: readonly Recording[], board: Board): readonly Series[] {
  const inScope = recordings.filter(({ stamp: { hardware, model }, outcome: { trial } }) =>
    trial.name !== AGAIN &&
    trial.workloads.some((workload) =>
      scopeKey({ hardware, model, suite: trial.suite, workload }) === board.key
    )
  );
  const names = Map.groupBy(inScope, ({ outcome }) => outcome.trial.name);
  return [...names].map(([name, all]) => ({
    name,
    points: all.toSorted((a, b) => a.stamp.at - b.stamp.at).map((recording) =>
      point(recording, board.scope.workload)
    ),
  }));
}

function point({ id, stamp, outcome }: Recording, workload: string): Point {
  const speed = outcome.kind === "recorded"
    ? outcome.speed.workloads.find((entry) => entry.workload === workload)
    : undefined;
  const ratio = speed?.ratio;
  return {
    id,
    at: stamp.at,
    verdict: word(outcome),
    versions: Object.entries(stamp.versions).map(([name, version]) => `${name} ${version}`).join(", "),
    ...(stamp.commit ? { commit: stamp.commit.id.slice(0, 8) + (stamp.commit.dirty ? "+" : "") } : {}),
    ...(ratio
      ? { ratio: { estimate: ratio.estimate, low: ratio.interval.low, high: ratio.interval.high } }
      : {}),
    ...(speed && !isInTime(speed) ? { late: true as const } : {}),
  };
}

export const historyTable = (series: readonly Series[]): Table =>
  series.flatMap(({ name, points }) =>
    points.map(({ id, at, verdict, ratio, late, commit, versions }) => ({
      name,
      at: new Date(at).toISOString(),
      verdict,
      ratio: ratio?.estimate,
      ratio_low: ratio?.low,
      ratio_high: ratio?.high,
      latency_broke: late ?? false,
      commit,
      versions,
      trial: id,
    }))
  );

export function HistoryPage({ place, entries, board, series, page, pages, broken }: {
  readonly place: Place;
  readonly entries: readonly BoardEntry[];
  readonly board: Board;
  /** Of the runs of this page. */
  readonly series: readonly Series[];
  readonly page: number;
  readonly pages: number;
  readonly broken: readonly Broken[];
}) {
  const root = rootOf(place);
  const runs = series.reduce((sum, { points }) => sum + points.length, 0);
  const speedless = series.flatMap(({ points }) => points).filter(({ verdict }) => verdict !== "PASS").length;
  const timed = series.some(({ points }) => points.some(({ ratio }) => ratio !== undefined));
  return (
    <Page
      title="History"
      place={place}
      here="history"
      {...(place === places.histories ? {} : { board: board.key })}
      twins={["json", "csv"]}
      charts={timed}
      broken={broken}
    >
      <h1>
        {pages > 1 ? (page === 1 ? "The latest " : "Earlier: ") : ""}
        {plural(runs, "run")} of {plural(series.length, "row")} on this board
        {speedless > 0 ? `, ${count(speedless)} without a speed` : ""}.
      </h1>
      <ScopeBar entries={entries} board={board} to={places.history} root={root} />
      {timed && (
        <figure class="chart tall">
          <div class="canvas">
            <canvas
              role="img"
              aria-label={`Tokens per second over the baseline for ${series.length} techniques over time; the table below holds every value`}
              data-history={JSON.stringify(
                series.map((one) => ({ ...one, name: visible(short(one.name, 60)) })),
              )}
              data-root={root}
            >
            </canvas>
          </div>
          <figcaption class="hint">
            Tokens/s over the baseline with its interval, log axis, more is better. Runs without a speed stand
            at the top. A line breaks where versions change; fewer than five runs are dots.
          </figcaption>
        </figure>
      )}
      <div class="scroll" tabindex={0} role="region" aria-label="Every run">
        <table class="figures flowing">
          <caption class="sr">Every run by technique, the latest first</caption>
          <thead>
            <tr>
              <th scope="col">Technique</th>
              <th scope="col">When</th>
              <th scope="col">Quality</th>
              <th scope="col">
                Speed <small>vs base, more is better</small>
              </th>
              <th scope="col">
                Commit <small>+ uncommitted changes</small>
              </th>
            </tr>
          </thead>
          {series.map((one) => <Runs series={one} root={root} />)}
        </table>
      </div>
      <Pager
        page={page}
        pages={pages}
        to={(n) => root + pagePath(places.history(board.key, n))}
      />
    </Page>
  );
}

/** What stands in its place where nothing ran. */
export function NoHistory({ place, broken }: { readonly place: Place; readonly broken: readonly Broken[] }) {
  return (
    <Page title="History" place={place} here="history" twins={["json", "csv"]} broken={broken}>
      <Empty what="There is no history here yet." command="deno task bench" />
    </Page>
  );
}

function Runs({ series: { name, points }, root }: { readonly series: Series; readonly root: string }) {
  return (
    <tbody>
      {points.toReversed().map(({ id, at, verdict, ratio, late, commit, versions }, i) => (
        <tr>
          {i === 0 && (
            <th scope="rowgroup" rowspan={points.length}>
              <Text of={name} most={80} />
            </th>
          )}
          <td>
            <a href={root + pagePath(places.trial(id))}>{moment(at)}</a>
          </td>
          <td>
            <Chip verdict={verdict} />
          </td>
          <td>
            {ratio
              ? (
                <span class="num">
                  <b>{times(ratio.estimate)}</b> {timesInterval(ratio)}
                  {late && <span class="claim slower">latency broke</span>}
                </span>
              )
              : <span class="none">not timed</span>}
          </td>
          <td title={short(versions, 300)}>
            <code>{commit ?? "–"}</code>
          </td>
        </tr>
      ))}
    </tbody>
  );
}
