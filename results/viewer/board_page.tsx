/** The board: the verdict in a sentence, the scope, and quality to the left of speed. */
import {
  bytes,
  change,
  changeInterval,
  day,
  duration,
  margin,
  moment,
  plural,
  rate,
  times,
  timesInterval,
} from "../figures.ts";
import type { Board, RankedRow, Row, TimedRow } from "../leaderboard.ts";
import type { Broken } from "../recording.ts";
import { rowWord, summarise } from "../summary.ts";
import { Chip, Empty, Page } from "./page.tsx";
import { type Domain, domainOf, QualityAxis, QualityStrip, RatioAxis, RatioStrip } from "./strip.tsx";

export function BoardPage({ boards, board, broken }: {
  readonly boards: readonly Board[];
  readonly board: Board | undefined;
  readonly broken: readonly Broken[];
}) {
  if (board === undefined) {
    return (
      <Page title="Board" root="./" here="board" json="api/board" broken={broken}>
        <Empty what="There are no results here yet." command="deno task bench" />
      </Page>
    );
  }
  const { headline, rest } = summarise(board);
  const timed = [...board.ranked, ...board.wide, ...(board.noise ? [board.noise] : [])];
  const domain = domainOf(timed.map(({ figures }) => figures.ratio.interval));
  return (
    <Page
      title="Board"
      root="./"
      here="board"
      json={`api/board?board=${encodeURIComponent(board.key)}`}
      broken={broken}
    >
      <h1>{headline}</h1>
      {rest !== undefined && (
        <p class="lead muted">
          {rest} <a href="./refusals">Why</a>
        </p>
      )}
      <ScopeBar boards={boards} board={board} path="" />
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
          {board.ranked.map((row) => <Line row={row} place={place(row)} timed={row} domain={domain} />)}
          {board.wide.map((row) => (
            <Line row={row} place="–" timed={row} domain={domain} note="wide margin, not ranked" />
          ))}
          {board.refused.map((row) => <Line row={row} place="–" domain={domain} />)}
        </tbody>
        {board.noise && (
          <tbody class="noise-row">
            <Line
              row={board.noise}
              place=""
              timed={board.noise}
              domain={domain}
              note="the noise: no gain inside it is claimed"
            />
          </tbody>
        )}
      </table>
      <Details rows={timed} noise={board.noise} />
      <Guide />
    </Page>
  );
}

const place = (row: RankedRow) => `${row.place}${row.tied ? "=" : ""}`;

function Line({ row, place, timed, domain, note }: {
  readonly row: Row;
  readonly place: string;
  readonly timed?: TimedRow;
  readonly domain: Domain;
  readonly note?: string;
}) {
  const { worst } = row;
  return (
    <tr>
      <td class="place">{place}</td>
      <th scope="row">
        <a href={`./trial/${row.id}`}>{row.name}</a>
        <small>
          {[row.techniques.length > 1 ? row.techniques.join(" + ") : "", note ?? ""].filter(Boolean).join(
            " · ",
          )}
        </small>
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
            ? `${worst.eval}, ${worst.metric}${worst.when === "under load" ? ", under load" : ""}; margin ${
              margin(worst)
            }`
            : row.reason}
        </small>
      </td>
      <td class="rate" data-label="Speed">
        {timed ? <SpeedCell row={timed} domain={domain} /> : (
          <span class="none">
            not timed: <a href={`./trial/${row.id}`}>why</a>
          </span>
        )}
      </td>
    </tr>
  );
}

function SpeedCell({ row: { figures }, domain }: { readonly row: TimedRow; readonly domain: Domain }) {
  const { ratio, noise, claim, base, candidate } = figures;
  return (
    <>
      <span class="cell">
        <span class="num">
          <b>{times(ratio.estimate)}</b> {timesInterval(ratio.interval)}
        </span>
        <span class={`claim ${claim.replace(" ", "-")}`}>{claim}</span>
      </span>
      <RatioStrip {...ratio} noise={noise} domain={domain} />
      <small>{rate(base.tokensPerSecond)} → {rate(candidate.tokensPerSecond)}</small>
    </>
  );
}

function Details(
  { rows, noise }: { readonly rows: readonly TimedRow[]; readonly noise: TimedRow | undefined },
) {
  if (rows.length === 0) return null;
  return (
    <section>
      <h2>Latency and memory</h2>
      <div class="scroll" tabindex={0} role="region" aria-label="Latency and memory">
        <table class="figures">
          <thead>
            <tr>
              <th scope="col">Technique</th>
              <th scope="col">
                First token <small>p50, less is better</small>
              </th>
              <th scope="col">
                Per token <small>p50, less is better</small>
              </th>
              <th scope="col">
                Added memory <small>less is better</small>
              </th>
              <th scope="col">
                Vs peer <small>engine, f32</small>
              </th>
              <th scope="col">Runs</th>
              <th scope="col">Last run</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr>
                <th scope="row">
                  <a href={`./trial/${row.id}`}>{row.name}</a>
                </th>
                <td>{pair(duration(row.figures.base.ttft.p50), duration(row.figures.candidate.ttft.p50))}</td>
                <td>{pair(duration(row.figures.base.tpot.p50), duration(row.figures.candidate.tpot.p50))}</td>
                <td>{pair(bytes(row.figures.base.addedBytes), bytes(row.figures.candidate.addedBytes))}</td>
                <td>
                  {row.figures.overPeer === undefined || row === noise ? "–" : times(row.figures.overPeer)}
                </td>
                <td>{row.tries}</td>
                <td>
                  <time datetime={new Date(row.at).toISOString()} title={moment(row.at)}>{day(row.at)}</time>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="hint">Each pair is baseline → candidate, timed in turn in the same run.</p>
    </section>
  );
}

function pair(base: string, candidate: string) {
  return (
    <span class="pair">
      <span class="was">{base} →</span> {candidate}
    </span>
  );
}

/** What the page is about, and the way to the other boards: workloads beside each other, the rest folded. */
export function ScopeBar({ boards, board, path }: {
  readonly boards: readonly Board[];
  readonly board: Board;
  readonly path: string;
}) {
  const { hardware, model, suite } = board.scope;
  const link = ({ key }: Board) => `./${path}?board=${encodeURIComponent(key)}`;
  const same = boards.filter(({ scope }) =>
    scope.hardware.id === hardware.id && scope.model.digest === model.digest &&
    scope.model.precision === model.precision && scope.suite === suite
  ).toSorted((a, b) => a.scope.workload < b.scope.workload ? -1 : 1);
  const others = boards.filter((other) => !same.includes(other));
  return (
    <div class="scope">
      <p>
        <b>{model.name}</b> {model.precision} <span class="sep">·</span> {hardware.cpu},{" "}
        {plural(hardware.cores, "core")}, {hardware.memoryGiB} GiB <span class="sep">·</span>{" "}
        {hardware.backend}, {plural(hardware.threads, "thread")} <span class="sep">·</span> suite {suite}{" "}
        <span class="sep">·</span> {day(board.at)}
      </p>
      <nav class="tabs" aria-label="Workloads">
        {same.map((other) => (
          <a href={link(other)} aria-current={other.key === board.key ? "true" : undefined}>
            {other.scope.workload}
          </a>
        ))}
      </nav>
      {others.length > 0 && (
        <details>
          <summary>Other machines, models and suites ({others.length})</summary>
          <ul>
            {others.map((other) => (
              <li>
                <a href={link(other)}>
                  {other.scope.model.name} {other.scope.model.precision}, {other.scope.workload}
                </a>{" "}
                on {other.scope.hardware.cpu}, {other.scope.hardware.backend},{" "}
                {plural(other.scope.hardware.threads, "thread")}; suite {other.scope.suite}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
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
          its interval; a bar that stays right of the margin line passes. pp is percentage points.
        </dd>
        <dt>Speed</dt>
        <dd>
          Tokens per second over the baseline's, in turn on the same machine, on a log axis. The shaded band
          is the noise: the baseline against itself. Only what clears it is called faster or slower.
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
