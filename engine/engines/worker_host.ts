/// <reference lib="deno.worker" />
/** The worker's half of a session in a worker: hosts one session and answers what the client asks of it. */
import { setImmediate } from "node:timers";
import {
  type Emission,
  type Request,
  type Scored,
  type ScoreItem,
  type Session,
  type SessionStats,
  Unsupported,
} from "../engine.ts";
import { resident } from "../resident.ts";

/** What the client asks; "submit" starts a generation and "end" says that it gets no further request. */
export type Ask =
  | { readonly type: "open"; readonly opening: unknown }
  | { readonly type: "submit"; readonly request: Request }
  | { readonly type: "cancel"; readonly id: string }
  | { readonly type: "end" | "abandon" | "stats" | "close" }
  | { readonly type: "score"; readonly items: readonly ScoreItem[] };

/** What the worker answers; "failed" ends whatever was asked. */
export type Told =
  | { readonly type: "progress"; readonly done: number }
  | { readonly type: "opened"; readonly context: number }
  | { readonly type: "emitted"; readonly emissions: readonly Emission[] }
  | { readonly type: "scored"; readonly scored: Scored }
  | { readonly type: "ended" | "done" }
  | { readonly type: "stats"; readonly stats: SessionStats }
  | { readonly type: "failed"; readonly name: string; readonly message: string; readonly slot?: string };

/** Ids in, ids out: text stays with the client. */
export type Hosted = Omit<Session, "tokenizer">;

/** Hosts the session that `open` makes of the client's opening. */
export function host<O>(open: (opening: O, progress: (done: number) => void) => Promise<Hosted>): void {
  let session: Hosted;
  let inbox: Inbox | undefined;
  let [heldBytes, addedBytes] = [0, 0];
  const tell = (told: Told, transfer: Transferable[] = []) => self.postMessage(told, transfer);

  /** Notes what is resident after the work: sessions take turns, so that the growth is this session's own. */
  const counted = async <T>(work: () => Promise<T>): Promise<T> => {
    const before = resident();
    try {
      return await work();
    } finally {
      heldBytes += resident() - before;
      addedBytes = Math.max(addedBytes, heldBytes);
    }
  };

  const generate = async (requests: Inbox) => {
    // A step's tokens come without the event loop turning between them: they are told together, before the next step.
    const held: Emission[] = [];
    const tellHeld = () => {
      if (held.length > 0) tell({ type: "emitted", emissions: held.splice(0) });
    };
    try {
      for await (const emission of session.generate(requests)) {
        if (requests.abandoned) break;
        if (held.length === 0) setImmediate(tellHeld);
        held.push(emission);
        if (emission.finish !== undefined) requests.ended(emission.id);
      }
    } finally {
      tellHeld();
    }
  };

  const answer = async (ask: Ask): Promise<void> => {
    switch (ask.type) {
      case "open":
        session = await counted(() => open(ask.opening as O, (done) => tell({ type: "progress", done })));
        return tell({ type: "opened", context: session.context });
      case "submit":
      case "end":
        if (inbox === undefined) {
          inbox = new Inbox();
          void running(inbox);
        }
        return ask.type === "submit" ? inbox.push(ask.request) : inbox.end();
      case "cancel":
        return inbox?.cancel(ask.id);
      case "abandon":
        // Without an inbox its "ended" is under way already.
        return inbox?.abandon();
      case "score":
        await counted(async () => {
          for await (const scored of session.score(ask.items)) {
            const arrays = [...scored.logProbs, ...scored.tops, ...(scored.distributions ?? [])];
            tell({ type: "scored", scored }, arrays.map((array) => array.buffer as ArrayBuffer));
          }
        });
        return tell({ type: "done" });
      case "stats":
        return tell({ type: "stats", stats: { ...await session.stats(), addedBytes } });
      case "close":
        await session[Symbol.asyncDispose]();
        tell({ type: "done" });
        self.close();
    }
  };

  const running = async (requests: Inbox) => {
    try {
      await counted(() => generate(requests));
      tell({ type: "ended" });
    } catch (error) {
      tell(failure(error));
    } finally {
      inbox = undefined;
    }
  };

  self.onmessage = ({ data }: MessageEvent<Ask>) => void answer(data).catch((error) => tell(failure(error)));
}

/** Does one piece of work that the client opens, and tells "done" after it. */
export function hostWork<O>(work: (opening: O, progress: (done: number) => void) => Promise<void>): void {
  self.onmessage = ({ data }: MessageEvent<Ask>) => {
    const progress = (done: number) => self.postMessage({ type: "progress", done } satisfies Told);
    void work((data as Extract<Ask, { type: "open" }>).opening as O, progress)
      .then((): Told => ({ type: "done" }), failure)
      .then((told) => self.postMessage(told));
  };
}

function failure(error: unknown): Told {
  if (error instanceof Unsupported) {
    return { type: "failed", name: error.name, message: error.reason, slot: error.slot };
  }
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { type: "failed", name, message };
}

/** Requests that were submitted, as a source that ends when the client says so. */
class Inbox implements AsyncIterable<Request> {
  readonly #requests: Request[] = [];
  readonly #underWay = new Map<string, AbortController>();
  #open = true;
  #wake = () => {};
  abandoned = false;

  push(request: Request): void {
    const controller = new AbortController();
    this.#underWay.set(request.id, controller);
    this.#requests.push({ ...request, signal: controller.signal });
    this.#wake();
  }

  cancel(id: string): void {
    this.#underWay.get(id)?.abort();
    this.ended(id);
  }

  ended(id: string): void {
    this.#underWay.delete(id);
  }

  end(): void {
    this.#open = false;
    this.#wake();
  }

  abandon(): void {
    this.abandoned = true;
    this.#requests.length = 0;
    this.end();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Request> {
    for (;;) {
      const next = this.#requests.shift();
      if (next) yield next;
      else if (!this.#open) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
