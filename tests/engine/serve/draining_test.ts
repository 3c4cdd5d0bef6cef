import { assert, assertEquals, assertRejects } from "@std/assert";
import { dense, oneAtATime, plain } from "../../../engine/mod.ts";
import { toyEngine, toyModel } from "../../../engine/engines/toy.ts";
import { serve } from "../../../engine/serve/serve.ts";
import { UserError } from "../../../engine/engine.ts";

const stack = { model: toyModel, cache: dense(), decoder: plain, scheduler: oneAtATime };
const limits = { most: 2000, deadline: 20_000 };
const address = { host: "127.0.0.1", port: 0 };
const post = (body: unknown) => ({ method: "POST", body: JSON.stringify(body) });
const body = { prompt: "hello there", max_tokens: 300, temperature: 0, ignore_eos: true };

Deno.test("a server that drains ends what is open, takes nothing more, and is gone", async () => {
  await using session = await toyEngine().open(stack);
  const server = serve({ session, model: "toy", limits }, address);
  const url = `http://127.0.0.1:${server.addr.port}`;
  const stream = await fetch(`${url}/v1/completions`, post({ ...body, stream: true }));
  const reader = stream.body!.getReader();
  await reader.read();
  const drained = server.drain();
  const health = await fetch(`${url}/health`);
  assertEquals([health.status, (await health.json()).status], [503, "draining"]);
  const refused = await fetch(`${url}/v1/completions`, post(body));
  assertEquals([refused.status, refused.headers.get("Retry-After")], [503, "5"]);
  await refused.body?.cancel();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  assert(text.endsWith("data: [DONE]\n\n"));
  await drained;
  await assertRejects(() => fetch(`${url}/health`), TypeError);
});

Deno.test("a port that is taken is one sentence", async () => {
  await using session = await toyEngine().open(stack);
  const server = serve({ session, model: "toy", limits }, address);
  const { port } = server.addr;
  await assertRejects(
    async () => await serve({ session, model: "toy", limits }, { host: "127.0.0.1", port }).close(),
    UserError,
    `Cannot serve on 127.0.0.1:${port} as the address must be free and this machine's`,
  );
  await server.close();
});

Deno.test("a client that stops reading holds no place past its deadline, and does not hold up the end", async () => {
  await using session = await toyEngine().open(stack);
  const server = serve({ session, model: "toy", limits: { most: 1, deadline: 300 } }, address);
  const { port } = server.addr;
  const stuck = await Deno.connect({ hostname: "127.0.0.1", port });
  const text = JSON.stringify({ ...body, stream: true, logprobs: 20, max_tokens: 400 });
  await stuck.write(
    new TextEncoder().encode(
      `POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
    ),
  );
  const again = async (): Promise<Response> => {
    for (;;) {
      const response = await fetch(
        `http://127.0.0.1:${port}/v1/completions`,
        post({ ...body, max_tokens: 2 }),
      );
      if (response.status !== 429) return response;
      await response.body?.cancel();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  assertEquals((await (await again()).json()).usage.completion_tokens, 2);
  await server.drain();
  stuck.close();
});

Deno.test("a thousand connections are all answered, and the answers are the same", async () => {
  await using session = await toyEngine().open(stack);
  const server = serve({ session, model: "toy", limits }, address);
  const url = `http://127.0.0.1:${server.addr.port}/v1/completions`;
  const answers = await Promise.all(
    Array.from(
      { length: 1000 },
      async () => (await (await fetch(url, post({ ...body, max_tokens: 4 }))).json()).choices[0].text,
    ),
  );
  assertEquals([answers.length, new Set(answers).size], [1000, 1]);
  await server.close();
});
