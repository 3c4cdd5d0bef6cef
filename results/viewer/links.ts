/**
 * Where each page lies, from the root: every path ends in a file's name, so that the pages written to disk are a
 * site that works from any folder. What a form or a column's head adds after "?" only narrows a page.
 */
import { fileName } from "../file_name.ts";

/** A page of the viewer: a path from the root without its ending. */
export type Place = string;

const numbered = (place: string, page: number): Place => page === 1 ? place : `${place}/${page}`;

export const places = {
  home: "index",
  boards: (page = 1): Place => numbered("boards", page),
  board: (key: string, page = 1): Place => numbered(`board/${key}`, page),
  histories: "history",
  history: (key: string, page = 1): Place => numbered(`history/${key}`, page),
  refusals: (page = 1, cause?: string): Place =>
    numbered(cause === undefined ? "refusals" : `refusals/${cause.toLowerCase()}`, page),
  imported: (page = 1): Place => numbered("imported", page),
  trial: (id: string): Place => `trial/${id}`,
  /** Any two recordings; no page leads to it, so that a site of n recordings has no n squared pages. */
  compare: (a: string, b: string): Place => `compare/${a}..${b}`,
  techniques: (page = 1): Place => numbered("techniques", page),
  technique: (name: string, page = 1): Place => numbered(`technique/${fileName(name)}`, page),
};

/** The page at a place. */
export const pagePath = (place: Place): string => `${place}.html`;

/** Its twin for programs: the same as JSON, or its table as CSV. */
export const twinPath = (place: Place, ending: "json" | "csv"): string => `api/${place}.${ending}`;

/** The way from a place to the root: "./", "../" or "../../". */
export const rootOf = (path: string): string => "../".repeat(path.split("/").length - 1) || "./";
