/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** The board: the verdict in a sentence, the scope, and quality to the left of speed. */
import { short, visible } from "../columns.ts";
import { gateRate } from "../gate_rate.ts";
import type { Board } from "../leaderboard.ts";
import type { Broken } from "../recording.ts";
import { summarise } from "../summary.ts";
import { besideOf, FACETS, facetsOf, linesOf } from "./board_lines.ts";
import { BoardTable } from "./board_table.tsx";
import type { BoardEntry } from "./catalogue.ts";
import { FilterForm, Pager } from "./filter_form.tsx";
import { Frontier } from "./frontier.tsx";
import { Guide } from "./guide.tsx";
import { ImportedList, type Listed } from "./imported_page.tsx";
import { LatencyTable } from "./latency_table.tsx";
import { pagePath, type Place, places, rootOf } from "./links.ts";
import { addressOf, isNarrowed, narrow, pageOf, type Query, valuesOf } from "./narrowing.ts";
import { Empty, Page } from "./page.tsx";
import { Pareto } from "./pareto.tsx";
import { ScopeBar } from "./scope_bar.tsx";

/** Rows of a page; more would not fit what a page may weigh. */
export const BOARD_ROWS = 60;
/** From so many techniques on there is something to filter. */
const MANY = 9;

const LABELS = { verdict: "Verdict", claim: "Claims", slot: "Changes", bottleneck: "Relieves" } as const;

export interface BoardView {
  readonly place: Place;
  readonly entries: readonly BoardEntry[];
  readonly board: Board;
  readonly query: Query;
  readonly page: number;
  readonly broken: readonly Broken[];
  readonly imported?: Listed;
}

export function BoardPage({ place, entries, board, query, page, broken, imported }: BoardView) {
  const root = rootOf(place);
  const { headline, rest } = summarise(board, isolated);
  const all = linesOf(board);
  const narrowed = narrow(all, facetsOf, query);
  const { rows, pages } = pageOf(narrowed, page, BOARD_ROWS);
  const first = root + pagePath(place === places.home ? place : places.board(board.key));
  const beside = page === 1 ? besideOf(board) : [];
  return (
    <Page
      title={titleOf(board)}
      place={place}
      here="board"
      {...(place === places.home ? {} : { board: board.key })}
      twins={["json", "csv"]}
      twinsAt={place === places.home ? place : places.board(board.key)}
      broken={broken}
    >
      <h1>{headline}</h1>
      {rest !== undefined && (
        <p class="lead muted">
          {rest} {board.refused.length > 0 && <a href={root + pagePath(places.refusals())}>Why</a>}
        </p>
      )}
      <ScopeBar entries={entries} board={board} to={places.board} root={root} />
      {(all.length >= MANY || isNarrowed(query)) && (
        <FilterForm
          query={query}
          choices={FACETS.map((name) => ({
            name,
            label: LABELS[name],
            values: valuesOf(all, facetsOf, name),
          }))}
          shown={narrowed.length}
          total={all.length}
          noun="techniques"
          file={first}
          table="board"
          page={page}
          pages={pages}
        />
      )}
      <BoardTable
        workload={board.scope.workload}
        lines={rows}
        beside={beside}
        query={query}
        file={first}
        root={root}
      />
      <Pager
        page={page}
        pages={pages}
        to={(n) => addressOf(query, root + pagePath(places.board(board.key, n)))}
      />
      <p class="hint gate">{gateRate()}</p>
      {page === 1 && !isNarrowed(query) && <Pareto board={board} root={root} />}
      {page === 1 && !isNarrowed(query) && <Frontier board={board} root={root} />}
      <LatencyTable lines={rows} beside={beside} query={query} file={first} root={root} />
      {imported && <ImportedList {...imported} root={root} />}
      <Guide />
    </Page>
  );
}

/** What stands in place of a board where there is none. */
export function NoBoard({ place, empty, broken, imported }: {
  readonly place: Place;
  /** Whether nothing was recorded at all. */
  readonly empty: boolean;
  readonly broken: readonly Broken[];
  readonly imported: Listed;
}) {
  return (
    <Page title="Board" place={place} here="board" twins={["json"]} broken={broken}>
      <Empty
        what={empty ? "There are no results here yet." : "There is no board here yet."}
        command="deno task bench"
      />
      <ImportedList {...imported} root={rootOf(place)} />
    </Page>
  );
}

const titleOf = ({ scope: { workload, model } }: Board) => `${workload} on ${model.name}`;

/** A name within a sentence, in marks that keep its direction to itself. */
const isolated = (name: string): string => `\u2068${visible(short(name, 60))}\u2069`;
