/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** Imported trials: asked by other tools and judged here, so that they stand on no board. */
import { word } from "../explain.ts";
import { count, day, plural } from "../figures.ts";
import type { Broken, Shelved } from "../recording.ts";
import { Pager } from "./filter_form.tsx";
import { pagePath, type Place, places, rootOf } from "./links.ts";
import { Chip, Empty, Page } from "./page.tsx";
import { Text } from "./text.tsx";

/** The latest of them, and how many there are. */
export interface Listed {
  readonly total: number;
  readonly recordings: readonly Shelved[];
}

/** The latest beside a board, with the way to the others. */
export function ImportedList({ total, recordings, root }: Listed & { readonly root: string }) {
  if (total === 0) return null;
  return (
    <section>
      <h2>
        Imported <span class="count">{count(total)}</span>
      </h2>
      <p class="hint">
        Asked by other tools and judged here; they stand on no board.{" "}
        {total > recordings.length && <a href={root + pagePath(places.imported())}>All of them</a>}
      </p>
      <ImportedTable recordings={recordings} root={root} />
    </section>
  );
}

export function ImportedPage({ place, total, recordings, page, pages, broken }: Listed & {
  readonly place: Place;
  readonly page: number;
  readonly pages: number;
  readonly broken: readonly Broken[];
}) {
  const root = rootOf(place);
  return (
    <Page title="Imported trials" place={place} here="none" twins={["json", "csv"]} broken={broken}>
      {total === 0
        ? <Empty what="Nothing was imported." command="deno task import --base A --candidate B" />
        : (
          <>
            <h1>{plural(total, "trial")} of other tools, judged here.</h1>
            <p class="lead muted">
              What was asked and how it was scored is their word. They stand on no board.
            </p>
            <ImportedTable recordings={recordings} root={root} />
            <Pager page={page} pages={pages} to={(n) => root + pagePath(places.imported(n))} />
          </>
        )}
    </Page>
  );
}

function ImportedTable(
  { recordings, root }: { readonly recordings: readonly Shelved[]; readonly root: string },
) {
  return (
    <div class="scroll" tabindex={0} role="region" aria-label="Imported trials">
      <table class="figures">
        <caption class="sr">Imported trials, the latest first</caption>
        <thead>
          <tr>
            <th scope="col">Trial</th>
            <th scope="col">Quality</th>
            <th scope="col">From</th>
            <th scope="col">Judged</th>
          </tr>
        </thead>
        <tbody>
          {recordings.map(({ id, stamp, outcome }) => (
            <tr>
              <th scope="row">
                <a href={root + pagePath(places.trial(id))}>
                  <Text of={outcome.trial.name} most={80} />
                </a>
              </th>
              <td>
                <Chip verdict={word(outcome)} />
              </td>
              <td>
                <Text of={`${outcome.trial.imported?.tool} ${outcome.trial.imported?.version}`} most={60} />
              </td>
              <td>{day(stamp.at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
