/** The tiny network under the engine's own loop, caches, decoders and schedulers, timed by a manual clock. */
import {
  type Engine,
  LiveSession,
  LoadedGraph,
  type ManualClock,
  openSlots,
  readHardware,
  type Session,
  type Stack,
  type Tokenizer,
  Unsupported,
} from "../../../engine/mod.ts";
import { tinyTokenizer } from "./tiny_model.ts";
import { TinyNetwork } from "./tiny_network.ts";
import type { TinyOptions } from "./tiny_options.ts";

/** How a stack is run. */
export interface Setting {
  readonly network?: TinyOptions;
  readonly tokenizer?: Tokenizer;
  /** Milliseconds of a step, and of each of its rows. */
  readonly cost?: { readonly step: number; readonly row: number };
  /** What is made of the session, for faults of those who read it. */
  readonly session?: (session: Session) => Session;
}

/** `per` gives the setting of a stack, by which a fault meets that stack alone. */
export function tinyEngine(clock: ManualClock, per: (stack: Stack) => Setting = () => ({})): Engine {
  return {
    name: "tiny",
    hardware: () => readHardware("tiny", 1),
    async open(stack: Stack): Promise<Session> {
      if (stack.model.name !== "tiny") {
        throw new Unsupported("model", `the tiny engine runs the tiny model only: found ${stack.model.name}`);
      }
      const { network, tokenizer = tinyTokenizer, cost = { step: 8, row: 0.25 }, session } = per(stack);
      const timed = new TimedNetwork(network, (rows) => clock.advance(cost.step + cost.row * rows));
      const slots = await openSlots(stack, {
        shape: timed.shape,
        model: stack.model,
        clock,
        network: () => Promise.reject(new Unsupported("model", "the tiny engine runs one network at a time")),
        program: (graph) => LoadedGraph.open(graph),
      });
      const live = new LiveSession(timed, tokenizer, slots, clock);
      return session?.(live) ?? live;
    },
  };
}

class TimedNetwork extends TinyNetwork {
  constructor(options: TinyOptions | undefined, private readonly ran: (rows: number) => void) {
    super(options);
  }

  override run(batch: Parameters<TinyNetwork["run"]>[0]): ReturnType<TinyNetwork["run"]> {
    this.ran(batch.tokens.length);
    return super.run(batch);
  }
}
