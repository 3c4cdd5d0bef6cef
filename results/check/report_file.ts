/** A report read back from its file: whoever wrote it, what is no report is refused before any of it is shown. */
import { UserError } from "../../engine/mod.ts";
import type { CheckReport } from "./report.ts";

type Shape = "string" | "number" | "boolean" | readonly [Shape] | { readonly [key: string]: Shape };

const COMMIT = { id: "string", subject: "string" } as const;
const FLIPS = [{ where: "string", base: "string", head: "string" }] as const;
const PACE = {
  kind: "string",
  pairs: "number",
  "needed?": "number",
  "beside?": { runs: "number", floor: "number", "open?": "string" },
  ratio: { estimate: "number", interval: { low: "number", high: "number" } },
} as const;
const REPORT: Shape = {
  check: "number",
  suite: "string",
  model: "string",
  machine: "string",
  margin: "number",
  seconds: "number",
  "base?": COMMIT,
  "history?": { recordings: "number", from: "number", to: "number" },
  "head?": { ...COMMIT, dirty: "boolean" },
  notes: ["string"],
  missing: ["string"],
  rows: [{
    name: "string",
    kind: "string",
    "why?": "string",
    "outputs?": { kind: "string", compared: "number", differing: "number", flips: FLIPS },
    workloads: [{
      workload: "string",
      pace: PACE,
      logs: ["number"],
      answered: "number",
      differing: "number",
      flips: FLIPS,
    }],
  }],
};

/** @throws {UserError} where the file is no report of this version. */
export async function readReport(path: string): Promise<CheckReport> {
  const refuse = (found: string) =>
    new UserError(`Cannot read ${path} as it must be a report of \`deno task check\`: ${found}.`);
  let value: unknown;
  try {
    value = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw refuse((error as Error).message);
  }
  const wrong = unlike(value, REPORT, "it");
  if (wrong !== undefined) throw refuse(wrong);
  const report = value as CheckReport;
  if (report.check !== 1) throw refuse(`its version is ${report.check}`);
  const { base, history, head } = report;
  if ((base === undefined) === (history === undefined)) throw refuse("it is held against no one thing");
  const hex = [base, head].every((one) => one === undefined || /^[0-9a-f]{7,64}$/.test(one.id));
  if (!hex) throw refuse("its commits are no commits");
  return report;
}

/** What is not as it should be, in words. */
function unlike(value: unknown, shape: Shape, name: string): string | undefined {
  const kind: string = typeof value;
  if (typeof shape === "string") return kind === shape ? undefined : `${name} is no ${shape}`;
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return `${name} is no list`;
    return value.map((one, i) => unlike(one, shape[0] as Shape, `${name}[${i}]`)).find((what) => what);
  }
  if (value === null || typeof value !== "object") return `${name} is no object`;
  for (const [key, of] of Object.entries(shape as Readonly<Record<string, Shape>>)) {
    const own = key.replace("?", "");
    const field = (value as Readonly<Record<string, unknown>>)[own];
    if (field === undefined && own !== key) continue;
    const wrong = unlike(field, of, `${name}.${own}`);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
