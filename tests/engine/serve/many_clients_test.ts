import { assert, assertEquals } from "@std/assert";
import { dense } from "../../../engine/mod.ts";
import { compose, continuousBatching } from "../../../techniques/mod.ts";
import { baseline, gaugeIn, served } from "./served.ts";

const PATH = "/v1/completions";
const body = { prompt: "hello there", max_tokens: 60, temperature: 0, ignore_eos: true };
const post = (more: Record<string, unknown> = {}) => ({
  method: "POST",
  body: JSON.stringify({ ...body, ...more }),
});

/** Batches over pages that are held for running requests alone, so that none is held where none runs. */
const batches = async () =>
  (await compose({ ...baseline, cache: dense() }, [continuousBatching({ sequences: 16, rows: 256 })])).at(
    -1,
  )!;

/** Waits until a server holds nothing; a test that never sees it does not end. */
async function emptied(url: string): Promise<void> {
  for (;;) {
    const text = await (await fetch(`${url}/metrics`)).text();
    const held = ["requests_waiting", "requests_running", "engine_pages_held"].map((name) =>
      gaugeIn(text, name)
    );
    if (held.every((count) => count === 0)) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const health = await fetch(`${url}/health`);
  assertEquals([health.status, (await health.json()).status], [200, "ok"]);
}

const answer = async (url: string) => (await (await fetch(`${url}${PATH}`, post())).json()).choices[0].text;

Deno.test("of a thousand connections half leave within their answers: the others' are the same, and every page returns", async () => {
  await served(async ({ url }) => {
    const alone = await answer(url);
    const leave = async (reads: number) => {
      const reader = (await fetch(`${url}${PATH}`, post({ stream: true }))).body!.getReader();
      for (let read = 0; read < reads; read++) await reader.read();
      await reader.cancel();
    };
    const [answers] = await Promise.all([
      Promise.all(Array.from({ length: 500 }, () => answer(url))),
      Promise.all(Array.from({ length: 500 }, (_, i) => leave(i % 8))),
    ]);
    assertEquals([answers.length, new Set([...answers, alone]).size], [500, 1]);
    await emptied(url);
  }, { stack: await batches(), limits: { most: 1000, deadline: 60_000 } });
});

Deno.test("clients that stop reading change no other's answer, and hold no page once theirs are made", async () => {
  await served(async ({ url }) => {
    const alone = await answer(url);
    const { hostname, port } = new URL(url);
    const text = JSON.stringify({ ...body, stream: true, logprobs: 20, max_tokens: 400 });
    const head = `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: ${text.length}\r\n\r\n`;
    const stuck = await Promise.all(Array.from({ length: 12 }, async () => {
      const connection = await Deno.connect({ hostname, port: Number(port) });
      await connection.write(new TextEncoder().encode(head + text));
      return connection;
    }));
    const answers = await Promise.all(Array.from({ length: 24 }, () => answer(url)));
    assert(answers.every((one) => one === alone));
    await emptied(url);
    stuck.forEach((connection) => connection.close());
  }, { stack: await batches(), limits: { most: 64, deadline: 5000 } });
});
