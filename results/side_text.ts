/** Two recordings side by side as lines for a terminal. */
import type { Check, PairedSample } from "../evals/mod.ts";
import { fit, visible, wrap } from "./columns.ts";
import { amount, confidence, count, isBounded, level, moment, plural, unitName } from "./figures.ts";
import { flips, graded } from "./flips.ts";
import type { Recording } from "./recording.ts";
import { saidSpeed, type SideBySide } from "./side_by_side.ts";

/** Lines of at most `width` columns; `most`: pairs shown of each check. */
export function sideText(
  { a, b, unlike, checks, alone, speeds }: SideBySide,
  width: number,
  most: number,
): readonly string[] {
  const said = (text: string) => wrap(visible(text), width);
  return [
    ...said(`A: ${nameOf(a)}`),
    ...said(`B: ${nameOf(b)}`),
    ...unlike.flatMap(said),
    ...(checks.length === 0 ? said("They have no samples in common.") : []),
    ...(speeds.length === 0 ? [] : ["", ...speeds.flatMap((one) => said(saidSpeed(one)))]),
    ...checks.flatMap((check) => ["", ...checkLines(check, width, most)]),
    ...(alone.length === 0 ? [] : ["", ...alone.flatMap(said)]),
  ].map((text) => text.trimEnd());
}

function nameOf({ id, stamp, outcome }: Recording): string {
  const commit = stamp.commit === undefined ? "" : `, commit ${stamp.commit.id.slice(0, 8)}`;
  return `${outcome.trial.name}, ${outcome.kind}, ${moment(stamp.at)}${commit}; recording ${id.slice(0, 12)}`;
}

/** What B changed of a metric: "+1.2 pp [-0.3, +2.7] at 90 %; 41.0 % and 42.2 %". */
export function saidChange({ unit, loss, interval, base, candidate, n, clusters }: Check): string {
  const bounds = isBounded(interval)
    ? ` [${amount(-interval.high, unit, true)}, ${amount(-interval.low, unit, true)}] at ${
      confidence(interval.level)
    }`
    : "";
  return `B for A: ${amount(-loss, unit, true)} ${unitName(unit)}${bounds}; ${level(base, unit)} and ${
    level(candidate, unit)
  }; n ${count(n)} in ${plural(clusters, "cluster")}`;
}

function checkLines(check: Check, width: number, most: number): readonly string[] {
  const { lost, won, different, same } = flips(check);
  const inset = (text: string) => wrap(visible(text), width - 2).map((line) => `  ${line}`);
  const counts = [
    [lost.length, "worse in B"],
    [won.length, "better"],
    [different.length, "other words"],
    [same, "alike"],
  ].map(([n, what]) => `${count(n as number)} ${what}`);
  const shown = [...lost, ...won, ...different].slice(0, most);
  return [
    ...wrap(visible(`${check.metric} of ${check.eval} (${check.when})`), width),
    ...inset(saidChange(check)),
    ...inset(counts.join(", ")),
    ...shown.flatMap((sample) => sampleLines(sample, check, width)),
  ];
}

function sampleLines(
  { id, base, candidate, shown }: PairedSample,
  check: Check,
  width: number,
): readonly string[] {
  const row = (label: string, text: string) =>
    `      ${label.padEnd(5)} ${fit(visible(text.slice(0, 4 * width)), width - 13).trimEnd()}`;
  const grades = [base, candidate].map((value) => graded(value, check)).filter((text) => text !== "");
  return [
    `    ${fit(visible(`${id}: ${grades.join(" → ")}`), width - 5).trimEnd()}`,
    ...(shown === undefined
      ? []
      : [row("asked", shown.prompt), row("A", shown.base), row("B", shown.candidate)]),
  ];
}
