/** Imported trials: on no board, so they are listed beside it. */
import { word } from "../explain.ts";
import { day } from "../figures.ts";
import type { Recording } from "../recording.ts";
import { pagePath, places } from "./links.ts";
import { Chip } from "./page.tsx";

export function ImportedList(
  { recordings, root }: { readonly recordings: readonly Recording[]; readonly root: string },
) {
  const imported = recordings.filter(({ outcome }) => outcome.trial.imported !== undefined).toReversed();
  if (imported.length === 0) return null;
  return (
    <section>
      <h2>
        Imported <span class="count">{imported.length}</span>
      </h2>
      <p class="hint">Asked by other tools and judged here; they stand on no board.</p>
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
          {imported.map(({ id, stamp, outcome }) => (
            <tr>
              <th scope="row">
                <a href={root + pagePath(places.trial(id))}>{outcome.trial.name}</a>
              </th>
              <td>
                <Chip verdict={word(outcome)} />
              </td>
              <td>{outcome.trial.imported?.tool} {outcome.trial.imported?.version}</td>
              <td>{day(stamp.at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
