/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** The form over a table: words and facets as GET parameters, so that it works without a script and a link keeps it. */
import type { Child } from "hono/jsx";
import { short } from "../columns.ts";
import { count } from "../figures.ts";
import { addressOf, isNarrowed, type Query } from "./narrowing.ts";

export interface Choice {
  readonly name: string;
  readonly label: string;
  /** Each value with how many rows have it. */
  readonly values: readonly (readonly [string, number])[];
}

const MOST_VALUES = 60;

export function FilterForm({ query, choices, shown, total, noun, file, table, page, pages }: {
  readonly query: Query;
  readonly choices: readonly Choice[];
  readonly shown: number;
  readonly total: number;
  readonly noun: string;
  /** The way to the first page of the table, where nothing is asked. */
  readonly file: string;
  /** The name of what it narrows, and which of how many pages of it this is. */
  readonly table: string;
  readonly page: number;
  readonly pages: number;
}) {
  const offered = choices.filter(({ name, values }) => values.length > 1 || query.is[name] !== undefined);
  return (
    <form
      class="filter"
      method="get"
      action={file}
      role="search"
      data-narrows={table}
      data-paged={pages > 1 ? "" : undefined}
      data-total={String(total)}
      data-here={String(shown)}
      aria-label={`Filter ${noun}`}
    >
      <label>
        Find <input type="search" name="q" value={query.q} autocomplete="off" maxlength={200} />
      </label>
      {offered.map(({ name, label, values }) => (
        <label>
          {label}{" "}
          <select name={name}>
            <option value="">any</option>
            {withAsked(values, query.is[name]).slice(0, MOST_VALUES).map(([value, n]) => (
              <option value={value} selected={query.is[name] === value}>
                {`${short(value, 60)} (${count(n)})`}
              </option>
            ))}
          </select>
        </label>
      ))}
      {query.sort !== "" && <input type="hidden" name="sort" value={query.sort} />}
      <button type="submit">Apply</button>
      <p class="shown" role="status">
        <span data-shown={noun}>
          {count(shown)} of {count(total)} {noun}{" "}
          shown{pages > 1 && `, page ${count(page)} of ${count(pages)}`}
        </span>
        <span class="clear" hidden={!isNarrowed(query)}>
          {" · "}
          <a href={addressOf({ q: "", is: {}, sort: query.sort }, file)} data-clear>clear</a>
        </span>
      </p>
    </form>
  );
}

const withAsked = (values: Choice["values"], asked: string | undefined): Choice["values"] =>
  asked === undefined || values.some(([value]) => value === asked) ? values : [...values, [asked, 0]];

/** The head of a column that the table can be sorted by; `best` is the direction of a first click. */
export function SortHead({ query, by, best, file, title, children, class: name }: {
  readonly query: Query;
  readonly by: string;
  readonly best: "ascending" | "descending";
  readonly file: string;
  readonly title: string;
  /** What stands below the title. */
  readonly children?: Child;
  readonly class?: string;
}) {
  const now = query.sort === by ? "ascending" : query.sort === `-${by}` ? "descending" : undefined;
  const next = now === undefined ? best : now === "ascending" ? "descending" : "ascending";
  const sort = next === "descending" ? `-${by}` : by;
  return (
    <th scope="col" aria-sort={now ?? "none"} class={name} data-sort={by} data-best={best}>
      <a href={addressOf({ ...query, sort }, file)} class="sort">{title}</a>
      {children}
    </th>
  );
}

/** What a row can be narrowed and sorted by, for the script. */
export const dataOf = (
  facets: { readonly text: string; readonly is: unknown; readonly by: unknown },
): string => JSON.stringify({ ...facets, text: short(facets.text, 400) });

/** Links to the other pages of a long table. */
export function Pager({ page, pages, to }: {
  readonly page: number;
  readonly pages: number;
  readonly to: (page: number) => string;
}) {
  if (pages === 1) return null;
  const near = Array.from({ length: pages }, (_, i) => i + 1).filter((n) =>
    n === 1 || n === pages || Math.abs(n - page) <= 2
  );
  return (
    <nav class="pager" aria-label="Pages of this table">
      {page > 1 && <a href={to(page - 1)} rel="prev">Previous</a>}
      {near.map((n, i) => (
        <>
          {i > 0 && n - near[i - 1]! > 1 && <span>…</span>}
          <a href={to(n)} aria-current={n === page ? "page" : undefined}>{n}</a>
        </>
      ))}
      {page < pages && <a href={to(page + 1)} rel="next">Next</a>}
    </nav>
  );
}
