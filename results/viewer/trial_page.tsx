/** One trial: the verdict and what it rests on, every check against its margin, latency, flips, and what was run. */
import type { Check } from "../../evals/mod.ts";
import type { Composition } from "../composition.ts";
import type { Table } from "../csv.ts";
import { explain, word } from "../explain.ts";
import {
  amount,
  change,
  changeInterval,
  count,
  level,
  limit,
  measured,
  moment,
  plural,
  times,
  timesInterval,
} from "../figures.ts";
import { worstCheck } from "../worst.ts";
import type { Recording, Shelved } from "../recording.ts";
import { flips } from "../flips.ts";
import type { Tries } from "../tries.ts";
import { Apart } from "./apart.tsx";
import { CompositionSection } from "./composition_section.tsx";
import { Budget, FlipList } from "./flips.tsx";
import { Latency } from "./latency.tsx";
import type { BoardEntry } from "./catalogue.ts";
import { pagePath, places, rootOf, twinPath } from "./links.ts";
import { Chip, Page } from "./page.tsx";
import { CheckPlot, QualityAxis, QualityStrip } from "./quality_strip.tsx";
import { domainOf, RatioAxis, RatioStrip } from "./ratio_strip.tsx";
import { Opening, Text } from "./text.tsx";
import { trust } from "./trust.ts";
import { WhatRan } from "./what_ran.tsx";

/** Characters of prompts and answers that a page holds; the JSON has them all. */
const FLIPPED = 120_000;

export const checksTable = (checks: readonly Check[]): Table =>
  checks.map((
    {
      eval: name,
      metric,
      unit,
      rule,
      when,
      against,
      decision,
      n,
      clusters,
      base,
      candidate,
      loss,
      interval,
      allowed,
    },
  ) => ({
    eval: name,
    metric,
    unit,
    rule,
    when,
    against,
    decision: decision ?? "reported",
    pairs: n,
    clusters,
    base,
    candidate,
    loss,
    loss_low: interval.low,
    loss_high: interval.high,
    loss_allowed: allowed,
  }));

export function TrialPage({ recording, tries, apart, board }: {
  readonly recording: Shelved;
  readonly tries: Tries;
  /** The stack taken apart, by workload; empty for what is no stack. */
  readonly apart: Readonly<Record<string, Composition>>;
  /** The boards that it may stand on. */
  readonly board: readonly BoardEntry[];
}) {
  const { id, outcome, stamp } = recording;
  const { trial } = outcome;
  const checks = "verdict" in outcome ? outcome.verdict.checks : [];
  const [lead, ...rest] = explain(outcome);
  const place = places.trial(id);
  const root = rootOf(place);
  const json = root + twinPath(place, "json");
  const budget = new Budget(FLIPPED);
  const flipped = checks.filter((check) => {
    const { lost, won, different } = flips(check);
    return [...lost, ...won, ...different].some(({ shown }) => shown !== undefined);
  });
  return (
    <Page
      title={trial.name}
      place={place}
      here="trial"
      twins={checks.length > 0 ? ["json", "csv"] : ["json"]}
      charts={outcome.kind === "recorded" && outcome.speed.workloads.length > 0}
    >
      <p class="kicker">
        <Chip verdict={word(outcome)} />{" "}
        <span>
          trial <code>{trial.id.slice(0, 8)}</code> · {moment(stamp.at)}
        </span>
        {board.map(({ key, workload }) => (
          <a href={root + pagePath(places.board(key))}>
            board of <Text of={workload} most={40} />
          </a>
        ))}
      </p>
      <h1>
        <Text of={trial.name} most={120} />
      </h1>
      {trial.name.length > 120 && <Opening of={trial.name} most={0} />}
      <div class="lead">
        <Opening of={lead!} most={600} />
      </div>
      {rest.length > 0 && (
        <ul class="reasons">
          {rest.map((sentence) => (
            <li>
              <Text of={sentence} most={600} />
            </li>
          ))}
        </ul>
      )}
      {checks.length > 0 && <Strips recording={recording} />}
      <section>
        <h2>Trust</h2>
        <ul class="trust">
          {trust(recording, tries).map(({ good, text }) => (
            <li class={good ? "good" : "care"}>
              <span aria-hidden="true">{good ? "✓" : "!"}</span>
              <span class="sr">{good ? "Good:" : "Take care:"}</span> <Text of={text} most={400} />
            </li>
          ))}
        </ul>
      </section>
      {checks.length > 0 && <Checks checks={checks} />}
      {Object.keys(apart).length > 0 && <CompositionSection apart={apart} />}
      {outcome.kind === "recorded" && outcome.speed.apart && <Apart speed={outcome.speed.apart} />}
      {outcome.kind === "recorded" && outcome.speed.workloads.length > 0 && (
        <section>
          <h2>Latency</h2>
          {outcome.speed.workloads.map((workload) => <Latency workload={workload} />)}
        </section>
      )}
      {flipped.length > 0 && (
        <section>
          <h2>Where the answers differ</h2>
          {flipped.map((check) => <FlipList check={check} json={json} budget={budget} />)}
        </section>
      )}
      <WhatRan recording={recording} root={root} />
    </Page>
  );
}

function Strips({ recording: { outcome } }: { readonly recording: Recording }) {
  const worst = worstCheck(outcome);
  const workloads = outcome.kind === "recorded" ? outcome.speed.workloads : [];
  const domain = domainOf(workloads.map(({ ratio }) => ratio.interval));
  return (
    <div class="strips">
      {worst && (
        <div>
          <h2>
            Quality <small>worst check, against its margin</small>
          </h2>
          <p class="num big">
            <b>{change(worst)}</b> {changeInterval(worst)}
          </p>
          <QualityStrip check={worst} width={300} />
          <QualityAxis width={300} />
          <small>
            <Text of={`${worst.eval}, ${worst.metric}`} most={100} />
            {worst.when === "under load" ? ", under load" : ""}; {limit(worst)}
          </small>
        </div>
      )}
      <div>
        <h2>
          Speed <small>{workloads.length > 0 ? "tokens/s vs base, more is better" : ""}</small>
        </h2>
        {workloads.length === 0 && (
          <p class="none">
            {outcome.kind === "recorded"
              ? "The arms were not raced in turn."
              : "None is kept: it takes a pass."}
          </p>
        )}
        {workloads.map(({ workload, ratio, noise }) => (
          <div>
            <p class="num big">
              <b>{times(ratio.estimate)}</b> {timesInterval(ratio.interval)}{" "}
              <small>
                <Text of={workload} most={60} />
              </small>
            </p>
            <RatioStrip {...ratio} noise={noise} domain={domain} width={300} />
          </div>
        ))}
        {workloads.length > 0 && <RatioAxis domain={domain} width={300} />}
      </div>
    </div>
  );
}

function Checks({ checks }: { readonly checks: readonly Check[] }) {
  return (
    <section>
      <h2>Every check</h2>
      <div class="scroll" tabindex={0} role="region" aria-label="Every check">
        <table class="figures checks">
          <thead>
            <tr>
              <th scope="col">Check</th>
              <th scope="col">Verdict</th>
              <th scope="col">
                Change <small>more is better</small>
              </th>
              <th scope="col">Against the margin</th>
              <th scope="col">Base → candidate</th>
              <th scope="col">Pairs</th>
            </tr>
          </thead>
          <tbody>{checks.map((check) => <CheckRow check={check} />)}</tbody>
        </table>
      </div>
    </section>
  );
}

const WORDS = { pass: "PASS", fail: "FAIL", unsure: "UNSURE" } as const;

function CheckRow({ check }: { readonly check: Check }) {
  const { unit, decision, n, clusters, tail, slices = [] } = check;
  const failed = slices.filter((slice) => slice.failed);
  return (
    <tr>
      <th scope="row">
        <Text of={check.eval} most={80} />{" "}
        <span class="muted">
          <Text of={check.metric} most={60} />
        </span>
        <small>
          {check.when}, against {check.against}
          {check.note !== undefined && (
            <>
              ; <Text of={check.note} most={300} />
            </>
          )}
        </small>
        {tail && (
          <small>
            by token: p99 {level(tail.p99, unit)}, p99.9 {level(tail.p999, unit)}, largest{" "}
            {level(tail.max, unit)}
          </small>
        )}
        {slices.length > 0 && (
          <small>
            looked at in {plural(slices.length, "part")}
            {failed.length === 0
              ? ", none shown to lose more than is allowed"
              : "; lost more than is allowed on "}
            {failed.map(({ name, n, loss, low }, i) => (
              <>
                {i > 0 && ", "}
                <b>
                  <Text of={name} most={60} />
                </b>{" "}
                ({measured(loss, unit)}, at least {amount(low, unit)}, n={count(n)})
              </>
            ))}
          </small>
        )}
      </th>
      <td>
        {decision === undefined ? <span class="muted">reported</span> : <Chip verdict={WORDS[decision]} />}
      </td>
      <td>
        <span class="num">
          <b>{change(check)}</b> {changeInterval(check)}
        </span>
        <small>{limit(check)}</small>
      </td>
      <td>
        <CheckPlot check={check} width={260} />
      </td>
      <td class="num">
        {check.rule === "law" ? "–" : `${level(check.base, unit)} → ${level(check.candidate, unit)}`}
      </td>
      <td>{count(n)}{clusters !== n && <small>{count(clusters)} clusters</small>}</td>
    </tr>
  );
}
