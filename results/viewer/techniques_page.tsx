/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** Every technique that ran, by name: what it claims and on how many boards it held. No speed, as boards do not compare. */
import { short } from "../columns.ts";
import { count, plural } from "../figures.ts";
import type { Broken } from "../recording.ts";
import { dataOf } from "./filter_form.tsx";
import { pagePath, type Place, places, rootOf } from "./links.ts";
import { type Head, Listing } from "./listing.tsx";
import { type Facets, once, type Query } from "./narrowing.ts";
import { Empty, Page } from "./page.tsx";
import type { TechniqueEntry } from "./technique_rows.ts";
import { Text } from "./text.tsx";

export const TECHNIQUE_FACETS = ["claim", "slot", "bottleneck"] as const;
export const TECHNIQUE_COLUMNS = ["name", "claim", "slot", "bottleneck", "boards"] as const;
const LABELS = { claim: "Claims", slot: "Changes", bottleneck: "Relieves" } as const;
const HEADS: readonly Head[] = [
  ["name", "Technique", "ascending"],
  ["claim", "Claims", "ascending"],
  ["slot", "Changes", "ascending"],
  ["bottleneck", "Relieves", "ascending"],
  ["boards", "Rows that held", "descending"],
];
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
  if (techniques.length === 0) {
    return (
      <Page title="Techniques" place={place} here="techniques" twins={["json", "csv"]} broken={broken}>
        <Empty what="No technique has run here yet." command="deno task bench" />
      </Page>
    );
  }
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
      <Listing
        noun="techniques"
        caption="Every technique"
        labels={LABELS}
        heads={HEADS}
        all={techniques}
        facetsOf={techniqueFacets}
        most={TECHNIQUES_ROWS}
        query={query}
        page={page}
        root={root}
        at={places.techniques}
        row={(entry) => <Row entry={entry} root={root} />}
      />
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
