/** Run by a test in a process of its own: the toy engine behind a port that is given, with a file for cold conversations. */
import { PAGE_TOKENS, serve } from "../../../engine/mod.ts";
import { toyEngine } from "../../../engine/engines/toy.ts";
import { compose, continuousBatching, kvOffload } from "../../../techniques/mod.ts";
import { baseline } from "./served.ts";

const stack = (await compose(baseline, [
  kvOffload({ tokens: 32 * PAGE_TOKENS, fileTokens: 4096 }),
  continuousBatching({ sequences: 4, rows: 64 }),
])).at(-1)!;
const session = await toyEngine().open(stack);
const limits = { most: 64, deadline: 10_000 };
const server = serve({ session, model: "toy", limits }, { host: "127.0.0.1", port: Number(Deno.args[0]) });
console.log(server.addr.port);
