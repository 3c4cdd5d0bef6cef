/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/**
 * The viewer's routes. Each page lies at a place of `links.ts`: PLACE.html, its twin for programs at api/PLACE.json, and
 * its table at api/PLACE.csv; "/" is index.html. All links are relative and lead to such files, so that a crawl of the
 * app from "/" written to disk is a site; what stands after a "?" only narrows the page before it, so a crawl leaves it
 * off. Everything a page loads comes from here. https://hono.dev
 */
import { type Context, Hono } from "hono";
import { html } from "hono/html";
import type { Child } from "hono/jsx";
import { UserError } from "../../engine/mod.ts";
import { csv } from "../csv.ts";
import { FEED, feed, type Site } from "../feed.ts";
import type { ResultsStore } from "../recording.ts";
import { Catalogue } from "./catalogue.ts";
import { pagePath, type Place, places } from "./links.ts";
import { Message } from "./message.tsx";
import { SiteName } from "./page.tsx";
import {
  type Asked,
  boardSheet,
  boardsSheet,
  frontSheet,
  historySheet,
  importedSheet,
  refusalsSheet,
  type Sheet,
  techniqueSheet,
  techniquesSheet,
} from "./sheets.tsx";
import { statics } from "./statics.ts";
import { compareSheet, trialSheet } from "./trial_sheets.tsx";

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** An app that reads the store at each request and writes nothing. */
export function createApp(store: ResultsStore, site: Site = {}): Hono {
  const catalogue = new Catalogue(store.shelf);
  const app = new Hono();
  app.use((c, next) => {
    c.setRenderer((content) =>
      c.html(html`<!doctype html>${<SiteName.Provider value={site.title}>{content}</SiteName.Provider>}`)
    );
    c.header("Content-Security-Policy", POLICY);
    c.header("X-Content-Type-Options", "nosniff");
    c.header("Referrer-Policy", "no-referrer");
    return next();
  });

  /** Mounts every form of what lies at a place, whose last part may be a parameter. */
  const mount = (at: Place, make: (name: string, asked: Asked) => Sheet | string) => {
    const sheetFor = (c: Context): Sheet | string => {
      const { key = "", page = "1" } = c.req.param() as Readonly<Record<string, string>>;
      return make(plain(key), { page: Number(plain(page)), query: c.req.query() });
    };
    app.get(`/${filed(at, "html")}`, (c) => {
      const sheet = sheetFor(c);
      return typeof sheet === "string" ? missing(c, sheet) : page(c, sheet.page());
    });
    app.get(`/api/${filed(at, "json")}`, (c) => {
      const sheet = sheetFor(c);
      return typeof sheet === "string" ? c.json({ error: sheet }, 404) : c.json(sheet.json());
    });
    app.get(`/api/${filed(at, "csv")}`, (c) => {
      const sheet = sheetFor(c);
      const text = typeof sheet === "string" ? sheet : csv(sheet.table());
      return c.text(text, typeof sheet === "string" ? 404 : 200, {
        "Content-Type": "text/csv; charset=utf-8",
      });
    });
  };

  mount(places.home, (_, asked) => frontSheet(catalogue, asked));
  mount(places.boards(), (_, asked) => boardsSheet(catalogue, asked));
  mount(`${places.boards()}/:page`, (_, asked) => boardsSheet(catalogue, asked));
  mount(places.board(":key"), (key, asked) => boardSheet(catalogue, key, asked));
  mount(`${places.board(":key")}/:page`, (key, asked) => boardSheet(catalogue, key, asked));
  mount(places.histories, (_, asked) => historySheet(catalogue, undefined, asked));
  mount(places.history(":key"), (key, asked) => historySheet(catalogue, key, asked));
  mount(`${places.history(":key")}/:page`, (key, asked) => historySheet(catalogue, key, asked));
  mount(places.refusals(), (_, asked) => refusalsSheet(catalogue, undefined, asked));
  mount(`${places.refusals()}/:page`, (_, asked) => refusalsSheet(catalogue, undefined, asked));
  mount(`${places.refusals()}/:key`, (key, asked) => refusalsSheet(catalogue, key, asked));
  mount(`${places.refusals()}/:key/:page`, (key, asked) => refusalsSheet(catalogue, key, asked));
  mount(places.imported(), (_, asked) => importedSheet(catalogue, asked));
  mount(`${places.imported()}/:page`, (_, asked) => importedSheet(catalogue, asked));
  mount(places.techniques(), (_, asked) => techniquesSheet(catalogue, asked));
  mount(`${places.techniques()}/:page`, (_, asked) => techniquesSheet(catalogue, asked));
  mount("technique/:key", (key, asked) => techniqueSheet(catalogue, key, asked));
  mount("technique/:key/:page", (key, asked) => techniqueSheet(catalogue, key, asked));
  mount("compare/:key", (key) => compareSheet(catalogue, key));
  // A trial is read and checked once for all its forms, which are asked for one after the other.
  let last: { readonly key: string; readonly revision: number; readonly sheet: Sheet | string } | undefined;
  mount(places.trial(":key"), (key) => {
    const revision = store.revision();
    if (last?.key !== key || last.revision !== revision) {
      last = { key, revision, sheet: trialSheet(catalogue, key) };
    }
    return last.sheet;
  });

  app.get(`/${FEED}`, (c) => {
    const body = feed(catalogue.shelf, site, (id) => pagePath(places.trial(id)));
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
    return page(c, frontSheet(catalogue, { page: 1, query: c.req.query() }).page());
  });
  app.get("/refusals", (c) => c.redirect(pagePath(places.refusals()), 301));
  app.get("/history", (c) => {
    const key = c.req.query("board");
    const place = key === undefined ? places.histories : places.history(encodeURIComponent(key));
    return c.redirect(pagePath(place), 301);
  });
  app.get("/trial/:id", (c) => c.redirect(`${encodeURIComponent(c.req.param("id"))}.html`, 301));
  app.notFound((c) =>
    c.req.path.startsWith("/api/")
      ? c.json({ error: "There is no such table here." }, 404)
      : missing(c, "There is no such page here.")
  );
  app.onError((error, c) => {
    if (!(error instanceof UserError)) throw error;
    if (c.req.path.startsWith("/api/")) return c.json({ error: error.message }, 500);
    return page(c, <Message place={placeOf(c)} title="Cannot read the results" text={error.message} />, 500);
  });
  return app;
}

/** The pattern of a file with this ending at a place whose last part may be a parameter; pages count from 1. */
const filed = (at: string, ending: string) =>
  at.endsWith(":page")
    ? `${at}{[1-9][0-9]{0,8}\\.${ending}}`
    : at.endsWith(":key")
    ? `${at}{[^/]+\\.${ending}}`
    : `${at}.${ending}`;

/** What stood for a parameter, without the ending. */
const plain = (parameter: string) => parameter.replace(/\.(html|json|csv)$/, "");

const placeOf = (c: Context): Place => c.req.path.slice(1);

function missing(c: Context, text: string): Response | Promise<Response> {
  return page(c, <Message place={placeOf(c)} title="Not found" text={text} />, 404);
}

function page(c: Context, content: Child, status: 200 | 404 | 500 = 200): Response | Promise<Response> {
  c.status(status);
  return c.render(content as string);
}
