/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** Every board there is, to find one's own among: one a machine, model, suite and workload, none ranked beside another. */
import { count, day, plural } from "../figures.ts";
import type { Table } from "../csv.ts";
import type { Broken } from "../recording.ts";
import type { BoardEntry } from "./catalogue.ts";
import { dataOf } from "./filter_form.tsx";
import { pagePath, type Place, places, rootOf } from "./links.ts";
import { type Head, Listing } from "./listing.tsx";
import { type Facets, once, type Query } from "./narrowing.ts";
import { Empty, Page } from "./page.tsx";
import { machine } from "./scope_bar.tsx";
import { Text } from "./text.tsx";

/** Rows of a page. */
export const BOARDS_ROWS = 50;
const LABELS = { machine: "Machine", model: "Model", suite: "Suite", workload: "Workload" } as const;

export const BOARD_FACETS = ["machine", "model", "suite", "workload"] as const;
export const BOARD_COLUMNS = ["model", "machine", "suite", "workload", "runs", "refused", "at"] as const;

const HEADS: readonly Head[] = [
  ["model", "Model", "ascending"],
  ["machine", "Machine", "ascending"],
  ["suite", "Suite", "ascending"],
  ["workload", "Workload", "ascending"],
  ["runs", "Runs", "descending"],
  ["refused", "No speed", "descending"],
  ["at", "Latest", "descending"],
];

export const entryFacets = once(
  ({ hardware, model, suite, workload, count, refused, at }: BoardEntry): Facets => {
    const on = machine(hardware).join(", ");
    const of = `${model.name} ${model.precision}`;
    return {
      text: [of, on, suite, workload].join(" "),
      is: { machine: [on], model: [of], suite: [suite], workload: [workload] },
      by: { model: of, machine: on, suite, workload, runs: count, refused, at },
    };
  },
);

export const entriesTable = (entries: readonly BoardEntry[]): Table =>
  entries.map(({ key, hardware, model, suite, workload, count, refused, at }) => ({
    board: key,
    model: model.name,
    precision: model.precision,
    model_digest: model.digest,
    cpu: hardware.cpu,
    cores: hardware.cores,
    memory_gib: hardware.memoryGiB,
    backend: hardware.backend,
    threads: hardware.threads,
    suite,
    workload,
    runs: count,
    without_speed: refused,
    at: new Date(at).toISOString(),
  }));

export function BoardsPage({ place, entries, query, page, broken }: {
  readonly place: Place;
  readonly entries: readonly BoardEntry[];
  readonly query: Query;
  readonly page: number;
  readonly broken: readonly Broken[];
}) {
  const root = rootOf(place);
  if (entries.length === 0) {
    return (
      <Page title="All boards" place={place} here="boards" twins={["json", "csv"]} broken={broken}>
        <Empty what="There is no board here yet." command="deno task bench" />
      </Page>
    );
  }
  return (
    <Page
      title="All boards"
      place={place}
      here="boards"
      twins={["json", "csv"]}
      twinsAt={places.boards()}
      broken={broken}
    >
      <h1>{plural(entries.length, "board")}, each of one machine, model, suite and workload.</h1>
      <p class="lead muted">Speeds compare within a board only, so none is ranked beside another.</p>
      <Listing
        noun="boards"
        caption="Every board, the latest first"
        labels={LABELS}
        heads={HEADS}
        all={entries}
        facetsOf={entryFacets}
        most={BOARDS_ROWS}
        query={query}
        page={page}
        root={root}
        at={places.boards}
        row={(entry) => <Row entry={entry} root={root} />}
      />
    </Page>
  );
}

function Row({ entry, root }: { readonly entry: BoardEntry; readonly root: string }) {
  const { key, hardware, model, suite, workload, count: runs, refused, at } = entry;
  const [on, how] = machine(hardware);
  return (
    <tr data-row={dataOf(entryFacets(entry))}>
      <th scope="row">
        <a href={root + pagePath(places.board(key))}>
          <Text of={model.name} most={60} />
        </a>
        <small>
          <Text of={model.precision} most={40} />
        </small>
      </th>
      <td data-label="Machine">
        <Text of={on} most={80} />
        <small>{how}</small>
      </td>
      <td data-label="Suite">
        <Text of={suite} most={40} />
      </td>
      <td data-label="Workload">
        <Text of={workload} most={40} />
      </td>
      <td data-label="Runs">{count(runs)}</td>
      <td data-label="Without a speed">{count(refused)}</td>
      <td data-label="Latest">{day(at)}</td>
    </tr>
  );
}
