/** What the pages ask of the shelf: boards folded once a scope, and folded again only when that scope has grown or a key is trusted. */
import { type Board, boardsOf, scopeKey } from "../leaderboard.ts";
import type { Shelved } from "../recording.ts";
import type { Shelf, ShelvedScope } from "../shelf.ts";
import type { Try } from "../tries.ts";
import { linesOf } from "./board_lines.ts";
import { type About, aboutOf, type Placed, type TechniqueEntry } from "./technique_rows.ts";

/** A board that can be opened, as lists of boards show it. */
export interface BoardEntry
  extends Pick<ShelvedScope, "hardware" | "model" | "suite" | "count" | "refused" | "at"> {
  readonly key: string;
  readonly workload: string;
  /** The key of its scope. */
  readonly scope: string;
}

interface Folded {
  readonly count: number;
  readonly trusted: number;
  readonly about: ReadonlyMap<string, About>;
  readonly tried: readonly Try[];
  readonly current: readonly Shelved[];
  readonly boards: readonly Board[];
}

export class Catalogue {
  readonly shelf: Shelf;
  readonly #folded = new Map<string, Folded>();
  #techniques:
    | { readonly of: readonly ShelvedScope[]; readonly entries: readonly TechniqueEntry[] }
    | undefined;
  #entries: { readonly of: readonly ShelvedScope[]; readonly entries: readonly BoardEntry[] } | undefined;

  constructor(shelf: Shelf) {
    this.shelf = shelf;
  }

  /** Every board, the latest first. */
  entries(): readonly BoardEntry[] {
    const of = this.shelf.scopes();
    if (this.#entries?.of !== of) {
      const entries = of.flatMap(({ key, workloads, ...scope }) =>
        workloads.map((workload) => ({
          ...scope,
          workload,
          scope: key,
          key: scopeKey({ ...scope, workload }),
        }))
      );
      this.#entries = { of, entries };
    }
    return this.#entries.entries;
  }

  board(key: string): Board | undefined {
    const entry = this.entries().find((one) => one.key === key);
    return entry && this.boards(entry.scope).find((board) => board.key === key);
  }

  /** The board to open with: of the latest run, the workload with most rows in the ranking. */
  front(): Board | undefined {
    const latest = this.entries()[0];
    return latest &&
      this.boards(latest.scope).toSorted((a, b) => b.at - a.at || b.ranked.length - a.ranked.length)[0];
  }

  /** The boards of a scope. */
  boards(scope: string): readonly Board[] {
    return this.#fold(scope).boards;
  }

  /** Of each name in a scope the recording that counts. */
  current(scope: string): readonly Shelved[] {
    return this.#fold(scope).current;
  }

  /** Every try in a scope, oldest first. */
  tried(scope: string): readonly Try[] {
    return this.#fold(scope).tried;
  }

  /** Every technique that ran, by name. */
  techniques(): readonly TechniqueEntry[] {
    const of = this.shelf.scopes();
    if (this.#techniques?.of !== of) this.#techniques = { of, entries: this.#techniquesOf(of) };
    return this.#techniques.entries;
  }

  #techniquesOf(scopes: readonly ShelvedScope[]): readonly TechniqueEntry[] {
    const found = new Map<string, { about: About; rows: Placed[] }>();
    for (const { key } of scopes) {
      const { about, boards } = this.#fold(key);
      for (const [name, one] of about) {
        const known = found.get(name) ?? { about: one, rows: [] };
        found.set(name, { ...known, about: one.at > known.about.at ? one : known.about });
      }
      for (const board of boards) {
        for (const line of linesOf(board)) {
          for (const name of new Set(line.row.techniques)) {
            found.get(name)?.rows.push({ board: board.key, scope: board.scope, line });
          }
        }
      }
    }
    return [...found].map(([name, one]) => ({ name, ...one })).filter(({ rows }) => rows.length > 0)
      .sort((a, b) => a.name < b.name ? -1 : 1);
  }

  #fold(scope: string): Folded {
    const count = this.shelf.scopes().find(({ key }) => key === scope)?.count ?? 0;
    const known = this.#folded.get(scope);
    const trusted = this.shelf.trusted();
    if (known?.count === count && known.trusted === trusted) return known;
    const tried = this.shelf.tried(scope);
    const current = this.shelf.current(scope);
    const folded = {
      count,
      trusted,
      about: aboutOf(current),
      current,
      tried,
      boards: boardsOf(current, tried),
    };
    this.#folded.set(scope, folded);
    return folded;
  }
}
