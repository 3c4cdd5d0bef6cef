/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** One trial: the verdict and what it rests on, every check against its margin, latency, flips, and what was run. */
import type { Composition } from "../composition.ts";
import { explain, word } from "../explain.ts";
import { change, changeInterval, count, limit, moment, times, timesInterval } from "../figures.ts";
import { worstCheck } from "../worst.ts";
import type { Recording, Shelved } from "../recording.ts";
import { flips } from "../flips.ts";
import type { Tries } from "../tries.ts";
import { Apart } from "./apart.tsx";
import { Checks } from "./checks.tsx";
import { CompositionSection } from "./composition_section.tsx";
import { Budget, FlipList } from "./flips.tsx";
import { Latency } from "./latency.tsx";
import { Losing } from "./losing.tsx";
import { Making } from "./making.tsx";
import type { BoardEntry } from "./catalogue.ts";
import { pagePath, places, rootOf, twinPath } from "./links.ts";
import { Chip, Page } from "./page.tsx";
import { QualityAxis, QualityStrip } from "./quality_strip.tsx";
import { domainOf, RatioAxis, RatioStrip } from "./ratio_strip.tsx";
import { SpeculationSection } from "./speculation.tsx";
import { Opening, Text } from "./text.tsx";
import { trust } from "./trust.ts";
import { WhatRan } from "./what_ran.tsx";

/** Characters of prompts and answers that a page holds; the JSON has them all. */
const FLIPPED = 120_000;
/** Sentences that stand open above the figures. */
const REASONS = 4;

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
      {...(board[0] === undefined ? {} : { board: board[0].key })}
      twins={checks.length > 0 ? ["json", "csv"] : ["json"]}
      charts={outcome.kind === "recorded" && outcome.speed.workloads.length > 0}
    >
      <p class="kicker">
        <Chip verdict={word(outcome)} />{" "}
        <span>
          trial <code>{trial.id.slice(0, 8)}</code> · {moment(stamp.at)}
        </span>
        {board.length > 0 && (
          <span>
            {board.length === 1 ? "board " : "boards "}
            {board.map(({ key, workload }, i) => (
              <>
                {i > 0 && ", "}
                <a href={root + pagePath(places.board(key))}>
                  <Text of={workload} most={40} />
                </a>
              </>
            ))}
          </span>
        )}
      </p>
      <h1>
        <Text of={trial.name} most={120} />
      </h1>
      {trial.name.length > 120 && <Opening of={trial.name} most={0} />}
      <div class="lead">
        <Opening of={lead!} most={600} />
      </div>
      <Reasons sentences={rest.slice(0, REASONS)} />
      {rest.length > REASONS && (
        <details>
          <summary>and {count(rest.length - REASONS)} more</summary>
          <Reasons sentences={rest.slice(REASONS)} />
        </details>
      )}
      {checks.length > 0 && <Strips recording={recording} />}
      <Losing outcome={outcome} />
      <SpeculationSection outcome={outcome} />
      <section>
        <h2>Trust</h2>
        <ul class="trust">
          {trust(recording, tries).toSorted((a, b) => Number(a.good) - Number(b.good)).map((
            { good, text },
          ) => (
            <li class={good ? "good" : "care"}>
              <span aria-hidden="true">{good ? "✓" : "!"}</span>
              <span class="sr">{good ? "Good:" : "Take care:"}</span> <Text of={text} most={400} />
            </li>
          ))}
        </ul>
      </section>
      {checks.length > 0 && <Checks checks={checks} />}
      <Making outcome={outcome} />
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

function Reasons({ sentences }: { readonly sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  return (
    <ul class="reasons">
      {sentences.map((sentence) => (
        <li>
          <Text of={sentence} most={600} />
        </li>
      ))}
    </ul>
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
            {outcome.kind === "recorded" ? "The arms were not raced in turn." : outcome.kind === "held"
              ? (
                <>
                  None is claimed: <Text of={outcome.reason} most={240} />.
                </>
              )
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
