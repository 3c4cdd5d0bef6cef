/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** How each technique fared over time on one board: ratio to the baseline, refusals marked, never joined across changes. */
import { short, visible } from "../columns.ts";
import { count, moment, plural, times, timesInterval } from "../figures.ts";
import type { Board } from "../leaderboard.ts";
import type { Promotion } from "../promotions.ts";
import type { Broken } from "../recording.ts";
import type { BoardEntry } from "./catalogue.ts";
import { Pager } from "./filter_form.tsx";
import { Changes, Marks, WIDEST } from "./history_changes.tsx";
import type { Noise, Series } from "./history_series.ts";
import { pagePath, type Place, places, rootOf } from "./links.ts";
import { Chip, Empty, Page } from "./page.tsx";
import { ScopeBar } from "./scope_bar.tsx";
import { Text } from "./text.tsx";

export function HistoryPage({ place, entries, board, series, noise, references, page, pages, broken }: {
  readonly place: Place;
  readonly entries: readonly BoardEntry[];
  readonly board: Board;
  /** Of the runs of this page. */
  readonly series: readonly Series[];
  readonly noise?: Noise;
  /** What is promoted now, by the recording's id. */
  readonly references: ReadonlyMap<string, Promotion>;
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
              data-noise={noise && noise.floor < WIDEST ? `${noise.floor}` : undefined}
              data-root={root}
            >
            </canvas>
          </div>
          <figcaption class="hint">
            Tokens/s over the baseline with its interval, log axis, more is better. Runs without a speed stand
            at the top. A line breaks where versions change; fewer than five runs are dots. Dashed: change
            points with their commits. Grey: the noise floor.
          </figcaption>
        </figure>
      )}
      {timed && <Changes series={series} noise={noise} root={root} />}
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
          {series.map((one) => <Runs series={one} references={references} root={root} />)}
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

function Runs({ series: { name, points, changes }, references, root }: {
  readonly series: Series;
  readonly references: ReadonlyMap<string, Promotion>;
  readonly root: string;
}) {
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
            <Marks
              change={changes.find((change) => change.id === id)}
              reference={references.get(id)}
            />
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
