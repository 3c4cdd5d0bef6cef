/** What a reader should know before believing a trial, each point stated either way. */
import { AGAIN, type Check, type WorkloadSpeed } from "../../evals/mod.ts";
import { isJudged } from "../door.ts";
import { count, percent, plural } from "../figures.ts";
import { isSteady } from "../leaderboard.ts";
import { isWideCheck, marginUsed } from "../worst.ts";
import type { Recording } from "../recording.ts";
import { saidObjective } from "../objective.ts";
import { saidTries, type Tries } from "../tries.ts";

export interface Point {
  readonly good: boolean;
  readonly text: string;
}

const NEAR = 0.8;
/** Below so many pairs an interval rests on an assumption more than on data. */
const FEW = 20;

export function trust({ stamp, outcome }: Recording, tries: Tries): readonly Point[] {
  const checks = "verdict" in outcome ? outcome.verdict.checks : [];
  return [
    ...(checks.length > 0 ? onChecks(checks, outcome.kind === "recorded") : []),
    ...(outcome.kind === "recorded"
      ? outcome.speed.workloads.flatMap((
        speed,
      ) => [effect(speed, outcome.trial.name), ...onTime(speed), turns(speed)])
      : []),
    ...("verdict" in outcome
      ? [{
        good: tries.count === 1 || tries.refused === 0,
        text: again(tries, outcome.verdict.kind === "pass"),
      }]
      : []),
    ...(outcome.trial.imported === undefined ? [] : [{
      good: false,
      text: `Asked and scored by ${outcome.trial.imported.tool}: what its files say is taken at their word`,
    }]),
    stamp.commit === undefined ? { good: false, text: "No commit: this did not run from a git checkout" } : {
      good: !stamp.commit.dirty,
      text: stamp.commit.dirty
        ? `Uncommitted changes on ${stamp.commit.id.slice(0, 8)}`
        : `Committed code: ${stamp.commit.id.slice(0, 8)}`,
    },
  ];
}

function again(tries: Tries, passed: boolean): string {
  const said = saidTries(tries);
  if (said === undefined) return "Judged at the first try: not rerun until it passed";
  return tries.refused > 0 && passed ? `${said}: it passed only when tried again` : `${said} before it`;
}

function onChecks(checks: readonly Check[], timed: boolean): readonly Point[] {
  const judged = checks.filter(isJudged);
  const underLoad = judged.some(({ when }) => when === "under load");
  const near = judged.filter((check) => marginUsed(check) > NEAR && marginUsed(check) <= 1);
  const wide = judged.filter(isWideCheck);
  const few = judged.filter(({ n }) => n < FEW);
  return [
    {
      good: few.length === 0,
      text: few.length === 0
        ? `Same prompts to both, compared in pairs: at least ${
          plural(Math.min(...judged.map(({ n }) => n)), "pair")
        } a check`
        : `Same prompts to both, but few pairs: ${fewest(few)}`,
    },
    ...(underLoad ? [{ good: true, text: "Answers given under load were graded too" }] : []),
    ...(timed && !underLoad ? [{ good: false, text: "No answer given under load was graded" }] : []),
    ...(near.length > 0
      ? [{ good: false, text: `${near.length} of ${judged.length} checks near the margin: ${names(near)}` }]
      : []),
    ...(timed && near.length === 0 ? [{ good: true, text: "No check came near its margin" }] : []),
    wide.length === 0
      ? { good: true, text: "Every margin is one that a board allows" }
      : { good: false, text: `Margin wider than a board allows: ${names(wide)}` },
  ];
}

/** Each eval once, with its fewest pairs. */
const fewest = (checks: readonly Check[]): string =>
  [...Map.groupBy(checks, (check) => check.eval)]
    .map(([name, of]) => `${count(Math.min(...of.map(({ n }) => n)))} on ${name}`).join(", ");

const names = (checks: readonly Check[]) => [...new Set(checks.map((check) => check.eval))].join(", ");

function onTime({ workload, objective }: WorkloadSpeed): readonly Point[] {
  return objective === undefined ? [] : [{
    good: objective.kind === "held",
    text: `${workload}, latency objective: ${saidObjective(objective)}`,
  }];
}

function effect({ workload, noise, ratio, claim }: WorkloadSpeed, name: string): Point {
  const size = percent(Math.abs(ratio.estimate - 1));
  if (name === AGAIN) {
    const good = isSteady({ ratio });
    return {
      good,
      text: `${workload}: the baseline against itself ${
        good ? "holds 1x" : "misses 1x, so the machine was not steady"
      }`,
    };
  }
  const clears = ratio.interval.low > 1 + noise || ratio.interval.high < 1 - noise;
  const good = clears || claim !== "no difference";
  return {
    good,
    text: good
      ? `${workload}: noise ${percent(noise)}, effect ${size}`
      : `${workload}: the difference of ${size} does not clear the noise of ${percent(noise)}`,
  };
}

function turns({ workload, blocks }: WorkloadSpeed): Point {
  const order = blocks.toSorted((a, b) => a.startedAt - b.startedAt).map(({ arm }) => arm);
  const changes = order.filter((arm, i) => i > 0 && arm !== order[i - 1]).length;
  const good = changes >= order.length / 2 - 1 && changes > 0;
  return {
    good,
    text: good
      ? `${workload}: timed in turn on the same machine, ${plural(order.length, "block")}`
      : `${workload}: the arms were not timed in turn`,
  };
}
