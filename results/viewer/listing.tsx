/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** A list that is narrowed, sorted and paged by its address: the form, the table and the way to its other pages. */
import type { Child } from "hono/jsx";
import { FilterForm, Pager, SortHead } from "./filter_form.tsx";
import { pagePath, type Place } from "./links.ts";
import { addressOf, type Facets, narrow, pageOf, type Query, valuesOf } from "./narrowing.ts";

/** A column: what it sorts by, its title, and which end is wanted first. */
export type Head = readonly [string, string, "ascending" | "descending"];

export function Listing<T extends object>(
  { noun, caption, labels, heads, all, facetsOf, most, query, page, root, at, row }: {
    /** In the plural; the table's name too. */
    readonly noun: string;
    readonly caption: string;
    /** The facets that it is narrowed by, as people read them. */
    readonly labels: Readonly<Record<string, string>>;
    readonly heads: readonly Head[];
    readonly all: readonly T[];
    readonly facetsOf: (row: T) => Facets;
    /** Rows of a page. */
    readonly most: number;
    readonly query: Query;
    readonly page: number;
    readonly root: string;
    /** The place of its nth page; of the first without a number. */
    readonly at: (page?: number) => Place;
    readonly row: (row: T) => Child;
  },
) {
  const file = root + pagePath(at());
  const narrowed = narrow(all, facetsOf, query);
  const { rows, pages } = pageOf(narrowed, page, most);
  return (
    <>
      <FilterForm
        query={query}
        choices={Object.entries(labels).map(([name, label]) => ({
          name,
          label,
          values: valuesOf(all, facetsOf, name),
        }))}
        shown={narrowed.length}
        total={all.length}
        noun={noun}
        file={file}
        table={noun}
        page={page}
        pages={pages}
      />
      <table class="stacking" data-table={noun}>
        <caption class="sr">{caption}</caption>
        <thead>
          <tr>
            {heads.map(([by, title, best]) => (
              <SortHead query={query} by={by} best={best} file={file} title={title} />
            ))}
          </tr>
        </thead>
        <tbody data-rows>{rows.map(row)}</tbody>
      </table>
      <Pager page={page} pages={pages} to={(n) => addressOf(query, root + pagePath(at(n)))} />
    </>
  );
}
