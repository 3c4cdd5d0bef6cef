/** Why an outcome came out as it did, in sentences. */
import { AGAIN, type Check, type Outcome, type WorkloadSpeed } from "../evals/mod.ts";
import { isJudged } from "./door.ts";
import {
  amount,
  breachCount,
  count,
  isBounded,
  measured,
  percent,
  plural,
  probability,
  times,
  timesInterval,
} from "./figures.ts";
import { saidImported } from "./imported/said.ts";
import { saidObjective } from "./objective.ts";
import { isWideCheck, marginUsed, saidMargins, worstCheck } from "./worst.ts";

/** The word for an outcome, as tables show it. */
export type Word = "PASS" | "HELD" | "FAIL" | "UNSURE" | "VOID" | "SKIPPED";

export function word(outcome: Outcome): Word {
  if (outcome.kind === "recorded") return "PASS";
  if (outcome.kind === "held") return "HELD";
  if (outcome.kind === "void") return "VOID";
  if (outcome.kind === "skipped") return "SKIPPED";
  return outcome.verdict.kind === "fail" ? "FAIL" : "UNSURE";
}

/** The verdict first, then what it rests on; never empty. */
export function explain(outcome: Outcome): readonly string[] {
  return [...because(outcome), ...saidImported(outcome)];
}

function because(outcome: Outcome): readonly string[] {
  switch (outcome.kind) {
    case "recorded":
      return [
        ...held(outcome.verdict.checks),
        ...outcome.speed.workloads.map((w) => claimed(w, outcome.trial.name)),
      ];
    case "held":
      return [...held(outcome.verdict.checks), `No speed is claimed: ${sentence(outcome.reason)}`];
    case "rejected":
      return refused(outcome.verdict.checks);
    case "void":
      return [`Nothing came of it that may stand: ${sentence(outcome.reason)}`];
    case "skipped":
      return [`Not run: ${sentence(outcome.reason)}`];
  }
}

/** One sentence on one check, and one on each of its parts that failed. */
export function explainCheck(check: Check): string {
  const where = `${check.metric} of ${check.eval}${check.when === "under load" ? " under load" : ""}`;
  if (!isJudged(check)) return `${where} is reported, not judged.${noted(check.note)}`;
  const parts = check.slices?.filter(({ failed }) => failed) ?? [];
  const said = `${where} ${RULES[check.rule](check)}.`;
  return parts.length === 0 ? said + noted(check.note) : `${said} ${inParts(check, parts)}`;
}

const over = ({ n }: Check) => `over ${plural(n, "sample")}`;
/** e.g. "6.1 pp [3.4, 8.8]": of a loss, so positive is worse. */
const lossOf = ({ loss, interval: { low, high }, unit }: Check) =>
  `${measured(loss, unit)} [${amount(low, unit)}, ${amount(high, unit)}]`;

/** What each rule found, after the name of what it looked at. */
const RULES: Readonly<Record<Check["rule"], (check: Check) => string>> = {
  margin(check) {
    const { n, unit, decision, allowed = 0, interval: { high }, needed = 0 } = check;
    const limit = `${measured(allowed, unit)} is allowed`;
    if (decision === "fail" && check.interval.low > allowed) {
      return `lost ${lossOf(check)} ${over(check)}; ${limit}`;
    }
    if (decision !== "unsure") {
      return `lost ${high <= 0 ? "nothing" : `at most ${measured(high, unit)}`} ${over(check)}; ${limit}`;
    }
    const more = needed > n
      ? `. If the estimate holds, about ${count(needed - n)} more samples would decide`
      : "";
    return `may have lost as much as ${measured(high, unit)} ${over(check)}; ${limit}${more}`;
  },
  guard(check) {
    const { unit, decision, allowed = 0, interval, slices = [] } = check;
    const limit = measured(allowed, unit);
    if (!isBounded(interval)) {
      return `is not shown to lose more than ${limit}, and ${
        plural(check.clusters, "cluster")
      } could show nothing`;
    }
    if (decision === "pass" || slices.some(({ failed }) => failed)) {
      return `is not shown to lose more than ${limit} ${over(check)}: ${lossOf(check)}`;
    }
    return interval.high < -allowed
      ? `moved by ${lossOf(check)} ${over(check)}, the other way than a loss; ${limit} either way is allowed`
      : `is shown to lose more than ${limit} ${over(check)}: ${lossOf(check)}`;
  },
  exact(check) {
    const { loss, allowed = 0 } = check;
    const found = loss === 0 ? "no breach" : breachCount(loss);
    return `found ${found} ${over(check)}; ${allowed === 0 ? "none is" : `${count(allowed)} are`} allowed`;
  },
  law(check) {
    const { candidate, loss, decision, allowed = 0 } = check;
    const found = `${probability(candidate)}, total variation ${loss.toFixed(3)}, ${over(check)}`;
    const limit = `it fails below ${probability(allowed)}`;
    if (decision === "unsure") return `could not be tested against its law: ${found}`;
    return `${decision === "pass" ? "follows" : "does not follow"} its law: ${found}; ${limit}`;
  },
};

function inParts({ unit, allowed = 0 }: Check, parts: NonNullable<Check["slices"]>): string {
  const each = parts.map(({ name, n, loss, low }) =>
    `${name} (${measured(loss, unit)}, at least ${amount(low, unit)}, n=${count(n)})`
  );
  return `Parts of it are shown to lose more than ${measured(allowed, unit)}: ${each.join(", ")}.`;
}

function held(checks: readonly Check[]): readonly string[] {
  const judged = checks.filter(isJudged);
  const worst = judged.toSorted((a, b) => marginUsed(b) - marginUsed(a))[0];
  if (worst === undefined) return [];
  const wide = judged.filter(isWideCheck);
  return [
    `Quality held on ${
      judged.length === 1 ? "the one check" : `all ${judged.length} checks`
    }; nearest to its margin: ${explainCheck(worst)}`,
    ...(wide.length === 0 ? [] : [
      `It ranks nowhere: ${plural(wide.length, "margin")} set wider than a board allows (${
        saidMargins(wide)
      }).`,
    ]),
  ];
}

function claimed(
  { workload, ratio, noise, claim, overPeer, objective }: WorkloadSpeed,
  name: string,
): string {
  const figure = `${times(ratio.estimate)} the baseline's tokens per second ${timesInterval(ratio.interval)}`;
  const peer = overPeer === undefined ? "" : ` That is ${times(overPeer)} the peer engine at f32.`;
  if (name === AGAIN) {
    return `${workload}: the baseline against itself came to ${figure}; that is the noise.`;
  }
  const latency = objective === undefined ? "" : ` Latency: ${saidObjective(objective)}.`;
  if (objective?.kind === "broke") return `${workload}: no gain is claimed at ${figure}.${latency}${peer}`;
  if (claim === "no difference") {
    return `${workload}: no difference is claimed; ${figure} does not clear the noise of ${
      percent(noise)
    }.${peer}${latency}`;
  }
  return `${workload}: ${claim}, ${figure}, noise ${percent(noise)}.${peer}${latency}`;
}

function refused(checks: readonly Check[]): readonly string[] {
  const outcome = { kind: "rejected", verdict: { kind: "fail", checks } } as Outcome;
  const worst = worstCheck(outcome);
  const failed = checks.filter((check) => check.decision === "fail");
  const unsure = checks.filter((check) => check.decision === "unsure");
  const lead = failed.length > 0 ? "Quality was lost" : "Whether quality held could not be decided";
  const rest = [...failed, ...unsure].filter((check) => check !== worst);
  if (worst === undefined) return ["Nothing was judged, so nothing was passed."];
  return [`${lead}: ${explainCheck(worst)}`, ...rest.map((check) => capital(explainCheck(check)))];
}

const noted = (note: string | undefined) => note === undefined ? "" : ` ${sentence(capital(note))}`;
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const sentence = (text: string) => /[.!?]$/.test(text) ? text : `${text}.`;
