/**
 * The peer engine: the same weights under generate() of @huggingface/transformers, on ONNX Runtime's native package,
 * so that every board shows what a user would otherwise pick. Of a stack it honours the model alone: caches, decoders
 * and schedulers are its own.
 */
import { dense } from "../cache.ts";
import { plain } from "../decoder.ts";
import { type Engine, type Session, Unsupported } from "../engine.ts";
import { type Hardware, readHardware } from "../hardware.ts";
import { oneAtATime } from "../scheduler.ts";
import type { Stack } from "../stack.ts";
import { openModel } from "./model_session.ts";
import type { PeerOpening } from "./transformers_js_session.ts";

export interface TransformersJsOptions {
  /** Threads of one operator; the number of cores where absent. */
  readonly threads?: number;
  /** Told the share of the graph written, when it is written for the first time. */
  readonly progress?: (done: number) => void;
}

/** The engine that runs models as the package does by itself. */
export function transformersJs(
  { threads = navigator.hardwareConcurrency, progress = () => {} }: TransformersJsOptions = {},
): Engine {
  return {
    name: "transformers_js",
    hardware: (): Promise<Hardware> => readHardware("native", threads),
    async open(stack: Stack): Promise<Session> {
      const own = { cache: dense().name, decoder: plain.name, scheduler: oneAtATime.name };
      for (const slot of ["cache", "decoder", "scheduler"] as const) {
        if (stack[slot].name !== own[slot]) {
          throw new Unsupported(slot, `transformers.js has no ${stack[slot].name}`);
        }
      }
      const opening: PeerOpening = { stack, threads };
      const module = import.meta.resolve("./transformers_js_worker.ts");
      return Object.assign(await openModel(module, "fused", opening, progress), { greedyOnly: true });
    },
  };
}
