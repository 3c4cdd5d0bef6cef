/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** The table of a board: quality to the left of speed, each with its interval drawn beside the figures. */
import { count, limit, rate, times, timesInterval } from "../figures.ts";
import { gains, type TimedRow } from "../leaderboard.ts";
import { isInTime, saidObjective } from "../objective.ts";
import { saidTries } from "../tries.ts";
import { facetsOf, type Line } from "./board_lines.ts";
import { dataOf, SortHead } from "./filter_form.tsx";
import { pagePath, places } from "./links.ts";
import type { Query } from "./narrowing.ts";
import { briefOrigin } from "./origin.tsx";
import { QualityAxis } from "./quality_strip.tsx";
import { type Domain, domainOf, RatioAxis, RatioStrip } from "./ratio_strip.tsx";
import { NotTimed, QualityCell } from "./row_cells.tsx";
import { Text } from "./text.tsx";

export function BoardTable({ workload, lines, beside, query, file, root }: {
  readonly workload: string;
  readonly lines: readonly Line[];
  readonly beside: readonly Line[];
  readonly query: Query;
  readonly file: string;
  readonly root: string;
}) {
  const domain = domainOf(
    [...lines, ...beside].flatMap(({ timed }) => timed?.figures.ratio.interval ?? []),
  );
  const objective = sharedObjective([...lines, ...beside]);
  const drawn = { root, domain, told: objective !== undefined };
  return (
    <>
      <table class="board" data-table="board">
        <caption class="sr">
          Techniques on <Text of={workload} most={60} />: quality first, then speed
        </caption>
        <thead>
          <tr>
            <SortHead query={query} by="place" best="ascending" file={file} class="place" title="#" />
            <SortHead query={query} by="name" best="ascending" file={file} title="Technique" />
            <SortHead query={query} by="quality" best="descending" file={file} title="Quality">
              <small>vs base, worst check, more is better</small>
              <QualityAxis />
            </SortHead>
            <SortHead query={query} by="speed" best="descending" file={file} title="Speed">
              <small>tokens/s vs base, more is better</small>
              <RatioAxis domain={domain} />
            </SortHead>
          </tr>
        </thead>
        <tbody data-rows>
          {lines.map((line) => <Row line={line} {...drawn} facets />)}
        </tbody>
        {beside.length > 0 && (
          <tbody class="beside">
            {beside.map((line) => <Row line={line} {...drawn} />)}
          </tbody>
        )}
      </table>
      {objective !== undefined && (
        <p class="hint">
          Latency objective of every row: <Text of={objective} most={200} />.
        </p>
      )}
    </>
  );
}

/** What became of the latency objective, where it was judged in no row and for one reason. */
function sharedObjective(lines: readonly Line[]): string | undefined {
  const outcomes = lines.flatMap(({ timed }) => timed ? [timed.figures.objective] : []);
  const said = new Set(outcomes.map((one) => one?.kind === "unjudged" ? saidObjective(one) : undefined));
  return outcomes.length > 1 && said.size === 1 ? [...said][0] : undefined;
}

function Row({ line, root, domain, told, facets = false }: {
  readonly line: Line;
  readonly root: string;
  readonly domain: Domain;
  /** Whether the latency objective is told below the table. */
  readonly told: boolean;
  readonly facets?: boolean;
}) {
  const { row, timed, place, note } = line;
  const { worst } = row;
  const trial = root + pagePath(places.trial(row.id));
  const isStack = row.techniques.length > 1 && row.techniques.join(" + ") !== row.name;
  return (
    <tr data-row={facets ? dataOf(facetsOf(line)) : undefined}>
      <td class="place">{place}</td>
      <th scope="row">
        <a href={trial}>
          <Text of={row.name} most={100} />
        </a>
        {isStack && (
          <small>
            <Text of={row.techniques.join(" + ")} />
          </small>
        )}
        {note !== undefined && <small>{note}</small>}
        {row.tried.count > 1 && <small class="tried">{saidTries(row.tried)}</small>}
        {row.origin && (
          <small>
            <bdi>{briefOrigin(row.origin)}</bdi>
          </small>
        )}
      </th>
      <QualityCell row={row}>
        {worst && (
          <>
            {worst.when === "under load" ? ", under load" : ""}; n={count(worst.n)}, {limit(worst)}
          </>
        )}
      </QualityCell>
      <td class="rate" data-label="Speed">
        {timed ? <SpeedCell row={timed} domain={domain} told={told} /> : <NotTimed row={row} trial={trial} />}
      </td>
    </tr>
  );
}

function SpeedCell({ row: { figures }, domain, told }: {
  readonly row: TimedRow;
  readonly domain: Domain;
  readonly told: boolean;
}) {
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
        <span class="whole">
          {rate(base.tokensPerSecond).replace(" tok/s", "")} → {rate(candidate.tokensPerSecond)}
        </span>
        {overPeer !== undefined && (
          <>
            ;{" "}
            <span class="whole">
              {times(overPeer)} the peer{overPeerInterval && ` ${timesInterval(overPeerInterval)}`}
            </span>
          </>
        )}
      </small>
      {objective && !told && <small>{saidObjective(objective)}</small>}
    </>
  );
}
