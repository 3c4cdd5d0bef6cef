/**
 * Narrowing and sorting the rows of a table by what stands after "?" in a page's address: q for words, one name for
 * each facet, and sort, with a "-" before it for descending. narrow.js does the same where no server answers.
 */

import { short, visible } from "../columns.ts";

/** What a row can be found and sorted by. */
export interface Facets {
  /** Searched for words, whatever their case. */
  readonly text: string;
  readonly is: Readonly<Record<string, readonly string[]>>;
  /** Absent or undefined stands last, in either direction. */
  readonly by: Readonly<Record<string, string | number | undefined>>;
}

/** The same function, which works each row out once and cuts what is long. */
export function once<T extends object>(facetsOf: (row: T) => Facets): (row: T) => Facets {
  const known = new WeakMap<T, Facets>();
  return (row) => {
    const found = known.get(row) ?? cut(facetsOf(row));
    known.set(row, found);
    return found;
  };
}

/** Characters of a facet's value or of what is sorted by: a page holds one of each row. */
const LONGEST = 120;

const cut = ({ text, is, by }: Facets): Facets => ({
  text: short(text, 400),
  is: Object.fromEntries(
    Object.entries(is).map(([name, values]) => [name, values.map((value) => visible(short(value, LONGEST)))]),
  ),
  by: Object.fromEntries(
    Object.entries(by).map((
      [name, value],
    ) => [name, typeof value === "string" ? short(value, LONGEST) : value]),
  ),
});

export interface Query {
  readonly q: string;
  readonly is: Readonly<Record<string, string>>;
  /** e.g. "-speed"; empty for the table's own order. */
  readonly sort: string;
}

export const ALL: Query = { q: "", is: {}, sort: "" };

/** What is asked of a table with these facets and columns; what it does not know is passed over. */
export function queryOf(
  asked: Readonly<Record<string, string>>,
  facets: readonly string[],
  columns: readonly string[],
): Query {
  const { q = "", sort = "" } = asked;
  return {
    q: q.trim().slice(0, 200),
    is: Object.fromEntries(facets.flatMap((name) => asked[name] ? [[name, asked[name]]] : [])),
    sort: columns.includes(sort.replace(/^-/, "")) ? sort : "",
  };
}

export const isNarrowed = ({ q, is }: Query): boolean => q !== "" || Object.keys(is).length > 0;

/** The rows asked for, in the order asked for. */
export function narrow<T>(rows: readonly T[], facetsOf: (row: T) => Facets, query: Query): readonly T[] {
  const words = query.q.toLowerCase().split(/\s+/).filter(Boolean);
  const kept = rows.map((row) => ({ row, ...facetsOf(row) })).filter(({ text, is }) => {
    const low = text.toLowerCase();
    return words.every((word) => low.includes(word)) &&
      Object.entries(query.is).every(([name, value]) => is[name]?.includes(value));
  });
  const key = query.sort.replace(/^-/, "");
  if (key === "") return kept.map(({ row }) => row);
  const sign = query.sort.startsWith("-") ? -1 : 1;
  return kept.toSorted((a, b) => compare(a.by[key], b.by[key], sign)).map(({ row }) => row);
}

function compare(a: string | number | undefined, b: string | number | undefined, sign: number): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return a < b ? -sign : a > b ? sign : 0;
}

/** The address of a file asked so. */
export function addressOf(query: Query, file: string): string {
  const asked = new URLSearchParams({
    ...(query.q === "" ? {} : { q: query.q }),
    ...query.is,
    ...(query.sort === "" ? {} : { sort: query.sort }),
  });
  return asked.size === 0 ? file : `${file}?${asked}`;
}

/** Each value of a facet with how many rows have it, those of most rows first. */
export function valuesOf<T>(
  rows: readonly T[],
  facetsOf: (row: T) => Facets,
  name: string,
): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    for (const value of facetsOf(row).is[name] ?? []) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** Whether a page lies past the last of the rows asked for; the first is always there. */
export const isPast = <T>(
  rows: readonly T[],
  facetsOf: (row: T) => Facets,
  query: Query,
  page: number,
  size: number,
): boolean => page > 1 && (page - 1) * size >= narrow(rows, facetsOf, query).length;

/** The part of the rows on a page, and how many pages there are. */
export function pageOf<T>(rows: readonly T[], page: number, size: number) {
  return {
    rows: rows.slice((page - 1) * size, page * size),
    page,
    pages: Math.max(1, Math.ceil(rows.length / size)),
  };
}
