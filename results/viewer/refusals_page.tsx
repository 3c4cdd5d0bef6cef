/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** What was refused and why, by cause. Nothing here was timed for keeps, so there is no figure of it. */
import type { Table } from "../csv.ts";
import { explain, type Word, word } from "../explain.ts";
import { count, day, plural } from "../figures.ts";
import { worstCheck } from "../worst.ts";
import type { Broken, Shelved } from "../recording.ts";
import { Pager } from "./filter_form.tsx";
import { pagePath, type Place, places, rootOf } from "./links.ts";
import { briefOrigin } from "./origin.tsx";
import { Chip, Empty, Page } from "./page.tsx";
import { QualityAxis, QualityStrip } from "./quality_strip.tsx";
import { Opening, Text } from "./text.tsx";

/** The causes in the order of the page. */
export const CAUSES: readonly (readonly [Word, string, string])[] = [
  ["FAIL", "Lost quality", "More was lost than is allowed, beyond doubt."],
  ["UNSURE", "Undecided", "The samples do not settle whether the loss is within the margin."],
  ["VOID", "Not measured", "Something went wrong while measuring, so nothing can be said."],
  ["SKIPPED", "Not run", "The engine cannot honour a part of the stack."],
];

/** Sentences of one refusal that stand there unfolded. */
const SENTENCES = 3;

export const refusalsTable = (recordings: readonly Shelved[]): Table =>
  recordings.map(({ id, stamp, outcome }) => ({
    name: outcome.trial.name,
    verdict: word(outcome),
    model: stamp.model.name,
    precision: stamp.model.precision,
    cpu: stamp.hardware.cpu,
    suite: outcome.trial.suite,
    why: explain(outcome).join(" "),
    at: new Date(stamp.at).toISOString(),
    trial: id,
  }));

export function RefusalsPage({ place, recordings, cause, counts, page, pages, broken }: {
  readonly place: Place;
  /** Those of this page, the latest first. */
  readonly recordings: readonly Shelved[];
  /** Of which cause alone, if of one. */
  readonly cause?: Word;
  /** Of every verdict that there is in the store. */
  readonly counts: Readonly<Partial<Record<Word, number>>>;
  readonly page: number;
  readonly pages: number;
  readonly broken: readonly Broken[];
}) {
  const root = rootOf(place);
  const there = CAUSES.map(([verdict, title]) => ({ verdict, title, n: counts[verdict] ?? 0 })).filter((
    { n },
  ) => n > 0);
  const total = there.reduce((sum, { n }) => sum + n, 0);
  const groups = Map.groupBy(recordings, ({ outcome }) => word(outcome));
  const link = (verdict: Word | undefined, n = 1) => root + pagePath(places.refusals(n, verdict));
  if (total === 0) {
    return (
      <Page title="Refusals" place={place} here="refusals" twins={["json", "csv"]} broken={broken}>
        <Empty
          what={(counts.PASS ?? 0) === 0 ? "There are no results here yet." : "Nothing was refused."}
          command="deno task bench"
        />
      </Page>
    );
  }
  return (
    <Page title="Refusals" place={place} here="refusals" twins={["json", "csv"]} broken={broken}>
      <h1>
        {plural(total, "trial")} got no speed:{" "}
        {there.map(({ n, title }) => `${count(n)} ${title.toLowerCase()}`).join(", ")}.
      </h1>
      <nav class="tabs" aria-label="Causes">
        <a href={link(undefined)} aria-current={cause === undefined ? "true" : undefined}>
          All {count(total)}
        </a>
        {there.map(({ verdict, title, n }) => (
          <a href={link(verdict)} aria-current={cause === verdict ? "true" : undefined}>{title} {count(n)}</a>
        ))}
      </nav>
      {CAUSES.map(([verdict, title, meaning]) => {
        const group = groups.get(verdict) ?? [];
        if (group.length === 0) return null;
        return (
          <section>
            <h2>{title}</h2>
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
              <tbody>{group.map((one) => <Refusal recording={one} verdict={verdict} root={root} />)}</tbody>
            </table>
          </section>
        );
      })}
      <Pager page={page} pages={pages} to={(n) => link(cause, n)} />
    </Page>
  );
}

function Refusal({ recording: { id, stamp, outcome, origin }, verdict, root }: {
  readonly recording: Shelved;
  readonly verdict: Word;
  readonly root: string;
}) {
  const worst = worstCheck(outcome);
  const why = explain(outcome);
  const [shown, more] = [why.slice(0, SENTENCES), why.slice(SENTENCES)];
  return (
    <tr>
      <th scope="row">
        <a href={root + pagePath(places.trial(id))}>
          <Text of={outcome.trial.name} most={100} />
        </a>
        <small>
          <Text of={`${stamp.model.name}, ${stamp.model.precision}; suite ${outcome.trial.suite}`} />,{" "}
          {day(stamp.at)}
        </small>
        {origin && <small>{briefOrigin(origin)}</small>}
      </th>
      <td>
        <Chip verdict={verdict} />
        {worst && <QualityStrip check={worst} />}
      </td>
      <td>
        {shown.map((sentence) => (
          <div class="why">
            <Opening of={sentence} most={400} />
          </div>
        ))}
        {more.length > 0 && (
          <details>
            <summary>{plural(more.length, "more check")}</summary>
            {more.slice(0, 20).map((sentence) => (
              <div class="why">
                <Text of={sentence} most={400} />
              </div>
            ))}
          </details>
        )}
      </td>
    </tr>
  );
}
