/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** Latency, memory and runs of every timed row of a board. */
import { bytes, count, day, duration, moment } from "../figures.ts";
import { facetsOf, type Line } from "./board_lines.ts";
import { dataOf, SortHead } from "./filter_form.tsx";
import { pagePath, places } from "./links.ts";
import type { Query } from "./narrowing.ts";
import { Text } from "./text.tsx";

const COLUMNS = [
  ["ttft", "First token", "p50, less is better"],
  ["tpot", "Per token", "p50, less is better"],
  ["memory", "Added memory", "less is better"],
  ["tries", "Tries", "refused"],
  ["at", "Last run", "UTC"],
] as const;

export function LatencyTable({ lines, beside, query, file, root }: {
  readonly lines: readonly Line[];
  readonly beside: readonly Line[];
  readonly query: Query;
  readonly file: string;
  readonly root: string;
}) {
  const isTimed = ({ timed }: Line) => timed !== undefined;
  const [rows, others] = [lines.filter(isTimed), beside.filter(isTimed)];
  if (rows.length + others.length === 0) return null;
  return (
    <section>
      <h2>Latency and memory</h2>
      <div class="scroll" tabindex={0} role="region" aria-label="Latency and memory">
        <table class="figures flowing" data-table="board">
          <thead>
            <tr>
              <SortHead query={query} by="name" best="ascending" file={file} title="Technique" />
              {COLUMNS.map(([by, name, unit]) => (
                <SortHead
                  query={query}
                  by={by}
                  best={by === "at" ? "descending" : "ascending"}
                  file={file}
                  title={name}
                >
                  <small>{unit}</small>
                </SortHead>
              ))}
            </tr>
          </thead>
          <tbody data-rows>{rows.map((line) => <Row line={line} root={root} facets />)}</tbody>
          {others.length > 0 && (
            <tbody class="beside">{others.map((line) => <Row line={line} root={root} />)}</tbody>
          )}
        </table>
      </div>
      <p class="hint">
        Each pair is baseline → candidate, timed in turn in the row's own race, so that the baseline's figures
        differ from row to row as the machine does; the ratios compare.
      </p>
    </section>
  );
}

function Row(
  { line, root, facets = false }: { readonly line: Line; readonly root: string; readonly facets?: boolean },
) {
  const { id, name, tried, at, figures: { base, candidate } } = line.timed!;
  return (
    <tr data-row={facets ? dataOf(facetsOf(line)) : undefined}>
      <th scope="row">
        <a href={root + pagePath(places.trial(id))}>
          <Text of={name} most={60} />
        </a>
      </th>
      <td data-label="First token">{pair(duration(base.ttft.p50), duration(candidate.ttft.p50))}</td>
      <td data-label="Per token">{pair(duration(base.tpot.p50), duration(candidate.tpot.p50))}</td>
      <td data-label="Added memory">{pair(bytes(base.addedBytes), bytes(candidate.addedBytes))}</td>
      <td data-label="Tries">{count(tried.count)}{tried.refused > 0 && ` (${count(tried.refused)})`}</td>
      <td data-label="Last run">
        <time datetime={new Date(at).toISOString()} title={moment(at)}>{day(at)}</time>
      </td>
    </tr>
  );
}

function pair(base: string, candidate: string) {
  return (
    <span class="pair">
      <span class="was">{base} →</span> {candidate}
    </span>
  );
}
