/**
 * The verb that `check` starts on either side: reads calls from standard input, a line of JSON each, and writes what
 * they come to. Not for people.
 */
import { LiveSide, loadSuite } from "../../evals/mod.ts";
import { UserError } from "../../engine/mod.ts";
import { type Asked, CALLS, linesOf, readLine, written } from "../check/side_lines.ts";
import { read } from "./arguments.ts";
import { prepare, SETTING } from "./setting.ts";
import { StatusLine } from "./status_line.ts";

const USAGE = {
  command: "deno task side",
  about: "one side of `deno task check`, which starts it",
  options: {
    suite: { value: "NAME|FILE", about: "the suite; smoke where absent" },
    ...SETTING,
  },
} as const;

/** Answers until standard input ends. */
export async function run(args: readonly string[], prepared: typeof prepare = prepare): Promise<number> {
  const values = read(USAGE, args);
  if (!values) return 0;
  // Standard output is for answers: what a suite prints goes where people look.
  console.log = console.error;
  let live: LiveSide | undefined;
  const side = async () =>
    live ??= new LiveSide({
      suite: await loadSuite(values.suite ?? "smoke"),
      ...await prepared(values, new StatusLine()),
    });
  for await (const line of linesOf(Deno.stdin.readable)) {
    const { id, call, args } = readLine(line) as Asked;
    try {
      if (!CALLS.includes(call)) throw new Error(`Cannot ask a side for ${call} as it has no such call`);
      const value = await ((await side())[call] as (...args: readonly unknown[]) => Promise<unknown>)(
        ...args,
      );
      await say(written({ id, value }));
    } catch (error) {
      const kind = error instanceof UserError ? "user" : "broke";
      const message = error instanceof Error ? error.message : String(error);
      await say(written({ id, error: { kind, message } }));
    }
  }
  await live?.close();
  return 0;
}

async function say(line: string): Promise<void> {
  const bytes = new TextEncoder().encode(`${line}\n`);
  for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
}
