import { assert, assertEquals, assertRejects } from "@std/assert";

const PATH = "/v1/completions";
const body = { max_tokens: 400, temperature: 0, ignore_eos: true };
const post = (more: Record<string, unknown>) => ({
  method: "POST",
  body: JSON.stringify({ ...body, ...more }),
});

async function start(port: number, cache: string) {
  const child = new Deno.Command("deno", {
    args: [
      "run",
      "-A",
      "--no-check",
      "--unstable-no-legacy-abort",
      new URL("killed_run.ts", import.meta.url).pathname,
      String(port),
    ],
    env: { ASSAY_CACHE: cache },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
    .getReader();
  const own = Number((await reader.read()).value);
  return { child, port: own, over: async () => (await reader.cancel(), await child.status) };
}

const answer = async (port: number, prompt: string) =>
  (await (await fetch(`http://127.0.0.1:${port}${PATH}`, post({ prompt }))).json()).choices[0].text;

Deno.test("a server that is killed breaks off its streams, leaves no file, and answers as ever when it is started again", async () => {
  const cache = await Deno.makeTempDir();
  const first = await start(0, cache);
  const expected = await answer(first.port, "a conversation");
  // More than memory holds, so that the file is in use.
  for (const prompt of ["one", "two", "three"]) await answer(first.port, prompt);
  const metrics = await (await fetch(`http://127.0.0.1:${first.port}/metrics`)).text();
  assert(Number(/\nassay_engine_kv_pages_offloaded (\d+)\n/.exec(metrics)![1]) > 0);
  const stream = await fetch(
    `http://127.0.0.1:${first.port}${PATH}`,
    post({ prompt: "four", stream: true, n: 8 }),
  );
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = (await reader.read()).value!;
  first.child.kill("SIGKILL");
  await assertRejects(async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += value;
    }
  });
  assert(!text.includes("[DONE]"), "what was broken off must not look whole");
  await first.over();
  assertEquals(await Array.fromAsync(Deno.readDir(`${cache}/kv_offload`)), []);
  const again = await start(first.port, cache);
  assertEquals([again.port, await answer(again.port, "a conversation")], [first.port, expected]);
  again.child.kill("SIGKILL");
  await again.over();
  await Deno.remove(cache, { recursive: true });
});
