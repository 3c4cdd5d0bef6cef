/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** Two recordings side by side: what differs between them, speeds, every metric, and the samples that parted. */
import { explain, word } from "../explain.ts";
import { amount, count, isBounded, level, moment, times, timesInterval, unitName } from "../figures.ts";
import { flips } from "../flips.ts";
import type { Recording } from "../recording.ts";
import type { SideBySide } from "../side_by_side.ts";
import { Budget, FlipList } from "./flips.tsx";
import { pagePath, places, rootOf, twinPath } from "./links.ts";
import { Chip, Page } from "./page.tsx";
import { Text } from "./text.tsx";

/** Characters of prompts and answers that a page holds; the JSON has them all. */
const FLIPPED = 120_000;

export function ComparePage({ a, b, unlike, checks, alone, speeds }: SideBySide) {
  const place = places.compare(a.id, b.id);
  const root = rootOf(place);
  const budget = new Budget(FLIPPED);
  const parted = checks.filter((check) => {
    const { lost, won, different } = flips(check);
    return [...lost, ...won, ...different].some(({ shown }) => shown !== undefined);
  });
  return (
    <Page title="Two recordings" place={place} here="none" twins={["json", "csv"]}>
      <h1>Two recordings, sample by sample</h1>
      <dl class="what">
        <Side name="A" recording={a} root={root} />
        <Side name="B" recording={b} root={root} />
      </dl>
      {unlike.length > 0 && (
        <ul class="trust">
          {unlike.map((text) => (
            <li class="care">
              <span aria-hidden="true">!</span>
              <span class="sr">Take care:</span> <Text of={text} most={400} />
            </li>
          ))}
        </ul>
      )}
      {speeds.length > 0 && (
        <section>
          <h2>Speed</h2>
          <p class="hint">
            Each was timed in turn with a baseline of its own, and never with the other: B over A is wider for
            it.
          </p>
          <div class="scroll" tabindex={0} role="region" aria-label="Speeds of both">
            <table class="figures">
              <thead>
                <tr>
                  {["Workload", "A over its baseline", "B over its baseline", "B over A"].map((head) => (
                    <th scope="col">{head}</th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {speeds.map((one) => (
                  <tr>
                    <th scope="row">
                      <Text of={one.workload} most={60} />
                    </th>
                    {[one.a, one.b, one.ratio].map(({ estimate, interval }) => (
                      <td>
                        {times(estimate)} <span class="muted">{timesInterval(interval)}</span>
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
      {checks.length === 0 ? <p>They have no samples in common.</p> : (
        <section>
          <h2>Quality</h2>
          <div class="scroll" tabindex={0} role="region" aria-label="Metrics of both">
            <table class="figures">
              <thead>
                <tr>
                  {["Metric", "A", "B", "B for A", "Worse in B", "Better", "Alike", "n"].map((head) => (
                    <th scope="col">{head}</th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {checks.map((check) => {
                  const { lost, won } = flips(check);
                  const { unit, loss, interval, n } = check;
                  return (
                    <tr>
                      <th scope="row">
                        <Text of={check.eval} most={60} />{" "}
                        <span class="muted">
                          <Text of={check.metric} most={40} />
                          {check.when === "under load" ? ", under load" : ""}
                        </span>
                      </th>
                      <td>{level(check.base, unit)}</td>
                      <td>{level(check.candidate, unit)}</td>
                      <td>
                        {amount(-loss, unit, true)} {unitName(unit)}{" "}
                        {isBounded(interval) && (
                          <span class="muted">
                            [{amount(-interval.high, unit, true)}, {amount(-interval.low, unit, true)}]
                          </span>
                        )}
                      </td>
                      <td>{count(lost.length)}</td>
                      <td>{count(won.length)}</td>
                      <td>{count(n - lost.length - won.length)}</td>
                      <td>{count(n)}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
          {alone.map((text) => (
            <p class="hint">
              <Text of={text} most={200} />
            </p>
          ))}
        </section>
      )}
      {parted.length > 0 && (
        <section>
          <h2>Where they parted</h2>
          {parted.map((check) => (
            <FlipList
              check={check}
              json={root + twinPath(place, "json")}
              budget={budget}
              arms={["A", "B"]}
            />
          ))}
        </section>
      )}
    </Page>
  );
}

function Side(
  { name, recording: { id, stamp, outcome }, root }: {
    readonly name: string;
    readonly recording: Recording;
    readonly root: string;
  },
) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <a href={root + pagePath(places.trial(id))}>
          <Text of={outcome.trial.name} most={80} />
        </a>{" "}
        <Chip verdict={word(outcome)} />{" "}
        <span class="muted">
          {moment(stamp.at)}
          {stamp.commit === undefined ? "" : `, commit ${stamp.commit.id.slice(0, 8)}`}
        </span>
        <br />
        <Text of={explain(outcome)[0]!} most={300} />
      </dd>
    </>
  );
}
