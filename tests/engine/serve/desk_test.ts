import { assert, assertEquals } from "@std/assert";
import type { Emission, Request, Session } from "../../../engine/mod.ts";
import { endpoint } from "./served.ts";

const PATH = "/v1/completions";
const body = { prompt: "hello there", max_tokens: 300, temperature: 0, ignore_eos: true };

/** A session that answers when it is told to. */
function held(session: Session) {
  const gate = Promise.withResolvers<void>();
  const seen: Request[] = [];
  const generate = async function* (requests: AsyncIterable<Request> | Iterable<Request>) {
    async function* noted() {
      for await (const request of requests) {
        seen.push(request);
        yield request;
      }
    }
    for await (const emission of session.generate(noted())) {
      await gate.promise;
      yield emission;
    }
  };
  return { session: generating(session, generate), go: gate.resolve, seen };
}

/** The session with another way to generate. */
function generating(session: Session, generate: Session["generate"]): Session {
  return {
    ...session,
    tokenizer: session.tokenizer,
    context: session.context,
    generate,
    stats: () => session.stats(),
  } as Session;
}

const metric = async (ask: Parameters<Parameters<typeof endpoint>[0]>[0], line: string) =>
  (await (await ask("/metrics")).text()).includes(`\n${line}\n`);

Deno.test("beyond what may be open, a request is told to come back, and the others are answered", async () => {
  let go = () => {};
  await endpoint(async (ask) => {
    const first = [ask(PATH, body), ask(PATH, body)];
    const { status, headers } = await ask(PATH, body);
    assertEquals([status, headers.get("Retry-After")], [429, "1"]);
    assert(await metric(ask, "assay_requests_waiting 2"));
    go();
    assertEquals((await Promise.all(first)).map(({ status }) => status), [200, 200]);
    assertEquals((await ask(PATH, body)).status, 200);
    assert(await metric(ask, 'assay_requests_ended_total{how="refused"} 1'));
    assert(await metric(ask, "assay_requests_waiting 0"));
  }, {
    limits: { most: 2, deadline: 10_000 },
    session: (session) => {
      const one = held(session);
      go = one.go;
      return one.session;
    },
  });
});

Deno.test("a request past its deadline is told so, and its place is free", async () => {
  let go = () => {};
  await endpoint(async (ask) => {
    const whole = await ask(PATH, body);
    assertEquals([whole.status, (await whole.json()).error.type], [504, "timeout_error"]);
    const stream = await ask(PATH, { ...body, stream: true });
    const text = await stream.text();
    assert(text.includes("Cannot answer as it must take at most 0.05 seconds"), text);
    assert(!text.includes("[DONE]"));
    assert(await metric(ask, 'assay_requests_ended_total{how="overdue"} 2'));
    assert(await metric(ask, "assay_requests_waiting 0"));
    go();
  }, {
    limits: { most: 1, deadline: 50 },
    session: (session) => {
      const one = held(session);
      go = one.go;
      return one.session;
    },
  });
});

Deno.test("a client that leaves frees its place, and the engine stops for it", async () => {
  let one: ReturnType<typeof held>;
  await endpoint(async (ask) => {
    const controller = new AbortController();
    const asked = ask(PATH, body, { signal: controller.signal });
    while (one.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    controller.abort();
    await asked;
    assertEquals(one.seen.map(({ signal }) => signal!.aborted), [true]);
    const stream = await ask(PATH, { ...body, stream: true });
    while (one.seen.length === 1) await new Promise((resolve) => setTimeout(resolve, 1));
    await stream.body!.cancel();
    assertEquals(one.seen.map(({ signal }) => signal!.aborted), [true, true]);
    assert(await metric(ask, 'assay_requests_ended_total{how="left"} 2'));
    one.go();
  }, { limits: { most: 1, deadline: 10_000 }, session: (session) => (one = held(session)).session });
});

Deno.test("an engine that fails fails what is open, and answers what comes after", async () => {
  let failing = true;
  await endpoint(async (ask) => {
    const [quiet, said] = [console.error, [] as unknown[]];
    console.error = (...all: unknown[]) => said.push(...all);
    try {
      const failed = await Promise.all([ask(PATH, body), ask(PATH, body)]);
      assertEquals(failed.map(({ status }) => status), [500, 500]);
      assert(!(await failed[0]!.text()).includes("secret"), "its reason is the server's own");
      assertEquals((await ask("/health")).status, 503);
    } finally {
      console.error = quiet;
    }
    assert(String(said[0]).includes("secret"));
    failing = false;
    assertEquals((await ask(PATH, body)).status, 200);
    assertEquals((await ask("/health")).status, 200);
  }, {
    session: (session) =>
      generating(session, async function* (requests): AsyncIterable<Emission> {
        for await (const emission of session.generate(requests)) {
          if (failing) throw new Error("a secret path");
          yield emission;
        }
      }),
  });
});

Deno.test("neighbours that leave and fail their stops change no answer", async () => {
  await endpoint(async (ask) => {
    const alone = await (await ask(PATH, body)).json();
    const crowd = Array.from({ length: 12 }, (_, i) => {
      const controller = new AbortController();
      if (i % 3 === 0) setTimeout(() => controller.abort(), i);
      const drawn = { ...body, prompt: `neighbour ${i}`, temperature: 1, seed: i, stop: ["B"] };
      return ask(PATH, drawn, { signal: controller.signal }).then((response) => response.text());
    });
    const among = await (await ask(PATH, body)).json();
    await Promise.all(crowd);
    assertEquals(among.choices, alone.choices);
    assert(await metric(ask, "assay_requests_running 0"));
  });
});
