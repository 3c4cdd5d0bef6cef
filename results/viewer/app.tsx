/** The viewer's routes: each page has a JSON twin, and everything it loads comes from here. https://hono.dev */
import { type Context, Hono } from "hono";
import { html } from "hono/html";
import type { Child } from "hono/jsx";
import { UserError } from "../../engine/mod.ts";
import { apartOf, type Board, boards, shareScope } from "../leaderboard.ts";
import type { Recording, ResultsStore } from "../recording.ts";
import { explain } from "../explain.ts";
import { gateRate } from "../gate_rate.ts";
import { summarise } from "../summary.ts";
import { triesOf } from "../tries.ts";
import { BoardPage } from "./board_page.tsx";
import { history, HistoryPage } from "./history_page.tsx";
import { Page } from "./page.tsx";
import { refusals, RefusalsPage } from "./refusals_page.tsx";
import { Shelf } from "./shelf.ts";
import { statics } from "./statics.ts";
import { TrialPage } from "./trial_page.tsx";

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** An app that reads the store at each request and writes nothing. */
export function createApp(store: ResultsStore): Hono {
  const shelf = new Shelf(store);
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    c.header("Content-Security-Policy", POLICY);
    c.header("X-Content-Type-Options", "nosniff");
    c.header("Referrer-Policy", "no-referrer");
  });
  app.get("/", (c) => {
    const all = boards(shelf.recordings);
    const board = chosen(all, c.req.query("board"));
    if (c.req.query("board") !== undefined && board === undefined) {
      return missing(c, "There is no such board here.");
    }
    return page(
      c,
      <BoardPage boards={all} board={board} broken={shelf.broken} recordings={shelf.recordings} />,
    );
  });
  app.get("/refusals", (c) => page(c, <RefusalsPage recordings={shelf.recordings} broken={shelf.broken} />));
  app.get("/history", (c) => {
    const all = boards(shelf.recordings);
    const board = chosen(all, c.req.query("board"));
    if (c.req.query("board") !== undefined && board === undefined) {
      return missing(c, "There is no such board here.");
    }
    const series = board === undefined ? [] : history(shelf.recordings, board);
    return page(c, <HistoryPage boards={all} board={board} series={series} broken={shelf.broken} />);
  });
  app.get("/trial/:id", (c) => {
    const id = c.req.param("id");
    const recording = shelf.find(id);
    if (recording === undefined) return missing(c, sentenceFor(shelf, id));
    return page(
      c,
      <TrialPage
        recording={recording}
        tries={triesOf(recording, scopeOf(shelf, recording))}
        apart={apartOf(recording, scopeOf(shelf, recording))}
      />,
    );
  });
  app.get("/api/board", (c) => {
    const all = boards(shelf.recordings);
    const board = chosen(all, c.req.query("board"));
    if (c.req.query("board") !== undefined && board === undefined) {
      return c.json({ error: "There is no such board here." }, 404);
    }
    return c.json({
      ...(board === undefined ? {} : { ...summarise(board), board }),
      gate: gateRate(),
      boards: all.map(({ key, scope, at }) => ({ key, scope, at })),
      broken: shelf.broken,
    });
  });
  app.get("/api/refusals", (c) => {
    const groups = Object.fromEntries([...refusals(shelf.recordings)].map(([verdict, group]) => [
      verdict,
      group.map((recording) => ({ ...recording, why: explain(recording.outcome) })),
    ]));
    return c.json({ refusals: groups, broken: shelf.broken });
  });
  app.get("/api/history", (c) => {
    const board = chosen(boards(shelf.recordings), c.req.query("board"));
    if (c.req.query("board") !== undefined && board === undefined) {
      return c.json({ error: "There is no such board here." }, 404);
    }
    return c.json(
      board === undefined
        ? { series: [] }
        : { board: board.key, scope: board.scope, series: history(shelf.recordings, board) },
    );
  });
  app.get("/api/trial/:id", (c) => {
    const recording = shelf.find(c.req.param("id"));
    if (recording === undefined) return c.json({ error: sentenceFor(shelf, c.req.param("id")) }, 404);
    const tries = triesOf(recording, scopeOf(shelf, recording));
    return c.json({
      ...recording,
      why: explain(recording.outcome),
      tries,
      apart: apartOf(recording, scopeOf(shelf, recording)),
    });
  });
  app.get("/static/:file", async (c) => {
    const found = await statics(c.req.param("file"));
    return found === undefined
      ? missing(c, "There is no such file here.")
      : c.body(found.body, 200, { "Content-Type": found.type });
  });
  app.notFound((c) => missing(c, "There is no such page here."));
  app.onError((error, c) => {
    if (!(error instanceof UserError)) throw error;
    return page(c, <Message root={rootOf(c)} title="Cannot read the results" text={error.message} />, 500);
  });
  return app;
}

function chosen(all: readonly Board[], key: string | undefined): Board | undefined {
  if (key !== undefined) return all.find((board) => board.key === key);
  const latest = all[0];
  if (latest === undefined) return undefined;
  const timed = all.filter(({ at }) => at === latest.at).toSorted((a, b) =>
    b.ranked.length - a.ranked.length
  );
  return timed[0];
}

/** The recordings that stand on the same boards, oldest first. */
const scopeOf = (shelf: Shelf, recording: Recording) =>
  shelf.recordings.filter((other) => shareScope(other, recording));

function sentenceFor(shelf: Shelf, id: string): string {
  const broken = shelf.broken.find((row) => row.id === id);
  if (broken !== undefined) return `This record cannot be read: ${broken.why}.`;
  return /^[0-9a-f]{1,64}$/.test(id)
    ? "There is no trial with this id here."
    : "A trial's id is made of the digits 0-9 and a-f.";
}

function missing(c: Context, text: string): Response | Promise<Response> {
  return page(c, <Message root={rootOf(c)} title="Not found" text={text} />, 404);
}

/** Relative, so that the pages work under a sub-path: one step up per folder of the request. */
const rootOf = (c: Context) => "../".repeat(Math.max(0, c.req.path.split("/").length - 2)) || "./";

function Message(
  { root, title, text }: { readonly root: string; readonly title: string; readonly text: string },
) {
  return (
    <Page title={title} root={root} here="none">
      <div class="empty">
        <h1>{title}</h1>
        <p class="lead">{text}</p>
        <p>
          <a href={root}>To the board</a>
        </p>
      </div>
    </Page>
  );
}

function page(c: Context, content: Child, status: 200 | 404 | 500 = 200): Response | Promise<Response> {
  return c.html(html`<!doctype html>${content}`, status);
}
