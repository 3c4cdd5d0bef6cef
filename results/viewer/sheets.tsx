/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** What lies at each place: its page, the same as JSON, and its table; a string says why there is nothing. */
import type { Child } from "hono/jsx";
import { systemClock } from "../../engine/mod.ts";
import type { Table } from "../csv.ts";
import { explain, type Word } from "../explain.ts";
import { gateRate } from "../gate_rate.ts";
import { inForce } from "../promotions.ts";
import type { Board } from "../leaderboard.ts";
import { summarise } from "../summary.ts";
import { boardTable, COLUMNS, FACETS, facetsOf, linesOf } from "./board_lines.ts";
import { BOARD_ROWS, BoardPage, NoBoard } from "./board_page.tsx";
import {
  BOARD_COLUMNS,
  BOARD_FACETS,
  BOARDS_ROWS,
  BoardsPage,
  entriesTable,
  entryFacets,
} from "./boards_page.tsx";
import type { Catalogue } from "./catalogue.ts";
import { HistoryPage, NoHistory } from "./history_page.tsx";
import { history, historyTable, noiseOf } from "./history_series.ts";
import { ImportedPage } from "./imported_page.tsx";
import { fileName } from "../file_name.ts";
import { type Place, places } from "./links.ts";
import { isPast, queryOf } from "./narrowing.ts";
import { CAUSES, RefusalsPage, refusalsTable } from "./refusals_page.tsx";
import { placedFacets, placedTable, ROW_COLUMNS, ROW_FACETS, techniquesTable } from "./technique_rows.ts";
import { TECHNIQUE_ROWS, TechniquePage } from "./technique_page.tsx";
import {
  TECHNIQUE_COLUMNS,
  TECHNIQUE_FACETS,
  techniqueFacets,
  TECHNIQUES_ROWS,
  TechniquesPage,
} from "./techniques_page.tsx";

export interface Sheet {
  readonly page: () => Child;
  readonly json: () => unknown;
  readonly table: () => Table;
}

/** What was asked: a page of a long table, and what narrows it. */
export interface Asked {
  readonly page: number;
  readonly query: Readonly<Record<string, string>>;
}

/** Trials, runs and imported trials of one page. */
const REFUSALS = 40;
const RUNS = 200;
const IMPORTED = 50;
const BESIDE = 10;
const NO_SUCH_BOARD = "There is no such board here.";
const NO_SUCH_PAGE = "The table has no such page.";

const imported = (catalogue: Catalogue, from: number, count: number) =>
  catalogue.shelf.list({ imported: true }, from, count);

export function frontSheet(catalogue: Catalogue, asked: Asked): Sheet {
  const board = catalogue.front();
  if (board !== undefined) return boardAt(catalogue, places.home, board, asked);
  const { broken } = catalogue.shelf;
  return {
    page: () => (
      <NoBoard
        place={places.home}
        empty={catalogue.shelf.scopes().length === 0}
        broken={broken}
        imported={imported(catalogue, 0, BESIDE)}
      />
    ),
    json: () => ({ boards: [], gate: gateRate(), broken }),
    table: () => [],
  };
}

export function boardSheet(catalogue: Catalogue, key: string, asked: Asked): Sheet | string {
  const board = catalogue.board(key);
  if (board === undefined) return NO_SUCH_BOARD;
  const query = queryOf(asked.query, FACETS, COLUMNS);
  if (isPast(linesOf(board), facetsOf, query, asked.page, BOARD_ROWS)) return NO_SUCH_PAGE;
  return boardAt(catalogue, places.board(key, asked.page), board, asked);
}

function boardAt(catalogue: Catalogue, place: Place, board: Board, { page, query }: Asked): Sheet {
  const { broken } = catalogue.shelf;
  const entries = catalogue.entries();
  return {
    page: () => (
      <BoardPage
        place={place}
        entries={entries}
        board={board}
        query={queryOf(query, FACETS, COLUMNS)}
        page={page}
        broken={broken}
        {...(place === places.home ? { imported: imported(catalogue, 0, BESIDE) } : {})}
      />
    ),
    json: () => ({ ...summarise(board), board, gate: gateRate(), broken }),
    table: () => boardTable(board),
  };
}

export function boardsSheet(catalogue: Catalogue, { page, query: asked }: Asked): Sheet | string {
  const entries = catalogue.entries();
  const query = queryOf(asked, BOARD_FACETS, BOARD_COLUMNS);
  if (isPast(entries, entryFacets, query, page, BOARDS_ROWS)) return NO_SUCH_PAGE;
  const { broken } = catalogue.shelf;
  return {
    page: () => (
      <BoardsPage
        place={places.boards(page)}
        entries={entries}
        query={query}
        page={page}
        broken={broken}
      />
    ),
    json: () => ({ boards: entries, broken }),
    table: () => entriesTable(entries),
  };
}

export function historySheet(catalogue: Catalogue, key: string | undefined, { page }: Asked): Sheet | string {
  const board = key === undefined ? catalogue.front() : catalogue.board(key);
  const { broken } = catalogue.shelf;
  const place = key === undefined ? places.histories : places.history(key, page);
  if (board === undefined) {
    if (key !== undefined) return NO_SUCH_BOARD;
    return {
      page: () => <NoHistory place={place} broken={broken} />,
      json: () => ({ series: [] }),
      table: () => [],
    };
  }
  const entries = catalogue.entries();
  const { scope } = entries.find((entry) => entry.key === board.key)!;
  const { total, recordings } = catalogue.shelf.list({ scope }, (page - 1) * RUNS, RUNS);
  const pages = Math.max(1, Math.ceil(total / RUNS));
  if (page > pages) return NO_SUCH_PAGE;
  const series = history(recordings, board);
  const noise = noiseOf(recordings, board);
  const references = inForce(catalogue.shelf.promotions(), systemClock.now());
  return {
    page: () => (
      <HistoryPage
        place={place}
        entries={entries}
        board={board}
        series={series}
        {...(noise ? { noise } : {})}
        references={references}
        page={page}
        pages={pages}
        broken={broken}
      />
    ),
    json: () => ({
      board: board.key,
      scope: board.scope,
      page,
      pages,
      series,
      noise,
      references: recordings.flatMap(({ id }) => references.get(id) ?? []),
    }),
    table: () => historyTable(series),
  };
}

export function refusalsSheet(
  catalogue: Catalogue,
  cause: string | undefined,
  { page }: Asked,
): Sheet | string {
  const all = CAUSES.map(([word]) => word);
  const word = all.find((one) => one.toLowerCase() === cause);
  if (cause !== undefined && word === undefined) return "There is no such cause of refusals.";
  const words: readonly Word[] = word === undefined ? all : [word];
  const { total, recordings } = catalogue.shelf.list({ words }, (page - 1) * REFUSALS, REFUSALS);
  const pages = Math.max(1, Math.ceil(total / REFUSALS));
  if (page > pages) return NO_SUCH_PAGE;
  const { broken } = catalogue.shelf;
  return {
    page: () => (
      <RefusalsPage
        place={places.refusals(page, word)}
        recordings={recordings}
        {...(word === undefined ? {} : { cause: word })}
        counts={catalogue.shelf.counts()}
        page={page}
        pages={pages}
        broken={broken}
      />
    ),
    json: () => ({
      refusals: recordings.map((recording) => ({ ...recording, why: explain(recording.outcome) })),
      total,
      page,
      pages,
      broken,
    }),
    table: () => refusalsTable(recordings),
  };
}

export function importedSheet(catalogue: Catalogue, { page }: Asked): Sheet | string {
  const listed = imported(catalogue, (page - 1) * IMPORTED, IMPORTED);
  const pages = Math.max(1, Math.ceil(listed.total / IMPORTED));
  if (page > pages) return NO_SUCH_PAGE;
  const { broken } = catalogue.shelf;
  return {
    page: () => (
      <ImportedPage {...listed} place={places.imported(page)} page={page} pages={pages} broken={broken} />
    ),
    json: () => ({ ...listed, page, pages, broken }),
    table: () => refusalsTable(listed.recordings),
  };
}

export function techniquesSheet(catalogue: Catalogue, { page, query: asked }: Asked): Sheet | string {
  const techniques = catalogue.techniques();
  const query = queryOf(asked, TECHNIQUE_FACETS, TECHNIQUE_COLUMNS);
  if (isPast(techniques, techniqueFacets, query, page, TECHNIQUES_ROWS)) return NO_SUCH_PAGE;
  return {
    page: () => (
      <TechniquesPage
        place={places.techniques(page)}
        techniques={techniques}
        query={query}
        page={page}
        broken={catalogue.shelf.broken}
      />
    ),
    json: () => ({ techniques: techniques.map(({ about }) => about.stamped) }),
    table: () => techniquesTable(techniques),
  };
}

export function techniqueSheet(
  catalogue: Catalogue,
  file: string,
  { page, query: asked }: Asked,
): Sheet | string {
  const technique = catalogue.techniques().find(({ name }) => fileName(name) === file);
  if (technique === undefined) return "No technique of this name ran here.";
  const query = queryOf(asked, ROW_FACETS, ROW_COLUMNS);
  if (isPast(technique.rows, placedFacets, query, page, TECHNIQUE_ROWS)) return NO_SUCH_PAGE;
  return {
    page: () => (
      <TechniquePage
        place={places.technique(technique.name, page)}
        technique={technique}
        query={query}
        page={page}
        broken={catalogue.shelf.broken}
      />
    ),
    json: () => ({ name: technique.name, about: technique.about.stamped, rows: technique.rows }),
    table: () => placedTable(technique),
  };
}
