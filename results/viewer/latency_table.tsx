/** Latency, memory and runs of every timed row of a board. */
import { bytes, count, day, duration, moment } from "../figures.ts";
import type { TimedRow } from "../leaderboard.ts";
import { pagePath, places } from "./links.ts";

const COLUMNS = [
  ["First token", "p50, less is better"],
  ["Per token", "p50, less is better"],
  [
    "Added memory",
    "less is better",
  ],
  ["Tries", "refused"],
  ["Last run", "UTC"],
] as const;

export function LatencyTable({ rows, root }: { readonly rows: readonly TimedRow[]; readonly root: string }) {
  if (rows.length === 0) return null;
  return (
    <section>
      <h2>Latency and memory</h2>
      <div class="scroll" tabindex={0} role="region" aria-label="Latency and memory">
        <table class="figures">
          <thead>
            <tr>
              <th scope="col">Technique</th>
              {COLUMNS.map(([name, unit]) => (
                <th scope="col">
                  {name} <small>{unit}</small>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, name, tried, at, figures: { base, candidate } }) => (
              <tr>
                <th scope="row">
                  <a href={root + pagePath(places.trial(id))}>{name}</a>
                </th>
                <td>{pair(duration(base.ttft.p50), duration(candidate.ttft.p50))}</td>
                <td>{pair(duration(base.tpot.p50), duration(candidate.tpot.p50))}</td>
                <td>{pair(bytes(base.addedBytes), bytes(candidate.addedBytes))}</td>
                <td>{count(tried.count)}{tried.refused > 0 && ` (${count(tried.refused)})`}</td>
                <td>
                  <time datetime={new Date(at).toISOString()} title={moment(at)}>{day(at)}</time>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="hint">
        Each pair is baseline → candidate, timed in turn in the row's own race, so that the baseline's figures
        differ from row to row as the machine does; the ratios compare.
      </p>
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
