/** The endpoint's routes: https://platform.openai.com/docs/api-reference, /health, and /metrics for Prometheus. */
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { type Clock, systemClock } from "../clock.ts";
import type { Session } from "../engine.ts";
import { answer } from "./answer.ts";
import { ApiError, apiError } from "./api_error.ts";
import { type Asked, readChat, readCompletion, type Served, unknownModel } from "./asked.ts";
import { Desk, type Limits } from "./desk.ts";
import { Metrics } from "./metrics.ts";

export interface Serving {
  readonly session: Session;
  /** The name that clients ask for. */
  readonly model: string;
  readonly limits: Limits;
  /** What clients must show; absent: nothing. */
  readonly key?: string;
  readonly clock?: Clock;
}

/** Bodies of token ids are large; beyond this none fits a context. */
const MOST_BYTES = 16 * 2 ** 20;

/** The app, and the desk behind it. */
export function createEndpoint({ session, model, limits, key, clock = systemClock }: Serving) {
  const metrics = new Metrics();
  const desk = new Desk(session, limits, metrics, clock);
  const { tokenizer, context, greedyOnly = false } = session;
  const served: Served = { tokenizer, context, model, greedyOnly, most: limits.most };
  const created = Math.floor(Date.now() / 1000);
  const card = { id: model, object: "model", created, owned_by: "assay", max_model_len: context };
  const app = new Hono();

  app.onError((error, c) => {
    const told = apiError(error);
    if (told !== error) console.error(error);
    return failed(c, told);
  });
  app.notFound((c) =>
    failed(c, new ApiError(404, `Cannot ${c.req.method} ${c.req.path} as nothing is there`))
  );
  if (key !== undefined) {
    app.use("/v1/*", async (c, next) => {
      if (!await same(c.req.header("Authorization") ?? "", `Bearer ${key}`)) {
        throw new ApiError(401, "Cannot answer as the API key must be this server's: it is not", {
          code: "invalid_api_key",
        });
      }
      await next();
    });
  }
  const limit = bodyLimit({
    maxSize: MOST_BYTES,
    onError: () => {
      throw new ApiError(413, `Cannot read the body as it must be at most ${MOST_BYTES} bytes long`);
    },
  });
  const post = (path: string, read: (text: string, served: Served) => Asked) =>
    app.post(path, limit, async (c) => {
      const asked = read(await c.req.text(), served);
      const head = { id: crypto.randomUUID(), created: Math.floor(Date.now() / 1000), model };
      return await answer(asked, head, { desk, tokenizer, left: c.req.raw.signal });
    });
  post("/v1/completions", readCompletion);
  post("/v1/chat/completions", readChat);
  app.get("/v1/models", (c) => c.json({ object: "list", data: [card] }));
  app.get("/v1/models/:model{.+}", (c) => {
    const asked = c.req.param("model");
    if (asked !== model) throw unknownModel(asked, model);
    return c.json(card);
  });
  app.get("/health", (c) => c.json({ status: desk.state }, desk.state === "ok" ? 200 : 503));
  app.get("/metrics", async (c) => {
    const stats = await session.stats().catch(() => ({ counters: {} }));
    return c.text(metrics.text(stats), 200, { "Content-Type": "text/plain; version=0.0.4" });
  });
  return { app, desk };
}

function failed(c: Context, { status, body, details: { retryAfter } }: ApiError): Response {
  const headers = retryAfter === undefined ? {} : { "Retry-After": String(retryAfter) };
  return c.json(body, status as 400, headers);
}

/** Whether two texts are equal, in a time that tells nothing of where they differ. */
async function same(a: string, b: string): Promise<boolean> {
  const digest = async (text: string) =>
    new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const [x, y] = [await digest(a), await digest(b)];
  return x.reduce((sum, byte, i) => sum | (byte ^ y[i]!), 0) === 0;
}
