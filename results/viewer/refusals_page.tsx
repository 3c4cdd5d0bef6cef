/** What was refused and why, by cause. Nothing here was timed for keeps, so there is no figure of it. */
import { explain, type Word, word } from "../explain.ts";
import { day, plural } from "../figures.ts";
import { worstCheck } from "../worst.ts";
import type { Broken, Recording } from "../recording.ts";
import { pagePath, type Place, places, rootOf } from "./links.ts";
import { Chip, Empty, Page } from "./page.tsx";
import { QualityAxis, QualityStrip } from "./quality_strip.tsx";

/** The causes in the order of the page. */
export const CAUSES: readonly (readonly [Word, string, string])[] = [
  ["FAIL", "Lost quality", "More was lost than is allowed, beyond doubt."],
  ["UNSURE", "Undecided", "The samples do not settle whether the loss is within the margin."],
  ["VOID", "Not measured", "Something went wrong while measuring, so nothing can be said."],
  ["SKIPPED", "Not run", "The engine cannot honour a part of the stack."],
];

/** Every outcome that is not a pass, the latest first, by cause. */
export function refusals(recordings: readonly Recording[]): ReadonlyMap<Word, readonly Recording[]> {
  const refused = recordings.filter(({ outcome }) => outcome.kind !== "recorded").toReversed();
  return Map.groupBy(refused, ({ outcome }) => word(outcome));
}

export function RefusalsPage({ place, recordings, broken }: {
  readonly place: Place;
  readonly recordings: readonly Recording[];
  readonly broken: readonly Broken[];
}) {
  const groups = refusals(recordings);
  const total = [...groups.values()].reduce((sum, group) => sum + group.length, 0);
  const named = CAUSES.flatMap(([verdict, title]) => {
    const n = groups.get(verdict)?.length ?? 0;
    return n === 0 ? [] : [`${n} ${title.toLowerCase()}`];
  });
  return (
    <Page title="Refusals" place={place} here="refusals" twins={["json"]} broken={broken}>
      {total === 0
        ? (
          <Empty
            what={recordings.length === 0 ? "There are no results here yet." : "Nothing was refused."}
            command="deno task bench"
          />
        )
        : <h1>{plural(total, "trial")} got no speed: {named.join(", ")}.</h1>}
      {CAUSES.map(([verdict, title, meaning]) => {
        const group = groups.get(verdict) ?? [];
        if (group.length === 0) return null;
        return (
          <section>
            <h2>
              {title} <span class="count">{group.length}</span>
            </h2>
            <p class="hint">{meaning}</p>
            <table class="refusals">
              <caption class="sr">{title}</caption>
              <thead>
                <tr>
                  <th scope="col">Technique</th>
                  <th scope="col">
                    Decisive check {group.some(({ outcome }) => worstCheck(outcome)) && <QualityAxis />}
                  </th>
                  <th scope="col">Why</th>
                </tr>
              </thead>
              <tbody>
                {group.map((recording) => (
                  <Refusal recording={recording} verdict={verdict} root={rootOf(place)} />
                ))}
              </tbody>
            </table>
          </section>
        );
      })}
    </Page>
  );
}

function Refusal(
  { recording: { id, stamp, outcome }, verdict, root }: {
    readonly recording: Recording;
    readonly verdict: Word;
    readonly root: string;
  },
) {
  const worst = worstCheck(outcome);
  return (
    <tr>
      <th scope="row">
        <a href={root + pagePath(places.trial(id))}>{outcome.trial.name}</a>
        <small>
          {stamp.model.name}, {stamp.model.precision}; suite {outcome.trial.suite}, {day(stamp.at)}
        </small>
      </th>
      <td>
        <Chip verdict={verdict} />
        {worst && <QualityStrip check={worst} />}
      </td>
      <td>{explain(outcome).map((sentence) => <p>{sentence}</p>)}</td>
    </tr>
  );
}
