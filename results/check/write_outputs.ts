/** The files of a check, and what GitHub shows of it where it runs there. */
import { escapedJson } from "../columns.ts";
import { UserError } from "../../engine/mod.ts";
import { annotations } from "./annotations.ts";
import { badge } from "./badge.ts";
import { junit } from "./junit.ts";
import { markdown } from "./markdown.ts";
import type { CheckReport } from "./report.ts";

/** Writes check.json, check.md, check.xml (JUnit) and check.svg. @throws {UserError} where the folder takes none. */
export async function writeFiles(report: CheckReport, folder: string): Promise<void> {
  const files = {
    json: `${escapedJson(report)}\n`,
    md: `${markdown(report)}\n`,
    xml: junit(report),
    svg: badge(report),
  };
  try {
    await Deno.mkdir(folder, { recursive: true });
    for (const [kind, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/check.${kind}`, text);
    }
  } catch (error) {
    throw new UserError(
      `Cannot write ${folder} as it must be a writable folder: ${(error as Error).message}.`,
    );
  }
}

/** In a workflow: annotations on standard output, and the job's summary. */
export async function tellGitHub(report: CheckReport): Promise<void> {
  if (Deno.env.get("GITHUB_ACTIONS") !== "true") return;
  for (const line of annotations(report)) console.log(line);
  const summary = Deno.env.get("GITHUB_STEP_SUMMARY");
  if (summary) await Deno.writeTextFile(summary, `${markdown(report)}\n`, { append: true });
}
