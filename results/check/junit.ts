/** A check as JUnit XML: a case for the answers of each row and one for each workload. */
import type { CheckedRow } from "../../evals/mod.ts";
import { type Element, xml } from "../xml.ts";
import { type CheckReport, saidOutputs, saidPace } from "./report.ts";

/** The document; a regression is a failure, what is undecided or was not compared is skipped. */
export function junit({ suite, rows, seconds, missing }: CheckReport): string {
  const cases = [
    ...rows.flatMap(casesOf),
    ...missing.map((name) => caseOf("required", name, "failure", "not held")),
  ];
  const count = (kind: string) =>
    `${
      cases.filter(({ children = [] }) =>
        children.some((one) => typeof one !== "string" && one.name === kind)
      ).length
    }`;
  const attributes = {
    name: `assay check ${suite}`,
    tests: `${cases.length}`,
    failures: count("failure"),
    skipped: count("skipped"),
    time: seconds.toFixed(3),
  };
  return xml({ name: "testsuites", children: [{ name: "testsuite", attributes, children: cases }] });
}

function casesOf(row: CheckedRow): readonly Element[] {
  const { name, kind, outputs, why, workloads } = row;
  const timed = workloads.map((one) => {
    const how = { regressed: "failure", unsure: "skipped", same: undefined, improved: undefined } as const;
    return caseOf(name, one.workload, how[one.pace.kind], saidPace(one));
  });
  const lost = kind === "regressed" && workloads.length === 0;
  const open = workloads.length === 0 && kind !== "same" && !lost;
  const said = why ?? (outputs === undefined ? kind : saidOutputs(row));
  return [caseOf(name, "answers", lost ? "failure" : open ? "skipped" : undefined, said), ...timed];
}

function caseOf(row: string, name: string, how: "failure" | "skipped" | undefined, message: string): Element {
  const children = how === undefined ? [] : [{ name: how, attributes: { message } }];
  return { name: "testcase", attributes: { classname: row, name }, children };
}
