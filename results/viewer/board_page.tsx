/** The board: the verdict in a sentence, the scope, and quality to the left of speed. */
import { change, changeInterval, count, limit, rate, times, timesInterval } from "../figures.ts";
import {
  type Board,
  gains,
  isSteady,
  type RankedRow,
  type Row,
  type TimedRow,
  timedRows,
} from "../leaderboard.ts";
import type { Broken, Recording } from "../recording.ts";
import { isInTime, saidObjective } from "../objective.ts";
import { rowWord, summarise } from "../summary.ts";
import { saidTries } from "../tries.ts";
import { gateRate } from "../gate_rate.ts";
import { pagePath, type Place, places, rootOf } from "./links.ts";
import { Chip, Empty, Page } from "./page.tsx";
import { ImportedList } from "./imported_list.tsx";
import { LatencyTable } from "./latency_table.tsx";
import { ScopeBar } from "./scope_bar.tsx";
import { QualityAxis, QualityStrip } from "./quality_strip.tsx";
import { type Domain, domainOf, RatioAxis, RatioStrip } from "./ratio_strip.tsx";

export function BoardPage({ place, boards, board, broken, recordings }: {
  readonly place: Place;
  readonly boards: readonly Board[];
  readonly board: Board | undefined;
  readonly broken: readonly Broken[];
  readonly recordings: readonly Recording[];
}) {
  const root = rootOf(place);
  if (board === undefined) {
    return (
      <Page title="Board" place={place} here="board" twins={["json"]} broken={broken}>
        <Empty
          what={recordings.length === 0 ? "There are no results here yet." : "There is no board here yet."}
          command="deno task bench"
        />
        <ImportedList recordings={recordings} root={root} />
      </Page>
    );
  }
  const { headline, rest } = summarise(board);
  const timed = timedRows(board);
  const domain = domainOf(timed.map(({ figures }) => figures.ratio.interval));
  return (
    <Page title="Board" place={place} here="board" twins={["json"]} broken={broken}>
      <h1>{headline}</h1>
      {rest !== undefined && (
        <p class="lead muted">
          {rest} <a href={root + pagePath(places.refusals())}>Why</a>
        </p>
      )}
      <ScopeBar boards={boards} board={board} to={places.board} root={root} />
      <table class="board">
        <caption class="sr">Techniques on {board.scope.workload}: quality first, then speed</caption>
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">Technique</th>
            <th scope="col">
              Quality <small>vs base, worst check, more is better</small>
              <QualityAxis />
            </th>
            <th scope="col">
              Speed <small>tokens/s vs base, more is better</small>
              <RatioAxis domain={domain} />
            </th>
          </tr>
        </thead>
        <tbody>
          {board.ranked.map((row) => (
            <Line row={row} place={placeOf(row)} root={root} timed={row} domain={domain} />
          ))}
          {board.wide.map((row) => (
            <Line
              row={row}
              place="–"
              root={root}
              timed={row}
              domain={domain}
              note="wide margin, not ranked"
            />
          ))}
          {board.late.map((row) => (
            <Line
              row={row}
              root={root}
              place="–"
              timed={row}
              domain={domain}
              note="latency objective broke, not ranked"
            />
          ))}
          {board.refused.map((row) => <Line row={row} place="–" root={root} domain={domain} />)}
        </tbody>
        <tbody class="beside">
          {board.peer && (
            <Line
              row={board.peer}
              root={root}
              place=""
              timed={board.peer}
              domain={domain}
              note={`the peer engine: the same weights at ${board.scope.model.precision.split(" ")[0]}`}
            />
          )}
          {board.noise && (
            <Line
              row={board.noise}
              root={root}
              place=""
              timed={board.noise}
              domain={domain}
              note={`the noise: no gain inside it is claimed${
                isSteady(board.noise.figures) ? "" : "; it misses 1x: this machine was not steady"
              }`}
            />
          )}
        </tbody>
      </table>
      <p class="hint">{gateRate()}</p>
      <LatencyTable rows={timed} root={root} />
      <ImportedList recordings={recordings} root={root} />
      <Guide />
    </Page>
  );
}

const placeOf = (row: RankedRow) => `${row.place}${row.tied ? "=" : ""}`;

function Line({ row, root, place, timed, domain, note }: {
  readonly row: Row;
  readonly root: string;
  readonly place: string;
  readonly timed?: TimedRow;
  readonly domain: Domain;
  readonly note?: string;
}) {
  const { worst } = row;
  const members = row.techniques.join(" + ");
  return (
    <tr>
      <td class="place">{place}</td>
      <th scope="row">
        <a href={root + pagePath(places.trial(row.id))}>{row.name}</a>
        <small>
          {[row.techniques.length > 1 && members !== row.name ? members : "", note ?? ""].filter(Boolean)
            .join(
              " · ",
            )}
        </small>
        {row.tried.count > 1 && <small class="tried">{saidTries(row.tried)}</small>}
      </th>
      <td class="quality" data-label="Quality">
        <span class="cell">
          <Chip verdict={rowWord(row)} />
          {worst && (
            <span class="num">
              <b>{change(worst)}</b> {changeInterval(worst)}
            </span>
          )}
        </span>
        {worst && <QualityStrip check={worst} />}
        <small>
          {worst
            ? `${worst.eval}, ${worst.metric}${worst.when === "under load" ? ", under load" : ""}; n=${
              count(worst.n)
            }, ${limit(worst)}`
            : row.reason}
        </small>
      </td>
      <td class="rate" data-label="Speed">
        {timed ? <SpeedCell row={timed} domain={domain} /> : (
          <span class="none">
            not timed: <a href={root + pagePath(places.trial(row.id))}>why</a>
          </span>
        )}
      </td>
    </tr>
  );
}

function SpeedCell({ row: { figures }, domain }: { readonly row: TimedRow; readonly domain: Domain }) {
  const { ratio, noise, claim, base, candidate, overPeer, overPeerInterval, objective } = figures;
  return (
    <>
      <span class="cell">
        <span class="num">
          <b>{times(ratio.estimate)}</b> {timesInterval(ratio.interval)}
        </span>
        {!isInTime(figures)
          ? <span class="claim slower">latency broke</span>
          : claim === "faster" && !gains(figures)
          ? <span class="claim">not faster than the peer</span>
          : <span class={`claim ${claim.replace(" ", "-")}`}>{claim}</span>}
      </span>
      <RatioStrip {...ratio} noise={noise} domain={domain} />
      <small>
        {rate(base.tokensPerSecond).replace(" tok/s", "")} → {rate(candidate.tokensPerSecond)}
        {overPeer !== undefined && `; ${times(overPeer)} the peer engine`}
        {overPeerInterval && ` ${timesInterval(overPeerInterval)}`}
      </small>
      {objective && <small>{saidObjective(objective)}</small>}
    </>
  );
}

function Guide() {
  return (
    <details class="guide">
      <summary>How to read this</summary>
      <dl>
        <dt>Quality</dt>
        <dd>
          The check nearest to its margin, in pairs over the same samples. The dot is the estimate, the bar
          its interval; a bar that stays right of the margin line passes. A guard, which watches a tail,
          passes unless its whole bar is left of the line; a law passes while its p value is right of it. pp
          is percentage points.
        </dd>
        <dt>Try</dt>
        <dd>
          How often a row was tried under its name on this machine, refused and void tries included: a pass
          after refusals is weaker than a first one.
        </dd>
        <dt>Speed</dt>
        <dd>
          Tokens per second over the baseline's, in turn on the same machine, on a log axis. The shaded band
          is the noise: the baseline against itself. Only what clears it is called faster or slower.
        </dd>
        <dt>Latency objective</dt>
        <dd>
          The longest wait that the workload allows, as a percentile of the timed requests. Where it broke,
          more tokens per second are no gain, and the row ranks nowhere.
        </dd>
        <dt>Place</dt>
        <dd>
          1= is shared: the data cannot tell these rows apart from the first of them. A margin wider than a
          board allows ranks nowhere.
        </dd>
      </dl>
    </details>
  );
}
