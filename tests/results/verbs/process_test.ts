/** What only a process shows: signals, exit codes, and the permissions of the tasks. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openStore } from "../../../results/mod.ts";
import { inPlace } from "./toy_setting.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

async function task(args: readonly string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command("deno", {
    args: ["task", "--quiet", ...args],
    cwd: ROOT,
    env,
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

/** The lines of a stream until one is `last`. */
async function linesUntil(stream: ReadableStream<Uint8Array>, last: string): Promise<string[]> {
  let text = "";
  for await (
    const chunk of stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
  ) {
    text += chunk;
    if (text.split("\n").includes(last)) break;
  }
  return text.split("\n");
}

Deno.test("every verb answers --help with the permissions of its task", async () => {
  const verbs = ["bench", "perf", "view", "publish", "cache", "export"];
  const answers = await Promise.all(verbs.map((verb) => task([verb, "--help"])));
  answers.forEach(({ code, out, err }, i) => {
    assertEquals([code, err], [0, ""], verbs[i]);
    assertStringIncludes(out, `deno task ${verbs[i]}: `);
  });
});

Deno.test("a mistake ends the process with code 1 and one line on standard error", async () => {
  await inPlace(async ({ folder }) => {
    const { code, out, err } = await task(["bench", "--suite", "nosuch"], {
      ASSAY_STORE: `${folder}/store.sqlite`,
    });
    assertEquals([code, out], [1, ""]);
    assertEquals(
      err,
      "Cannot run suite nosuch as it must be one of standard, smoke, stack, reasoning, knowledge, long_context, quantizers, decoders, serving, or a TypeScript file.\n",
    );
  });
});

Deno.test("the cache is listed and cleared where it is said to be", async () => {
  await inPlace(async ({ folder }) => {
    const env = { ASSAY_CACHE: `${folder}/cache` };
    assertEquals((await task(["cache"], env)).out, `      0.0 MB  in all, in ${folder}/cache\n`);
    await Deno.mkdir(`${folder}/cache/files`, { recursive: true });
    await Deno.writeFile(`${folder}/cache/files/thing`, new Uint8Array(2_500_000));
    assertEquals(
      (await task(["cache"], env)).out,
      `      2.5 MB  files/thing\n      2.5 MB  in all, in ${folder}/cache\n`,
    );
    assertEquals(
      (await task(["cache", "--clear"], env)).out,
      `Removed 1 files, 2.5 MB, from ${folder}/cache.\n`,
    );
    assertEquals([...Deno.readDirSync(`${folder}/cache`)], []);
  });
});

Deno.test("Ctrl-C ends a run with code 130, keeps what was recorded and leaves nothing half made", async () => {
  await inPlace(async ({ folder, suite, store }) => {
    const never = "data:text/javascript,await new Promise(() => setTimeout(() => {}, 1e9))";
    const hangs =
      `{ ...planted("cache", "never"), transform: (stack) => ({ ...stack, cache: { name: "never", params: {}, module: "${never}" } }) }`;
    const file = suite(`candidates: { first: [toyInt8], hangs: [${hangs}] }`);
    const child = new Deno.Command("deno", {
      args: [
        "run",
        "--no-check",
        "--allow-all",
        "tests/results/verbs/interrupted_run.ts",
        "--suite",
        file,
        "--store",
        store,
      ],
      cwd: ROOT,
      env: { ASSAY_CACHE: `${folder}/cache` },
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const [told, rest] = child.stderr.tee();
    const lines = await linesUntil(told, "first: recorded");
    assert(lines.includes("first: recorded"), lines.join("\n"));
    child.kill("SIGINT");
    const all = await new Response(rest).text();
    assertEquals((await child.status).code, 130);
    assertStringIncludes(all, "Interrupted. What was recorded is kept; run the same command to go on.\n");
    using kept = openStore(store);
    assertEquals([...kept.read()].map(({ outcome }) => outcome.kind), ["recorded", "recorded"]);
    assertEquals([...Deno.readDirSync(`${folder}/cache`)].map(({ name }) => name), ["files"]);
  });
});

Deno.test("view serves until Ctrl-C and then ends well", async () => {
  await inPlace(async ({ store }) => {
    openStore(store)[Symbol.dispose]();
    const child = new Deno.Command("deno", {
      args: ["run", "--no-check", "--allow-all", "mod.ts", "view", "--port", "0", "--store", store],
      cwd: ROOT,
      stdout: "piped",
      stderr: "null",
    }).spawn();
    let address = "";
    for await (
      const text of child.stdout.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
    ) {
      address = text.match(/http:\/\/127\.0\.0\.1:\d+\//)?.[0] ?? "";
      break;
    }
    const page = await fetch(address);
    assertEquals(page.status, 200);
    await page.body?.cancel();
    child.kill("SIGINT");
    assertEquals((await child.status).code, 0);
  });
});
