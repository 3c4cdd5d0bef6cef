/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** Every technique that ran, by name: what it claims and on how many boards it held. No speed, as boards do not compare. */
import { short } from "../columns.ts";
import { count, plural } from "../figures.ts";
import type { Broken } from "../recording.ts";
import { dataOf, FilterForm, Pager, SortHead } from "./filter_form.tsx";
import { pagePath, type Place, places, rootOf } from "./links.ts";
import { addressOf, type Facets, narrow, once, pageOf, type Query, valuesOf } from "./narrowing.ts";
import { Empty, Page } from "./page.tsx";
import type { TechniqueEntry } from "./technique_rows.ts";
import { Text } from "./text.tsx";

export const TECHNIQUE_FACETS = ["claim", "slot", "bottleneck"] as const;
export const TECHNIQUE_COLUMNS = ["name", "claim", "slot", "bottleneck", "boards"] as const;
const LABELS = { claim: "Claims", slot: "Changes", bottleneck: "Relieves" } as const;
/** Rows of a page. */
export const TECHNIQUES_ROWS = 60;

const boardsOf = ({ rows }: TechniqueEntry) => new Set(rows.map(({ board }) => board)).size;

export const techniqueFacets = once((entry: TechniqueEntry): Facets => {
  const { name, about: { stamped: { summary, claim, slot, bottleneck } } } = entry;
  return {
    text: [name, summary, claim, slot, bottleneck].join(" "),
    is: { claim: [claim], slot: [slot], bottleneck: [bottleneck] },
    by: { name: short(name, 80).toLowerCase(), claim, slot, bottleneck, boards: boardsOf(entry) },
  };
});

export function TechniquesPage({ place, techniques, query, page, broken }: {
  readonly place: Place;
  readonly techniques: readonly TechniqueEntry[];
  readonly query: Query;
  readonly page: number;
  readonly broken: readonly Broken[];
}) {
  const root = rootOf(place);
  const first = root + pagePath(places.techniques());
  if (techniques.length === 0) {
    return (
      <Page title="Techniques" place={place} here="techniques" twins={["json", "csv"]} broken={broken}>
        <Empty what="No technique has run here yet." command="deno task bench" />
      </Page>
    );
  }
  const narrowed = narrow(techniques, techniqueFacets, query);
  const { rows, pages } = pageOf(narrowed, page, TECHNIQUES_ROWS);
  return (
    <Page
      title="Techniques"
      place={place}
      here="techniques"
      twins={["json", "csv"]}
      twinsAt={places.techniques()}
      broken={broken}
    >
      <h1>{plural(techniques.length, "technique")} ran here.</h1>
      <p class="lead muted">In the order of the alphabet: speeds of different boards do not compare.</p>
      <FilterForm
        query={query}
        choices={TECHNIQUE_FACETS.map((name) => ({
          name,
          label: LABELS[name],
          values: valuesOf(techniques, techniqueFacets, name),
        }))}
        shown={narrowed.length}
        total={techniques.length}
        noun="techniques"
        file={first}
        table="techniques"
        page={page}
        pages={pages}
      />
      <table class="stacking" data-table="techniques">
        <caption class="sr">Every technique</caption>
        <thead>
          <tr>
            <SortHead query={query} by="name" best="ascending" file={first} title="Technique" />
            <SortHead query={query} by="claim" best="ascending" file={first} title="Claims" />
            <SortHead query={query} by="slot" best="ascending" file={first} title="Changes" />
            <SortHead query={query} by="bottleneck" best="ascending" file={first} title="Relieves" />
            <SortHead query={query} by="boards" best="descending" file={first} title="Rows that held" />
          </tr>
        </thead>
        <tbody data-rows>
          {rows.map((entry) => <Row entry={entry} root={root} />)}
        </tbody>
      </table>
      <Pager page={page} pages={pages} to={(n) => addressOf(query, root + pagePath(places.techniques(n)))} />
    </Page>
  );
}

function Row({ entry, root }: { readonly entry: TechniqueEntry; readonly root: string }) {
  const { name, about: { stamped }, rows } = entry;
  return (
    <tr data-row={dataOf(techniqueFacets(entry))}>
      <th scope="row">
        <a href={root + pagePath(places.technique(name))}>
          <Text of={name} most={80} />
        </a>
        <small>
          <Text of={stamped.summary} most={200} />
        </small>
      </th>
      <td data-label="Claims">
        <Text of={stamped.claim} most={40} />
      </td>
      <td data-label="Changes">
        <Text of={stamped.slot} most={40} />
      </td>
      <td data-label="Relieves">
        <Text of={stamped.bottleneck} most={40} />
      </td>
      <td data-label="Rows that held">
        {count(rows.filter(({ line }) => line.timed).length)} of {count(rows.length)}
        <small>on {plural(boardsOf(entry), "board")}</small>
      </td>
    </tr>
  );
}
