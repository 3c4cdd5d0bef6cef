/** Run by a test in a process of its own: a bench on the toy engine, with something half made in the cache beside it. */
import { publish } from "../../../engine/mod.ts";
import { run } from "../../../results/verbs/bench.ts";
import { toySetting } from "./toy_setting.ts";

void publish("files/never", async (path) => {
  await Deno.writeTextFile(path, "half");
  await new Promise(() => {});
});
Deno.exit(await run(Deno.args, toySetting()));
