/** Why an outcome came out as it did, in sentences. */
import { AGAIN, type Check, type Outcome, type WorkloadSpeed } from "../evals/mod.ts";
import { isJudged } from "./door.ts";
import { amount, breachCount, count, percent, plural, times, timesInterval, unitName } from "./figures.ts";
import { isWideCheck, marginUsed, worstCheck } from "./leaderboard.ts";

/** The word for an outcome, as tables show it. */
export type Word = "PASS" | "FAIL" | "UNSURE" | "VOID" | "SKIPPED";

export function word(outcome: Outcome): Word {
  if (outcome.kind === "recorded") return "PASS";
  if (outcome.kind === "void") return "VOID";
  if (outcome.kind === "skipped") return "SKIPPED";
  return outcome.verdict.kind === "fail" ? "FAIL" : "UNSURE";
}

/** The verdict first, then what it rests on; never empty. */
export function explain(outcome: Outcome): readonly string[] {
  switch (outcome.kind) {
    case "recorded":
      return [
        ...held(outcome.verdict.checks),
        ...outcome.speed.workloads.map((w) => claimed(w, outcome.trial.name)),
      ];
    case "rejected":
      return refused(outcome.verdict.checks);
    case "void":
      return [`Nothing was measured that could be judged: ${sentence(outcome.reason)}`];
    case "skipped":
      return [`Not run: ${sentence(outcome.reason)}`];
  }
}

/** One sentence on one check. */
export function explainCheck(check: Check): string {
  const { n, decision, unit, allowed = 0, note } = check;
  const where = `${check.metric} of ${check.eval}${check.when === "under load" ? " under load" : ""}`;
  const over = `over ${plural(n, "sample")}`;
  if (!isJudged(check)) return `${where} is reported, not judged.${noted(note)}`;
  if (unit === "breaches") {
    const found = check.loss === 0 ? "no breach" : breachCount(check.loss);
    return `${where} found ${found} ${over}; ${allowed === 0 ? "none is" : `${count(allowed)} are`} allowed.${
      noted(note)
    }`;
  }
  const limit = `${amount(allowed, unit)} ${unitName(unit)} is allowed`;
  const worst = `${amount(check.interval.high, unit)} ${unitName(unit)}`;
  if (decision === "pass") {
    return `${where} lost at most ${worst} ${over}; ${limit}.${noted(note)}`.replace(
      /lost at most −\S+ \S+/,
      "lost nothing",
    );
  }
  if (decision === "fail") {
    const least = `${amount(check.loss, unit)} ${unitName(unit)} [${amount(check.interval.low, unit)}, ${
      amount(check.interval.high, unit)
    }]`;
    return `${where} lost ${least} ${over}; ${limit}.${noted(note)}`;
  }
  const more = check.needed !== undefined && check.needed > n
    ? ` If the estimate holds, about ${count(check.needed - n)} more samples would decide.`
    : "";
  return `${where} may have lost as much as ${worst} ${over}; ${limit}.${noted(note)}${more}`;
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
    ...(wide.length === 0
      ? []
      : [`It ranks nowhere: ${plural(wide.length, "margin")} set wider than a board allows.`]),
  ];
}

function claimed({ workload, ratio, noise, claim, overPeer }: WorkloadSpeed, name: string): string {
  const figure = `${times(ratio.estimate)} the baseline's tokens per second ${timesInterval(ratio.interval)}`;
  const peer = overPeer === undefined ? "" : ` That is ${times(overPeer)} the peer engine at f32.`;
  if (name === AGAIN) {
    return `${workload}: the baseline against itself came to ${figure}; that is the noise.`;
  }
  if (claim === "no difference") {
    return `${workload}: no difference is claimed; ${figure} does not clear the noise of ${
      percent(noise)
    }.${peer}`;
  }
  return `${workload}: ${claim}, ${figure}, noise ${percent(noise)}.${peer}`;
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
