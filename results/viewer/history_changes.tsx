/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** Where rows changed, the noise floor and the references, in words: what the picture of a history marks. */
import { FEWEST_RUNS } from "../../evals/mod.ts";
import { count, day, percent, plural, times } from "../figures.ts";
import type { Promotion } from "../promotions.ts";
import { type Change, type Noise, type Series, timedRuns } from "./history_series.ts";
import { pagePath, places } from "./links.ts";
import { Text } from "./text.tsx";

/** A floor that no picture of ratios would show. */
export const WIDEST = 1;

/** What the picture marks, in words. */
export function Changes({ series, noise, root }: {
  readonly series: readonly Series[];
  readonly noise: Noise | undefined;
  readonly root: string;
}) {
  const changes = series.flatMap(({ name, changes }) => changes.map((change) => ({ name, change })))
    .toSorted((a, b) => b.change.at - a.change.at);
  const most = Math.max(...series.map(timedRuns));
  return (
    <section>
      <h2>{changes.length === 0 ? "No change point" : plural(changes.length, "change point")}</h2>
      {changes.length > 0 && (
        <ul class="reasons">
          {changes.map(({ name, change }) => <Changed name={name} change={change} root={root} />)}
        </ul>
      )}
      <p class="hint">
        {most < FEWEST_RUNS
          ? `A change takes ${FEWEST_RUNS} runs of a row to be told from chance; none here has more than ${most}. `
          : `Change points by E-divisive means, from ${FEWEST_RUNS} runs on: of rows that never change, at most one in twenty shows any. `}
        {noise === undefined
          ? "The baseline was not raced against itself, so no noise floor is known."
          : `Noise floor: ${
            noise.floor < WIDEST ? `±${percent(noise.floor)}` : "wider than any change"
          }, within which 95 % of runs of the baseline against itself lie, from ${
            plural(noise.runs, "run")
          }.`}
      </p>
    </section>
  );
}

function Changed({ name, change, root }: {
  readonly name: string;
  readonly change: Change;
  readonly root: string;
}) {
  const { id, at, commit, before, after, runs: [earlier, later] } = change;
  return (
    <li>
      <Text of={name} most={80} /> {after < before ? "fell" : "rose"} from {times(before)} to {times(after)}
      {" "}
      on <a href={root + pagePath(places.trial(id))}>{day(at)}</a>
      {commit === undefined ? "" : (
        <>
          , commit <code>{commit}</code>
        </>
      )}: {plural(earlier, "run")} before, {count(later)} from then on.
    </li>
  );
}

/** What else is to be said of a run. */
export function Marks({ change, reference }: {
  readonly change: Change | undefined;
  readonly reference: Promotion | undefined;
}) {
  return (
    <>
      {change && (
        <span class={`claim marked ${change.after < change.before ? "slower" : "faster"}`}>changed here</span>
      )}
      {reference && (
        <span class="claim marked">
          reference until {day(reference.expires)}: <Text of={reference.why} most={80} />
        </span>
      )}
    </>
  );
}
