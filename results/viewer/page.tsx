/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** The frame around every page: name, navigation, the JSON twin. Links are relative, so a sub-path works. */
import { type Child, createContext, useContext } from "hono/jsx";
import { FEED } from "../feed.ts";
import { short, visible } from "../columns.ts";
import { count } from "../figures.ts";
import { leftOut } from "../left_out.ts";
import type { Broken } from "../recording.ts";
import type { Word } from "../explain.ts";
import { pagePath, type Place, places, rootOf, twinPath } from "./links.ts";

export interface Frame {
  readonly title: string;
  readonly place: Place;
  readonly here: "board" | "boards" | "techniques" | "refusals" | "history" | "trial" | "none";
  /** Key of the board that the page is about, whose history is then one link away; that of the front page where absent. */
  readonly board?: string;
  /** Which twins for programs the page has. */
  readonly twins?: readonly ("json" | "csv")[];
  /** Where they lie: at the first page of a table whose twins hold all of it; at the place where absent. */
  readonly twinsAt?: Place;
  /** Whether a curve is to be drawn. */
  readonly charts?: boolean;
  readonly broken?: readonly Broken[];
  readonly children?: Child;
}

const pagesBeside = (board: string | undefined) =>
  [
    ["board", places.home, "Board"],
    ["boards", places.boards(), "All boards"],
    ["techniques", places.techniques(), "Techniques"],
    ["refusals", places.refusals(), "Refusals"],
    ["history", board === undefined ? places.histories : places.history(board), "History"],
  ] as const;

/** What the site is called; "Assay" where nobody named it. */
export const SiteName = createContext<string | undefined>(undefined);

const STYLES = ["style.css", "tables.css", "trial.css", "picture.css", "phone.css"] as const;

export function Page(
  { title, place, here, board, twins = [], twinsAt = place, charts = false, broken = [], children }: Frame,
) {
  const root = rootOf(place);
  const name = useContext(SiteName) ?? "Assay";
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{visible(short(title, 80))} · {name}</title>
        <link rel="alternate" href={root + FEED} type="application/atom+xml" title="New recordings" />
        <link rel="icon" href={`${root}static/icon.svg`} type="image/svg+xml" />
        {STYLES.map((file) => <link rel="stylesheet" href={`${root}static/${file}`} />)}
        {charts && <script src={`${root}static/chart.js`} defer></script>}
        {charts && <script src={`${root}static/charts.js`} defer></script>}
        <script src={`${root}static/narrow.js`} defer></script>
        <script src={`${root}static/copy.js`} defer></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the results</a>
        <header class="top">
          <a class="brand" href={root + pagePath(places.home)}>
            <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
              <path d="M12 2 21 7v10l-9 5-9-5V7Z" fill="none" stroke="currentColor" stroke-width="1.8" />
              <path d="m8 12.2 2.8 2.8L16 9.4" fill="none" stroke="currentColor" stroke-width="1.8" />
            </svg>
            {name}
          </a>
          <nav aria-label="Pages">
            {pagesBeside(board).map(([key, path, label]) => (
              <a href={root + pagePath(path)} aria-current={key === here ? "page" : undefined}>{label}</a>
            ))}
          </nav>
        </header>
        <main id="main">
          {children}
          {broken.length > 0 && <BrokenList broken={broken} root={root} />}
        </main>
        <footer>
          <p>A speed is shown only where the output held its quality first.</p>
          {twins.length > 0 && (
            <p>
              This page as {twins.map((ending, i) => (
                <>
                  {i > 0 && " or "}
                  <a href={root + twinPath(twinsAt, ending)}>{ending.toUpperCase()}</a>
                </>
              ))}
            </p>
          )}
        </footer>
      </body>
    </html>
  );
}

/** Reasons, and ids of each, that a page names: one damaged store may hold any number. */
const [REASONS, IDS] = [8, 12];

function BrokenList({ broken, root }: { readonly broken: readonly Broken[]; readonly root: string }) {
  const groups = leftOut(broken);
  const isCut = groups.length > REASONS || groups.some(({ ids }) => ids.length > IDS);
  return (
    <section class="notice" aria-label="Broken records">
      <h2>
        {broken.length === 1 ? "One record cannot be read" : `${count(broken.length)} records cannot be read`}
      </h2>
      {groups.slice(0, REASONS).map(({ said, ids }) => (
        <details open={ids.length === 1}>
          <summary>{said}</summary>
          <ul>
            {ids.slice(0, IDS).map((id) => (
              <li>
                <code>{short(id, 80)}</code>
              </li>
            ))}
            {ids.length > IDS && <li>and {count(ids.length - IDS)} more</li>}
          </ul>
        </details>
      ))}
      {groups.length > REASONS && <p>{count(groups.length - REASONS)} more reasons are not shown.</p>}
      {isCut && (
        <p>
          <a href={root + twinPath(places.boards(), "json")}>All of them as JSON</a>
        </p>
      )}
    </section>
  );
}

const SHAPE: Readonly<Record<Word, string>> = {
  PASS: "●",
  HELD: "○",
  FAIL: "✕",
  UNSURE: "◐",
  VOID: "!",
  SKIPPED: "–",
};

/** The verdict as shape, word and colour. */
export function Chip({ verdict }: { readonly verdict: Word }) {
  return (
    <span class={`chip ${verdict.toLowerCase()}`}>
      <span aria-hidden="true">{SHAPE[verdict]}</span> {verdict}
    </span>
  );
}

/** What to do where there is nothing to show. */
export function Empty({ what, command }: { readonly what: string; readonly command: string }) {
  return (
    <div class="empty">
      <h1>{what}</h1>
      <p>Run this, then reload:</p>
      <pre><code>{command}</code></pre>
    </div>
  );
}
