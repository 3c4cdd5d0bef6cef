/**
 * The viewer's routes. Each page lies at a place of `links.ts`: PLACE.html, its twin for programs at api/PLACE.json, and
 * its table, where it has one, at api/PLACE.csv; "/" is index.html. All links are relative and lead to such files, so
 * that a crawl of the app from "/" written to disk is a site; a link with a "?" only narrows the page it stands on, so
 * a crawl follows none. Everything a page loads comes from here. https://hono.dev
 */
import { type Context, Hono } from "hono";
import { html } from "hono/html";
import type { Child } from "hono/jsx";
import { UserError } from "../../engine/mod.ts";
import { apartOf, type Board, boards } from "../leaderboard.ts";
import type { Recording, ResultsStore } from "../recording.ts";
import { explain } from "../explain.ts";
import { FEED, feed, type Site } from "../feed.ts";
import { gateRate } from "../gate_rate.ts";
import { summarise } from "../summary.ts";
import { scopeOf as scopeKeyOf } from "../scope.ts";
import { triesOf, tryOf } from "../tries.ts";
import { BoardPage } from "./board_page.tsx";
import { history, HistoryPage } from "./history_page.tsx";
import { pagePath, type Place, places } from "./links.ts";
import { Message } from "./message.tsx";
import { SiteName } from "./page.tsx";
import { refusals, RefusalsPage } from "./refusals_page.tsx";
import { Shelf } from "./shelf.ts";
import { statics } from "./statics.ts";
import { TrialPage } from "./trial_page.tsx";

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** What lies at a place, in each of its forms. */
interface Sheet {
  readonly page: () => Child;
  readonly json: () => unknown;
}

/** An app that reads the store at each request and writes nothing. */
export function createApp(store: ResultsStore, site: Site = {}): Hono {
  const shelf = new Shelf(store);
  const app = new Hono();
  app.use((c, next) => {
    c.setRenderer((content) =>
      c.html(html`<!doctype html>${<SiteName.Provider value={site.title}>{content}</SiteName.Provider>}`)
    );
    return next();
  });
  app.use(async (c, next) => {
    await next();
    c.header("Content-Security-Policy", POLICY);
    c.header("X-Content-Type-Options", "nosniff");
    c.header("Referrer-Policy", "no-referrer");
  });

  /** Mounts every form of what lies at `at`; a string says why there is nothing. */
  const mount = (at: string, make: (c: Context) => Sheet | string) => {
    app.get(`/${filed(at, "html")}`, (c) => {
      const sheet = make(c);
      return typeof sheet === "string" ? missing(c, sheet) : page(c, sheet.page());
    });
    app.get(`/api/${filed(at, "json")}`, (c) => {
      const sheet = make(c);
      return typeof sheet === "string" ? c.json({ error: sheet }, 404) : c.json(sheet.json());
    });
  };

  const boardAt = (place: Place, all: readonly Board[], board: Board | undefined): Sheet => ({
    page: () => (
      <BoardPage
        place={place}
        boards={all}
        board={board}
        broken={shelf.broken}
        recordings={shelf.recordings}
      />
    ),
    json: () => ({
      ...(board === undefined ? {} : { ...summarise(board), board }),
      gate: gateRate(),
      boards: all.map(({ key, scope, at }) => ({ key, scope, at })),
      broken: shelf.broken,
    }),
  });
  const historyAt = (place: Place, all: readonly Board[], board: Board | undefined): Sheet => {
    const series = board === undefined ? [] : history(shelf.recordings, board);
    return {
      page: () => (
        <HistoryPage place={place} boards={all} board={board} series={series} broken={shelf.broken} />
      ),
      json: () => board === undefined ? { series } : { board: board.key, scope: board.scope, series },
    };
  };
  const onBoard = (
    make: (place: Place, all: readonly Board[], board: Board) => Sheet,
    place: (key: string) => Place,
  ) =>
  (c: Context) => {
    const all = boards(shelf.recordings);
    const key = named(c, "key");
    const board = all.find((one) => one.key === key);
    return board === undefined ? "There is no such board here." : make(place(key), all, board);
  };

  mount(places.home, () => {
    const all = boards(shelf.recordings);
    return boardAt(places.home, all, front(all));
  });
  mount(places.board(":key"), onBoard(boardAt, places.board));
  mount(places.histories, () => {
    const all = boards(shelf.recordings);
    return historyAt(places.histories, all, front(all));
  });
  mount(places.history(":key"), onBoard(historyAt, places.history));
  mount(places.refusals(), () => ({
    page: () => (
      <RefusalsPage place={places.refusals()} recordings={shelf.recordings} broken={shelf.broken} />
    ),
    json: () => {
      const groups = Object.fromEntries([...refusals(shelf.recordings)].map(([verdict, group]) => [
        verdict,
        group.map((recording) => ({ ...recording, why: explain(recording.outcome) })),
      ]));
      return { refusals: groups, broken: shelf.broken };
    },
  }));
  mount(places.trial(":id"), (c) => {
    const id = named(c, "id");
    const recording = shelf.find(id);
    if (recording === undefined) return sentenceFor(shelf, id);
    const scope = scopeOf(shelf, recording);
    const [tries, apart] = [triesOf(recording, scope.map(tryOf)), apartOf(recording, scope)];
    return {
      page: () => <TrialPage recording={recording} tries={tries} apart={apart} />,
      json: () => ({ ...recording, why: explain(recording.outcome), tries, apart }),
    };
  });
  app.get(`/${FEED}`, (c) => {
    const body = feed(store.shelf, site, (id) => pagePath(places.trial(id)));
    return c.body(body, 200, { "Content-Type": "application/atom+xml; charset=utf-8" });
  });
  app.get("/static/:file", async (c) => {
    const found = await statics(c.req.param("file"));
    return found === undefined
      ? missing(c, "There is no such file here.")
      : c.body(found.body, 200, { "Content-Type": found.type });
  });

  app.get("/", (c) => {
    const key = c.req.query("board");
    if (key !== undefined) return c.redirect(pagePath(places.board(encodeURIComponent(key))), 301);
    const all = boards(shelf.recordings);
    return page(c, boardAt(places.home, all, front(all)).page());
  });
  app.get("/refusals", (c) => c.redirect(pagePath(places.refusals()), 301));
  app.get("/history", (c) => {
    const key = c.req.query("board");
    const place = key === undefined ? places.histories : places.history(encodeURIComponent(key));
    return c.redirect(pagePath(place), 301);
  });
  app.get("/trial/:id", (c) => c.redirect(`${encodeURIComponent(c.req.param("id"))}.html`, 301));
  app.notFound((c) => missing(c, "There is no such page here."));
  app.onError((error, c) => {
    if (!(error instanceof UserError)) throw error;
    return page(c, <Message place={placeOf(c)} title="Cannot read the results" text={error.message} />, 500);
  });
  return app;
}

/** The pattern of a file with this ending at a place whose last part may be a parameter. */
const filed = (at: string, ending: string) =>
  /:\w+$/.test(at) ? `${at}{[^/]+\\.${ending}}` : `${at}.${ending}`;

/** What stood for a parameter of `filed`, without the ending. */
const named = (c: Context, parameter: string) => c.req.param(parameter)!.replace(/\.(html|json|csv)$/, "");

/** The board to open with: of the latest run, the workload with most rows in the ranking. */
function front(all: readonly Board[]): Board | undefined {
  const latest = all[0];
  if (latest === undefined) return undefined;
  const timed = all.filter(({ at }) => at === latest.at).toSorted((a, b) =>
    b.ranked.length - a.ranked.length
  );
  return timed[0];
}

/** The recordings that stand on the same boards, oldest first. */
const scopeOf = (shelf: Shelf, recording: Recording) =>
  shelf.recordings.filter((other) => scopeKeyOf(other) === scopeKeyOf(recording));

function sentenceFor(shelf: Shelf, id: string): string {
  const broken = shelf.broken.find((row) => row.id === id);
  if (broken !== undefined) return `This record cannot be read: ${broken.why}.`;
  return /^[0-9a-f]{1,64}$/.test(id)
    ? "There is no trial with this id here."
    : "A trial's id is made of the digits 0-9 and a-f.";
}

const placeOf = (c: Context): Place => c.req.path.slice(1);

function missing(c: Context, text: string): Response | Promise<Response> {
  return page(c, <Message place={placeOf(c)} title="Not found" text={text} />, 404);
}

function page(c: Context, content: Child, status: 200 | 404 | 500 = 200): Response | Promise<Response> {
  c.status(status);
  return c.render(content as string);
}
