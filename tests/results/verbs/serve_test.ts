import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import { openStore } from "../../../results/mod.ts";
import { run as bench } from "../../../results/verbs/bench.ts";
import { run } from "../../../results/verbs/serve.ts";
import { failed, recording, trial } from "../fixture.ts";
import { printed } from "./console.ts";
import { inPlace, type Place, toySetting } from "./toy_setting.ts";

const CANDIDATES = `candidates: { good: [toyInt8], bad: [planted("cache", "forgetful_cache")] }`;

/** Calls `use` in a place whose store has one row that passed and one that was refused. */
async function benched(use: (place: Place & { readonly suiteFile: string }) => Promise<void>): Promise<void> {
  await inPlace(async (place) => {
    const suiteFile = place.suite(CANDIDATES);
    await printed(() => bench(["--suite", suiteFile, "--store", place.store], toySetting()));
    await use({ ...place, suiteFile });
  });
}

const refused = (args: readonly string[], message: string) =>
  assertRejects(() => printed(() => run(args, toySetting())), UserError, message);

/** Serves in a process until `use` has ended; what it printed, and how it ended when it was told to. */
async function process(args: readonly string[], use: (url: string) => Promise<void>) {
  const child = new Deno.Command("deno", {
    args: [
      "run",
      "-A",
      "--no-check",
      new URL("served_run.ts", import.meta.url).pathname,
      "--port",
      "0",
      ...args,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const err = new Response(child.stderr).text();
  let out = "";
  const reader = child.stdout.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
    .getReader();
  while (!out.endsWith("\n") || out.split("\n").length < 3) {
    const { done, value } = await reader.read();
    if (done) throw new Error(await err);
    out += value;
  }
  const url = out.match(/http:\S+/)![0];
  await use(url);
  child.kill("SIGTERM");
  while (!(await reader.read()).done);
  return { code: (await child.status).code, out, err: await err };
}

Deno.test("what takes no part in serving the baseline, or is no number, is refused in one sentence", async () => {
  await refused(
    ["--unverified"],
    "Cannot use --unverified or --suite as --stack must say which stack is meant",
  );
  await refused(["--port", "x"], "Cannot use --port x as it must be a whole number from 0 to 65535.");
  await refused(
    ["--max-open", "0"],
    "Cannot use --max-open 0 as it must be a whole number from 1 to 100000.",
  );
  await refused(["--deadline", "0"], "Cannot use --deadline 0 as it must be a whole number from 1 to 86400.");
});

Deno.test("a stack that nobody recorded is refused with the rows that there are", async () => {
  await benched(async ({ store }) => {
    await refused(
      ["--stack", "nosuch", "--store", store],
      "Cannot serve nosuch as it must be a recording's id",
    );
  });
});

Deno.test("a stack without a pass is refused, and how it failed is said", async () => {
  await benched(async ({ store, suiteFile }) => {
    await refused(
      ["--stack", "bad", "--store", store, "--suite", suiteFile],
      "Cannot serve bad as its answers must have held the baseline's quality: they were found fail.",
    );
  });
});

Deno.test("a stack is refused where its suite is not at hand, or no longer makes it", async () => {
  await benched(async ({ store, suite }) => {
    await refused(
      ["--stack", "good", "--store", store],
      "Cannot serve good as its suite toy must be at hand: it is not one of Assay's. Name its file with --suite.",
    );
    const other = suite(`candidates: { bad: [planted("cache", "forgetful_cache")] }`);
    await refused(
      ["--stack", "good", "--store", store, "--suite", other],
      "Cannot serve good as its suite toy must still make it: no row has this stack any more.",
    );
  });
});

Deno.test("a stack of another model is refused by the model's name", async () => {
  await inPlace(async ({ store, suite }) => {
    using opened = openStore(store);
    opened.append(await recording(failed(trial("int4"), [])));
    await refused(
      ["--stack", "int4", "--store", store, "--unverified", "--suite", suite(CANDIDATES)],
      "Cannot serve int4 as it must run on the model of its recording",
    );
  });
});

Deno.test("the baseline is served until the process is told to stop, and then ends well", async () => {
  const { code, out, err } = await process([], async (url) => {
    const { data } = await (await fetch(`${url}/models`)).json();
    assertEquals(data[0].id, "toy");
  });
  assertEquals(code, 0);
  assert(/^toy is served at http:\/\/127\.0\.0\.1:\d+\/v1 until Ctrl-C\.\n/.test(out), out);
  assertStringIncludes(err, "Stopping when what is open has ended; again to stop at once.");
});

Deno.test("a stack with a pass is served; one without too, where that is asked for, and it says so", async () => {
  await benched(async ({ store, suiteFile }) => {
    const body = JSON.stringify({ prompt: "hello", temperature: 0 });
    const asked = async (url: string) => {
      const response = await fetch(`${url}/completions`, { method: "POST", body });
      assertEquals([response.status, (await response.json()).usage.prompt_tokens], [200, 5]);
    };
    const named = (name: string) => ["--stack", name, "--store", store, "--suite", suiteFile];
    const good = await process(named("good"), asked);
    assertEquals([good.code, good.out.includes("unverified")], [0, false]);
    const bad = await process([...named("bad"), "--unverified"], asked);
    assertEquals([bad.code, bad.out.includes(", unverified\n")], [0, true]);
  });
});
