/** The process around a program: it does not outlive who started it, and where there is none, no program is judged. */
import { assertEquals, assertRejects } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import { ask, FOLDER, start } from "../../../evals/sandbox/child.ts";
import { LIMITS } from "../../../evals/sandbox/limits.ts";
import type { Header } from "../../../evals/sandbox/python_guard.ts";
import { runPython } from "../../../evals/sandbox/python.ts";

const ENDLESS = { code: "while True: pass", tests: "", entry: "f" };

Deno.test("a child ends with the process that started it, whatever it is doing", async () => {
  const { output } = await ask({ secret: "", limits: LIMITS, mostBytes: 2 ** 28 });
  const header: Header = {
    secret: "s",
    folder: FOLDER.href,
    snapshotBytes: output.length,
    seconds: 10_000,
    bytes: 2 ** 30,
    program: ENDLESS,
  };
  const child = start(1024);
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(`${JSON.stringify(header)}\n`));
  await input.write(output);
  const told = child.stdout.getReader();
  let said = "";
  while (!said.includes("ready")) said += new TextDecoder().decode((await told.read()).value);
  await input.close();
  assertEquals((await child.status).code, 1);
  await Promise.all([told.cancel(), child.stderr.cancel()]);
});

Deno.test({
  name: "without a child process there is an error and no verdict",
  permissions: { read: true, env: true, run: false },
  fn: async () => {
    const program = { code: "x = 'never run'", tests: "", entry: "x" };
    await assertRejects(() => runPython(program), UserError, "Cannot run generated programs as deno must be");
  },
});
