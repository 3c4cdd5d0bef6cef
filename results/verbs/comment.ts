/** `deno task comment`: puts the report of a check on its pull request. The token stays out of what runs the change. */
import { UserError } from "../../engine/mod.ts";
import { comment } from "../check/github.ts";
import { markdown, marker } from "../check/markdown.ts";
import { readReport } from "../check/report_file.ts";
import { read, whole } from "./arguments.ts";

const USAGE = {
  command: "deno task comment",
  about: "makes or edits the comment of a check on a pull request; the token is in GITHUB_TOKEN",
  operand: { value: "REPORT.json", about: "what `deno task check --out` wrote" },
  options: {
    repository: { value: "OWNER/NAME", about: "where; GITHUB_REPOSITORY where absent" },
    number: { value: "N", about: "the pull request" },
  },
} as const;

/** Posts, and says what it did. */
export async function run(args: readonly string[]): Promise<number> {
  const values = read(USAGE, args);
  if (!values) return 0;
  const repository = values.repository ?? Deno.env.get("GITHUB_REPOSITORY") ?? "";
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) {
    throw new UserError(`Cannot comment on ${repository || "nothing"} as --repository must be OWNER/NAME.`);
  }
  const number = whole(values.number ?? "", "number", 1, 1e9);
  const token = Deno.env.get("GITHUB_TOKEN") ?? "";
  if (token === "") {
    throw new UserError(
      `Cannot comment on ${repository}#${number} as GITHUB_TOKEN must hold a token: it is absent.`,
    );
  }
  const report = await readReport(`${values._[0]}`);
  const done = await comment(markdown(report), marker(report.suite), {
    api: Deno.env.get("GITHUB_API_URL") || "https://api.github.com",
    repository,
    number,
    token,
    wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  });
  console.log(`The comment on ${repository}#${number} is ${done}.`);
  return 0;
}
