/** A suite from a file that no compiler has seen, checked by hand: what is wrong with it is said in one sentence. */
import { SLOTS, UserError } from "../../engine/mod.ts";
import { UNITS } from "../outcome.ts";
import { AGAIN } from "../plan.ts";
import type { Suite } from "../suite.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The value as a suite. @throws {UserError} where it has not the shape of one. */
export function checked(value: unknown, file: string): Suite {
  const refuse = (must: string): never => {
    throw new UserError(`Cannot run suite ${file} as ${must}.`);
  };
  const wanted = (what: string, found: unknown) => refuse(`${what}: found ${inWords(found)}`);
  const whole = (found: unknown, least: number, what: string) => {
    if (!Number.isInteger(found) || found as number < least) {
      wanted(`${what} must be a whole number of at least ${least}`, found);
    }
  };
  const listOf = (found: unknown, what: string): readonly Fields[] => {
    if (!Array.isArray(found) || found.length === 0) wanted(`${what} must be a list of at least one`, found);
    return found as Fields[];
  };
  const distinct = (all: readonly Fields[], what: string) => {
    const names = all.map((one) => {
      const name = isFields(one) ? one.name : one;
      return typeof name === "string" && isFields(one) && name !== ""
        ? name
        : wanted(`each of its ${what} must have a name`, name);
    });
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) refuse(`no two of its ${what} may be named alike: ${twice} is there twice`);
  };
  const dataSet = ({ name, digest, samples }: Fields, what: string) => {
    const is = [name, digest].every((one) => typeof one === "string" && one !== "") &&
      typeof samples === "function";
    if (!is) refuse(`${what} must have a name, a digest and samples`);
  };

  if (!isFields(value)) return wanted('it must export a suite under the name "suite"', value);
  const { name, summary, candidates, evals, workloads, pairs, seed } = value;
  if (typeof name !== "string" || name === "") wanted("its name must be a text", name);
  if (typeof summary !== "string") wanted("its summary must be a text", summary);
  whole(pairs, 2, "its pairs");
  whole(seed, 0, "its seed");

  if (!isFields(candidates)) return wanted("its candidates must be lists of techniques by name", candidates);
  for (const [row, techniques] of Object.entries(candidates)) {
    if (row === AGAIN) refuse(`no candidate may be named "${AGAIN}", which is the baseline's own row`);
    for (const technique of listOf(techniques, `candidate ${row}`)) {
      const { name, slot, claim, transform, ...told } = isFields(technique) ? technique : {} as Fields;
      const is = typeof name === "string" && name !== "" && SLOTS.includes(slot as never) &&
        typeof transform === "function" &&
        (claim === "identical" || claim === "equivalent");
      if (!is) wanted(`candidate ${row} must be a list of techniques`, technique);
      for (
        const set of told.calibration === undefined ? [] : listOf(told.calibration, `calibration of ${name}`)
      ) {
        if (!isFields(set)) wanted(`the calibration of technique ${name} must be a list of data sets`, set);
        dataSet(set, `a calibration set of technique ${name}`);
      }
      for (const what of ["bottleneck", "summary", "source"]) {
        if (typeof told[what] !== "string") {
          wanted(`the ${what} of technique ${name} must be a text`, told[what]);
        }
      }
    }
  }

  const asked = listOf(evals, "its evals");
  distinct(asked, "evals");
  for (const { name, ask, grade, work, show, dataset, metrics, sees, count } of asked) {
    if ([ask, grade, work, show].some((one) => typeof one !== "function") || !isFields(dataset)) {
      refuse(`its eval ${name} must have a data set, and functions to ask, grade, work and show`);
    }
    dataSet(dataset as Fields, `the data set of its eval ${name}`);
    if (!Array.isArray(sees) || sees.length === 0 || !sees.every((slot) => SLOTS.includes(slot))) {
      wanted(`what its eval ${name} sees must be some of ${SLOTS.join(", ")}`, sees);
    }
    whole(count, 1, `the count of its eval ${name}`);
    const { size } = dataset as Fields;
    if (!Number.isInteger(size) || count as number > (size as number)) {
      wanted(`the count of its eval ${name} must be at most the ${size} samples of its data set`, count);
    }
    for (const metric of listOf(metrics, `the metrics of its eval ${name}`)) {
      const [what, must, found] = wrongMetric(metric) ?? [];
      if (what) wanted(`the ${what} of its eval ${name} must be ${must}`, found);
    }
  }

  const loads = listOf(workloads, "its workloads");
  distinct(loads, "workloads");
  for (const { name, prompts, arrival, requests, maxTokens, seed, objective, repeats } of loads) {
    if (!isFields(prompts)) wanted(`its workload ${name} must have a data set of prompts`, prompts);
    dataSet(prompts as Fields, `the data set of its workload ${name}`);
    const [what, found] = wrongArrival(arrival) ?? [];
    if (what) wanted(`the ${what.replace("*", `its workload ${name}`)}`, found);
    whole(requests, 1, `the requests of its workload ${name}`);
    whole(maxTokens, 1, `the maxTokens of its workload ${name}`);
    whole(seed, 0, `the seed of its workload ${name}`);
    if (objective !== undefined && !isObjective(objective)) {
      wanted(
        `the objective of its workload ${name} must be a figure (ttft or tpot), a percentile (p95 or p99) and a most ` +
          "(timesBaseline or milliseconds, above 0)",
        objective,
      );
    }
    if (repeats !== undefined && typeof repeats !== "boolean") {
      wanted(`the repeats of its workload ${name} must be true or false`, repeats);
    }
  }
  if (Object.keys(candidates).length === 0) refuse("its candidates must be at least one: found none");
  return value as unknown as Suite;
}

function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

const ARRIVALS = ["single", "closed", "offline", "poisson", "gamma", "replayed"];

/** What of an arrival is wrong, "*" standing for its workload, and what was found; nothing where all is well. */
function wrongArrival(arrival: unknown): readonly [string, unknown] | undefined {
  const { kind, clients, perSecond, cv, seed, trace, times } = isFields(arrival) ? arrival : {} as Fields;
  const number = (value: unknown) => typeof value === "number" && value > 0 && Number.isFinite(value);
  const whole = (value: unknown, least: number) => Number.isInteger(value) && value as number >= least;
  if (!ARRIVALS.includes(kind as string)) {
    return [`arrival of * must be ${ARRIVALS.slice(0, -1).join(", ")} or ${ARRIVALS.at(-1)}`, kind];
  }
  if (kind === "closed" && !whole(clients, 1)) {
    return ["clients of * must be a whole number of at least 1", clients];
  }
  if (kind === "replayed") {
    const inOrder = Array.isArray(times) && times.length > 0 &&
      times.every((at, i) => Number.isFinite(at) && at >= (times[i - 1] ?? 0));
    return inOrder && typeof trace === "string"
      ? undefined
      : ["replayed arrivals of * must be a trace's name and times in order", times];
  }
  if (kind !== "poisson" && kind !== "gamma") return undefined;
  if (!number(perSecond)) return ["perSecond of * must be a number above 0", perSecond];
  if (kind === "gamma" && !number(cv)) return ["cv of * must be a number above 0", cv];
  return whole(seed, 0)
    ? undefined
    : ["seed of the arrivals of * must be a whole number of at least 0", seed];
}

const RULES = [undefined, "margin", "guard", "exact", "law"];

/** What of a metric is wrong, what it must be and what was found; nothing where all is well. */
function wrongMetric(metric: unknown): readonly [string, string, unknown] | undefined {
  const { name, unit, better, rule, claim, allowed, chance } = isFields(metric) ? metric : {} as Fields;
  if (typeof name !== "string" || name === "") return ["name of a metric", "a text", name];
  const wrong = (what: string, must: string, found: unknown) =>
    [`${what} of metric ${name}`, must, found] as const;
  if (!UNITS.includes(unit as never)) return wrong("unit", `one of ${UNITS.join(", ")}`, unit);
  if (!["higher", "lower", "same"].includes(better as string)) {
    return wrong("better", "higher, lower or same", better);
  }
  if (!RULES.includes(rule as string)) return wrong("rule", "margin, guard, exact or law", rule);
  if (![undefined, "identical", "equivalent"].includes(claim as string)) {
    return wrong("claim", "identical or equivalent", claim);
  }
  const margin = rule === undefined || rule === "margin";
  if (allowed !== undefined && !within(allowed, margin ? Number.MIN_VALUE : 0, Number.MAX_VALUE)) {
    return wrong("margin", margin ? "a number above 0" : "a number of at least 0", allowed);
  }
  if (chance !== undefined && !within(chance, 0, 1)) return wrong("chance", "a number from 0 to 1", chance);
  return undefined;
}

function within(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && value >= least && value <= most;
}

function isObjective(value: unknown): boolean {
  if (!isFields(value) || !isFields(value.most)) return false;
  const { figure, percentile, most: { timesBaseline, milliseconds } } = value;
  const limits = [timesBaseline, milliseconds].filter((limit) => limit !== undefined);
  return ["ttft", "tpot"].includes(figure as string) && ["p95", "p99"].includes(percentile as string) &&
    limits.length === 1 && typeof limits[0] === "number" && limits[0] > 0;
}

function inWords(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "function") return "a function";
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
