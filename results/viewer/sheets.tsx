/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** What lies at each place: its page, the same as JSON, and its table; a string says why there is nothing. */
import type { Child } from "hono/jsx";
import type { Table } from "../csv.ts";
import { explain, type Word } from "../explain.ts";
import { gateRate } from "../gate_rate.ts";
import { apartOf, type Board } from "../leaderboard.ts";
import { losing } from "../losing.ts";
import type { Shelved } from "../recording.ts";
import { scopeOf } from "../scope.ts";
import { sideBySide } from "../side_by_side.ts";
import { summarise } from "../summary.ts";
import { triesOf } from "../tries.ts";
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
import { checksTable } from "./checks.tsx";
import { ComparePage } from "./compare_page.tsx";
import { history, HistoryPage, historyTable, NoHistory } from "./history_page.tsx";
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
import { TrialPage } from "./trial_page.tsx";

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
  return {
    page: () => (
      <HistoryPage
        place={place}
        entries={entries}
        board={board}
        series={series}
        page={page}
        pages={pages}
        broken={broken}
      />
    ),
    json: () => ({ board: board.key, scope: board.scope, page, pages, series }),
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

export function trialSheet(catalogue: Catalogue, text: string): Sheet | string {
  const recording = opened(catalogue, text);
  if (typeof recording === "string") return recording;
  const scope = scopeOf(recording);
  const tries = triesOf(recording, catalogue.tried(scope));
  const apart = apartOf(recording, catalogue.current(scope));
  const board = catalogue.entries().filter((entry) =>
    entry.scope === scope && recording.outcome.trial.workloads.includes(entry.workload)
  );
  return {
    page: () => <TrialPage recording={recording} tries={tries} apart={apart} board={board} />,
    json: () => ({
      ...recording,
      why: explain(recording.outcome),
      loses: losing(recording.outcome),
      tries,
      apart,
    }),
    table: () => checksTable("verdict" in recording.outcome ? recording.outcome.verdict.checks : []),
  };
}

/** Two recordings, named as "A..B". */
export function compareSheet(catalogue: Catalogue, text: string): Sheet | string {
  const [a, b] = text.split("..").map((id) => opened(catalogue, id));
  if (a === undefined || b === undefined) return "Two recordings are named as A..B.";
  if (typeof a === "string") return a;
  if (typeof b === "string") return b;
  const both = sideBySide(a, b);
  return {
    page: () => <ComparePage {...both} />,
    json: () => both,
    table: () => checksTable(both.checks),
  };
}

/** The recording whose id begins so, or why there is none. */
function opened(catalogue: Catalogue, text: string): Shelved | string {
  const [id, more] = catalogue.shelf.ids(text, 2);
  if (id === undefined) {
    return /^[0-9a-f]{1,64}$/.test(text)
      ? "There is no trial with this id here."
      : "A trial's id is made of the digits 0-9 and a-f.";
  }
  if (more !== undefined) return "More than one trial's id begins so. Give more of it.";
  const found = catalogue.shelf.open(id);
  return "why" in found ? `This record cannot be read: ${found.why}.` : found.recording;
}
