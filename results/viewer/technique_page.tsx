/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** One technique: what it is, and every row that folds it on whichever board, side by side and never averaged. */
import { count, day, limit, plural, times, timesInterval } from "../figures.ts";
import type { Broken } from "../recording.ts";
import { dataOf, FilterForm, Pager, SortHead } from "./filter_form.tsx";
import { pagePath, type Place, places, rootOf } from "./links.ts";
import { addressOf, isNarrowed, narrow, pageOf, type Query, valuesOf } from "./narrowing.ts";
import { Page } from "./page.tsx";
import { QualityAxis } from "./quality_strip.tsx";
import { type Domain, domainOf, RatioAxis, RatioStrip } from "./ratio_strip.tsx";
import { NotTimed, QualityCell } from "./row_cells.tsx";
import { machine } from "./scope_bar.tsx";
import { type Placed, placedFacets, ROW_FACETS, type TechniqueEntry } from "./technique_rows.ts";
import { Opening, Text } from "./text.tsx";

/** Rows of a page. */
export const TECHNIQUE_ROWS = 40;
const MANY = 9;
const LABELS = {
  verdict: "Verdict",
  machine: "Machine",
  model: "Model",
  suite: "Suite",
  workload: "Workload",
} as const;

export function TechniquePage({ place, technique, query, page, broken }: {
  readonly place: Place;
  readonly technique: TechniqueEntry;
  readonly query: Query;
  readonly page: number;
  readonly broken: readonly Broken[];
}) {
  const { name, about: { stamped, at }, rows: all } = technique;
  const root = rootOf(place);
  const first = root + pagePath(places.technique(name));
  const narrowed = narrow(all, placedFacets, query);
  const { rows, pages } = pageOf(narrowed, page, TECHNIQUE_ROWS);
  const held = all.filter(({ line }) => line.timed || line.row.kind === "held").length;
  const boards = new Set(all.map(({ board }) => board)).size;
  const domain = domainOf(rows.flatMap(({ line }) => line.timed?.figures.ratio.interval ?? []));
  return (
    <Page
      title={name}
      place={place}
      here="techniques"
      twins={["json", "csv"]}
      twinsAt={places.technique(name)}
      broken={broken}
    >
      <p class="kicker">Technique</p>
      <h1>
        <Text of={name} most={100} />
      </h1>
      <div class="lead">
        <Opening of={stamped.summary} most={400} />
      </div>
      <dl class="facts">
        <dt>Claims</dt>
        <dd>{CLAIMS[stamped.claim] ?? <Text of={stamped.claim} />}</dd>
        <dt>Changes</dt>
        <dd>
          the <Text of={stamped.slot} most={60} />
        </dd>
        <dt>Relieves</dt>
        <dd>
          <Text of={stamped.bottleneck} most={60} />
        </dd>
        <dt>Source</dt>
        <dd>
          <Opening of={stamped.source} most={300} />
        </dd>
        <dt>As told by</dt>
        <dd>its latest recording, {day(at)}</dd>
      </dl>
      <h2>
        {count(held)} of {plural(all.length, "row")} held quality, on {plural(boards, "board")}
      </h2>
      <p class="hint">
        Rows of different boards stand beside each other and are not ranked: ratios of two machines, models or
        workloads do not compare. Where it is part of a stack, the figures are the stack's.
      </p>
      {(all.length >= MANY || isNarrowed(query)) && (
        <FilterForm
          query={query}
          choices={ROW_FACETS.map((name) => ({
            name,
            label: LABELS[name],
            values: valuesOf(all, placedFacets, name),
          }))}
          shown={narrowed.length}
          total={all.length}
          noun="rows"
          file={first}
          table="rows"
          page={page}
          pages={pages}
        />
      )}
      <table class="board wherever" data-table="rows">
        <caption class="sr">Every row that folds this technique, the latest board first</caption>
        <thead>
          <tr>
            <SortHead query={query} by="name" best="ascending" file={first} title="Row and board" />
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
        <tbody data-rows>
          {rows.map((row) => <Row placed={row} root={root} domain={domain} />)}
        </tbody>
      </table>
      <Pager
        page={page}
        pages={pages}
        to={(n) => addressOf(query, root + pagePath(places.technique(name, n)))}
      />
    </Page>
  );
}

const CLAIMS: Readonly<Record<string, string>> = {
  identical: "identical output: no greedy token may differ",
  equivalent: "equivalent output: what it loses must stay within the margin",
};

function Row(
  { placed, root, domain }: { readonly placed: Placed; readonly root: string; readonly domain: Domain },
) {
  const { board, scope: { hardware, model, suite, workload }, line: { row, timed, note } } = placed;
  const { worst } = row;
  const trial = root + pagePath(places.trial(row.id));
  const [on, how] = machine(hardware);
  return (
    <tr data-row={dataOf(placedFacets(placed))}>
      <th scope="row">
        <a href={trial}>
          <Text of={row.name} most={80} />
        </a>
        <small>
          <a href={root + pagePath(places.board(board))}>
            <Text of={`${model.name} ${model.precision}, ${workload}`} most={120} />
          </a>
        </small>
        <small>
          <Text of={`${on}; ${how}; suite ${suite}`} />, {day(row.at)}
        </small>
        {note !== undefined && <small>{note}</small>}
      </th>
      <QualityCell row={row}>{worst && `, ${limit(worst)}`}</QualityCell>
      <td class="rate" data-label="Speed">
        {timed
          ? (
            <>
              <span class="num">
                <b>{times(timed.figures.ratio.estimate)}</b> {timesInterval(timed.figures.ratio.interval)}
              </span>
              <RatioStrip {...timed.figures.ratio} noise={timed.figures.noise} domain={domain} />
            </>
          )
          : <NotTimed row={row} trial={trial} />}
      </td>
    </tr>
  );
}
