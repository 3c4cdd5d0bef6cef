/** Run by a test in a process of its own: the endpoint on the toy engine, until it is told to stop. */
import { UserError } from "../../../engine/mod.ts";
import { run } from "../../../results/verbs/serve.ts";
import { toySetting } from "./toy_setting.ts";

try {
  Deno.exit(await run(Deno.args, toySetting()));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
