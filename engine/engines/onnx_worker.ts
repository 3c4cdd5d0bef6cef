/// <reference lib="deno.worker" />
/** Hosts one session: native runs block their thread's event loop, so clocks and arrivals stay with the caller's. */
import { systemClock } from "../clock.ts";
import { type Emission, type Request, type ScoreItem, Unsupported } from "../engine.ts";
import { Loop } from "../loop.ts";
import { score } from "../score.ts";
import { openSlots } from "../session.ts";
import type { Stack } from "../stack.ts";
import { openNetwork } from "./onnx_open.ts";

/** What the client asks. */
export type Ask =
  | {
    readonly type: "open";
    readonly stack: Stack;
    readonly backend: "native" | "wasm";
    readonly threads: number;
  }
  | { readonly type: "submit"; readonly request: Request }
  | { readonly type: "abandon" }
  | { readonly type: "score"; readonly items: readonly ScoreItem[] }
  | { readonly type: "stats" }
  | { readonly type: "close" };

/** What the worker answers; "failed" ends whatever was asked. */
export type Told =
  | { readonly type: "progress"; readonly done: number }
  | { readonly type: "opened"; readonly context: number }
  | { readonly type: "emitted"; readonly emissions: readonly Emission[] }
  | { readonly type: "scored"; readonly scored: import("../engine.ts").Scored }
  | { readonly type: "done" }
  | {
    readonly type: "stats";
    readonly counters: Readonly<Record<string, number>>;
    readonly peakBytes: number;
  }
  | { readonly type: "failed"; readonly name: string; readonly message: string; readonly slot?: string };

let network: Awaited<ReturnType<typeof openNetwork>>;
let loop: Loop;
let stepping = false;
let peakBytes = 0;

const tell = (told: Told, transfer: Transferable[] = []) => self.postMessage(told, transfer);
const measure = () => (peakBytes = Math.max(peakBytes, Deno.memoryUsage().rss));

self.onmessage = async ({ data }: MessageEvent<Ask>) => {
  try {
    await answer(data);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const slot = error instanceof Unsupported ? { slot: error.slot } : {};
    tell({ type: "failed", name, message: error instanceof Unsupported ? error.reason : message, ...slot });
  }
};

async function answer(ask: Ask): Promise<void> {
  switch (ask.type) {
    case "open": {
      network = await openNetwork(ask, (done) => tell({ type: "progress", done }));
      loop = new Loop({
        network,
        clock: systemClock,
        ...await openSlots(ask.stack, { shape: network.shape }),
      });
      measure();
      return tell({ type: "opened", context: network.shape.context });
    }
    case "submit": {
      loop.submit(ask.request);
      if (stepping) return;
      stepping = true;
      try {
        while (!loop.idle) {
          const emissions = await loop.step();
          if (emissions.length > 0) tell({ type: "emitted", emissions });
          await turn();
        }
      } finally {
        stepping = false;
        measure();
      }
      return;
    }
    case "abandon":
      loop.abandon();
      return tell({ type: "done" });
    case "score":
      for await (const scored of score(network, ask.items)) {
        const buffers = [...scored.logProbs, ...scored.tops, ...(scored.distributions ?? [])].map((array) =>
          array.buffer as ArrayBuffer
        );
        tell({ type: "scored", scored }, buffers);
      }
      measure();
      return tell({ type: "done" });
    case "stats":
      return tell({ type: "stats", counters: loop.counters, peakBytes });
    case "close":
      await network[Symbol.asyncDispose]();
      tell({ type: "done" });
      self.close();
  }
}

/** Lets messages that arrived in the meantime be handled before the next step. */
const channel = new MessageChannel();
let turned = () => {};
channel.port1.onmessage = () => turned();
function turn(): Promise<void> {
  return new Promise((resolve) => {
    turned = resolve;
    channel.port2.postMessage(0);
  });
}
