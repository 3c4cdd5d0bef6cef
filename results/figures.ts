/** Figures as people read them: a sign, a unit, no more digits than the measurement carries. */
import type { Check, Interval } from "../evals/mod.ts";

const COUNT = new Intl.NumberFormat("en");

/** e.g. "1,187". */
export const count = (n: number): string => COUNT.format(n);

/** "1 technique", "2 techniques". */
export const plural = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? "" : "s"}`;

/** e.g. "1.62x". */
export const times = (ratio: number): string => Number.isFinite(ratio) ? `${ratio.toFixed(2)}x` : "–";

/** e.g. "[1.55, 1.69]". */
export const timesInterval = ({ low, high }: Pick<Interval, "low" | "high">): string =>
  `[${low.toFixed(2)}, ${high.toFixed(2)}]`;

/** e.g. "2 %". */
export const percent = (fraction: number): string => {
  const value = fraction * 100;
  return `${Math.abs(value) < 10 && value !== 0 ? value.toFixed(1) : value.toFixed(0)} %`;
};

/** The level of an interval with all its digits: 0.998 as "99.8 %", 0.9 as "90 %". */
export const confidence = (level: number): string => `${Number((level * 100).toFixed(6))} %`;

/** e.g. "84 ms", "1.24 s". */
export function duration(ms: number | undefined): string {
  if (ms === undefined || ms === null || !Number.isFinite(ms)) return "–";
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms >= 100 ? ms.toFixed(0) : ms.toFixed(1)} ms`;
}

/** e.g. "41.2 tok/s". */
export const rate = (perSecond: number): string =>
  `${perSecond >= 100 ? count(Math.round(perSecond)) : perSecond.toFixed(1)} tok/s`;

/** e.g. "512 MiB". */
export function bytes(value: number): string {
  const mib = value / 2 ** 20;
  return Math.abs(mib) >= 1024 ? `${(mib / 1024).toFixed(2)} GiB` : `${mib.toFixed(0)} MiB`;
}

const DAY = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

/** e.g. "21 Nov 2026". */
export function day(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "no date" : DAY.format(date);
}

/** e.g. "2026-11-21 14:03 UTC". */
export const moment = (at: number): string =>
  `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;

type Unit = Check["unit"];

/** The unit in a word: "pp" (percentage points), "nats", "bits", "breaches", "logits"; nothing for a probability. */
export const unitName = (unit: Unit): string =>
  ({
    fraction: "pp",
    "nats/token": "nats",
    "bits/byte": "bits",
    breaches: "breaches",
    logits: "logits",
    p: "",
  })[unit];

/** An amount in the metric's unit without its name, signed where asked: 0.013 as "+1.3" for fractions. */
export function amount(value: number, unit: Unit, signed = false): string {
  const text = unit === "fraction"
    ? Math.abs(value * 100).toFixed(1)
    : unit === "breaches"
    ? count(Math.abs(value))
    : Math.abs(value).toFixed(3);
  if (Number(text) === 0) return text;
  return value < 0 ? `−${text}` : signed ? `+${text}` : text;
}

/** e.g. "1.3 pp". */
export const measured = (value: number, unit: Unit): string => `${amount(value, unit)} ${unitName(unit)}`;

/** e.g. "1 breach", "17 breaches". */
export const breachCount = (n: number): string => `${count(n)} ${n === 1 ? "breach" : "breaches"}`;

/** e.g. "p 0.31", "p 2e-7". */
export const probability = (p: number): string =>
  `p ${p >= 0.001 ? p.toFixed(p < 0.1 ? 3 : 2) : p === 0 ? "0" : p.toExponential(0)}`;

/** Whether there were enough clusters for bounds: evals give bounds of a billion where there were not. */
export const isBounded = ({ low, high }: Pick<Interval, "low" | "high">): boolean => low > -1e9 && high < 1e9;

/** What the candidate changed: "−0.3 pp" is a loss of 0.3 points; breaches are counted, and a law has its p value. */
export function change({ unit, rule, loss, candidate }: Check): string {
  if (rule === "exact") return breachCount(loss);
  if (rule === "law") return probability(candidate);
  return `${amount(-loss, unit, true)} ${unitName(unit)}`;
}

/** The interval of the change: "[−0.9, +0.3]"; the total variation for a law, nothing for a count. */
export function changeInterval({ unit, rule, interval, loss }: Check): string {
  if (rule === "exact") return "";
  if (rule === "law") return `variation ${loss.toFixed(3)}`;
  if (!isBounded(interval)) return "unbounded";
  return `[${amount(-interval.high, unit, true)}, ${amount(-interval.low, unit, true)}]`;
}

/** Where a check fails, as the smallest change that passes: "−1.0 pp"; "none" where a single breach is too many. */
export function margin({ allowed, unit, rule }: Check): string {
  if (allowed === undefined) return "not judged";
  if (rule === "exact") return allowed === 0 ? "none" : count(allowed);
  if (rule === "law") return probability(allowed);
  return `${amount(-allowed, unit)} ${unitName(unit)}`;
}

/** The same with its kind: "margin −2.0 pp", "guard −1.0 pp", "none allowed", "limit p 0.001". */
export function limit(check: Check): string {
  if (check.allowed === undefined) return "not judged";
  if (check.rule === "exact") return `${margin(check)} allowed`;
  return `${{ margin: "margin", guard: "guard", law: "limit" }[check.rule]} ${margin(check)}`;
}

/** A score as a level: 0.412 as "41.2 %", 2.31 as "2.310". */
export function level(value: number, unit: Unit): string {
  if (value === null || !Number.isFinite(value)) return "–";
  if (unit === "p") return probability(value);
  return unit === "fraction"
    ? `${(value * 100).toFixed(1)} %`
    : unit === "breaches"
    ? count(value)
    : value.toFixed(3);
}
