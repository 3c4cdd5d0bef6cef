/** An account as lines for a terminal: nothing in a prompt or an answer can steer it. */
import type { PairedSample } from "../evals/mod.ts";
import type { Account, CheckAccount } from "./account.ts";
import { fit, visible, wrap } from "./columns.ts";
import { saidOrigin } from "./exchange/said.ts";
import { basis, memberSentence, missing, summary } from "./composition_text.ts";
import {
  amount,
  breachCount,
  confidence,
  count,
  isBounded,
  level,
  measured,
  moment,
  plural,
  probability,
} from "./figures.ts";
import { graded, isChange } from "./flips.ts";
import { saidTries } from "./tries.ts";

/** Digits of an id that people compare. */
const SHORT = 12;

/** Lines of at most `width` columns. */
export function accountText(account: Account, width: number): readonly string[] {
  const { name, word, why, loses, saidWeights, checks, origin } = account;
  const said = (text: string) => wrap(visible(text), width);
  return [
    ...said(`${name}: ${word}`),
    ...said(place(account)),
    "",
    ...why.flatMap(said),
    ...loses.map((text) => `It loses on ${text}`).flatMap(said),
    ...saidWeights.flatMap(said),
    ...(origin === undefined ? [] : said(saidOrigin(origin))),
    ...said(tried(account)),
    ...Object.entries(account.apart).flatMap(([workload, one]) => [
      "",
      ...said(`${workload}: ${summary(one)}`),
      ...one.members.flatMap((member) => said(memberSentence(one, member))),
      ...[basis(one), missing(one)].flatMap((text) => text === undefined ? [] : said(text)),
    ]),
    ...checks.flatMap((check) => ["", ...checkLines(check, width)]),
  ].map((text) => text.trimEnd());
}

function place({ id, suite, imported, stamp: { at, model, hardware } }: Account): string {
  const where = imported === undefined
    ? `${hardware.cpu}, ${hardware.backend}, ${plural(hardware.threads, "thread")}`
    : `imported from ${imported.tool} ${imported.version}`;
  return `${moment(at)}, suite ${suite}; ${model.name}, ${model.precision}; ${where}; recording ${
    id.slice(0, SHORT)
  }`;
}

function tried({ tries, earlier }: Account): string {
  const text = saidTries(tries);
  if (text === undefined && earlier.length === 0) return "It was the first try.";
  const list = earlier.map(({ id, word }) => `${word} ${id.slice(0, SHORT)}`).join(", ");
  return `${text ?? "1st try"}; before it: ${list}.`;
}

const WORDS = { pass: "PASS", fail: "FAIL", unsure: "UNSURE" } as const;

function checkLines(check: CheckAccount, width: number): readonly string[] {
  const { decision, metric, when, against, said, decisive, lost, pairs } = check;
  const inset = (text: string) => wrap(visible(text), width - 2).map((line) => `  ${line}`);
  const verdict = decision === undefined ? "reported" : WORDS[decision];
  return [
    ...wrap(visible(`${verdict}  ${metric} of ${check.eval} (${when}, against ${against})`), width),
    ...inset(said.charAt(0).toUpperCase() + said.slice(1)),
    ...inset(figures(check)),
    ...(check.parts > 0 && check.failedParts.length === 0
      ? inset(`Looked at in ${plural(check.parts, "part")}; none is shown to lose more than is allowed.`)
      : []),
    ...(decisive.length > 0
      ? inset(
        `${plural(lost, "pair")} of ${count(pairs)} ${
          isChange(check) ? "changed" : "lost"
        }; the most harmful first:`,
      )
      : []),
    ...decisive.flatMap((sample) => sampleLines(sample, check, width)),
  ];
}

function figures(
  { rule, unit, loss, candidate, base, interval, allowed, n, clusters, tail }: CheckAccount,
): string {
  const sampled = `n ${count(n)} in ${plural(clusters, "cluster")}`;
  if (rule === "law") return `${probability(candidate)}, total variation ${loss.toFixed(3)}; ${sampled}`;
  if (rule === "exact") {
    return `${breachCount(loss)}, ${allowed === 0 ? "none" : allowed} allowed; ${sampled}`;
  }
  const bounds = isBounded(interval)
    ? `[${amount(interval.low, unit)}, ${amount(interval.high, unit)}] at ${confidence(interval.level)}`
    : "without bounds";
  const limit = allowed === undefined ? "" : `, ${rule} ${measured(allowed, unit)}`;
  const levels = `${level(base, unit)} → ${level(candidate, unit)}`;
  const tails = tail === undefined ? "" : `; p99 ${level(tail.p99, unit)}, p99.9 ${level(tail.p999, unit)}`;
  return `Loss ${measured(loss, unit)} ${bounds}${limit}; ${sampled}; ${levels}${tails}`;
}

/** One pair: its grades, and its prompt and both answers cut to a line each. */
function sampleLines(
  { id, base, candidate, shown }: PairedSample,
  check: CheckAccount,
  width: number,
): readonly string[] {
  const row = (label: string, text: string) =>
    `      ${label.padEnd(10)} ${fit(visible(text.slice(0, 4 * width)), width - 18).trimEnd()}`;
  const grades = [base, candidate].map((value) => graded(value, check)).filter((text) => text !== "").join(
    " → ",
  );
  return [
    `    ${fit(visible(`${id}: ${grades}`), width - 5).trimEnd()}`,
    ...(shown === undefined ? [] : [
      row("asked", shown.prompt),
      row("base", shown.base),
      row("candidate", shown.candidate),
    ]),
  ];
}
