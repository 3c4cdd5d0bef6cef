/**
 * A deterministic engine without weights, for tests: a row's logits depend on every token and position it can see,
 * read back from the K/V it is given, so that any fault of a cache, decoder or scheduler changes the answer.
 */
import type { KvView } from "../cache.ts";
import { type Clock, systemClock } from "../clock.ts";
import { type Engine, type Session, Unsupported } from "../engine.ts";
import { readHardware } from "../hardware.ts";
import { type Batch, type Forward, type Network, type NetworkShape, spans } from "../network.ts";
import { LiveSession, openSlots } from "../session.ts";
import type { Stack } from "../stack.ts";
import type { Message, Tokenizer } from "../tokenizer.ts";
import { LoadedGraph } from "../workbench/loaded_graph.ts";

const VOCABULARY = 64;

export interface ToyOptions {
  readonly clock?: Clock;
  /** Called before each step, e.g. to move a manual clock by the cost of its rows. */
  readonly onForward?: (rows: number) => void;
  /** Changes logits in place, e.g. to plant a fault or to stand for quantization noise. */
  readonly distort?: (logits: Float32Array, row: number, batch: Batch) => void;
}

/** The engine; it honours every slot except quantized weights. */
export function toyEngine(options: ToyOptions = {}): Engine {
  return {
    name: "toy",
    hardware: () => readHardware("toy", 1),
    async open(stack: Stack): Promise<Session> {
      if (stack.model.name !== "toy") {
        throw new Unsupported("model", `the toy engine runs the toy model only: found ${stack.model.name}`);
      }
      const network = new ToyNetwork(options);
      const clock = options.clock ?? systemClock;
      const slots = await openSlots(stack, {
        shape: network.shape,
        model: stack.model,
        clock,
        network: () => Promise.resolve(new ToyNetwork()),
        program: (graph) => LoadedGraph.open(graph),
      });
      return new LiveSession(network, toyTokenizer, slots, clock);
    },
  };
}

/** The toy engine's model recipe. */
export const toyModel = {
  name: "toy",
  params: { weights: "0".repeat(64), stored: "none", body: { bits: 32 }, head: { bits: 32 } },
  file: "",
} as const;

/** One token a character; the answer to any text is gibberish with a habit of repeating itself. */
export const toyTokenizer: Tokenizer = {
  vocabulary: VOCABULARY,
  bos: 1,
  eos: 2,
  encode: (text) => Array.from(text, (char) => 3 + char.codePointAt(0)! % (VOCABULARY - 3)),
  decode: (ids) => ids.map((id) => String.fromCodePoint(0x41 + id)).join(""),
  chat: (messages: readonly Message[]) => toyTokenizer.encode(messages.map((m) => m.content).join("\n")),
};

export class ToyNetwork implements Network {
  readonly shape: NetworkShape = {
    layers: 1,
    kvHeads: 1,
    headDim: 2,
    vocabulary: VOCABULARY,
    width: 1,
    context: 512,
  };

  constructor(private readonly options: ToyOptions = {}) {}

  forward(batch: Batch): Promise<Forward> {
    this.options.onForward?.(batch.tokens.length);
    const rows = batch.tokens.length;
    const kv = new Float32Array(rows * 4);
    const hashes = new Array<number>(rows);
    for (const span of spans(batch)) {
      const past = readPast(batch.past[span.sequence]!);
      for (let row = span.from; row < span.to; row++) {
        const parent = batch.parent ? batch.parent[row]! : row === span.from ? -1 : row - 1;
        const before = parent < 0 ? past : hashes[parent]!;
        hashes[row] = mix(before, batch.tokens[row]!, batch.positions[row]!);
        const [token, position] = [batch.tokens[row]!, batch.positions[row]!];
        kv.set([token, position, token + 0.5, position + 0.5], row * 4);
      }
    }
    const logits = new Float32Array(batch.want.length * VOCABULARY);
    batch.want.forEach((row, i) => {
      const line = logits.subarray(i * VOCABULARY, (i + 1) * VOCABULARY);
      for (let v = 0; v < VOCABULARY; v++) line[v] = (mix(hashes[row]!, v, 7) >>> 8) / 2 ** 24;
      // A habit: mostly the same word follows another, wherever it stands.
      line[3 + (batch.tokens[row]! * 7 + 1) % 23]! += 0.9;
      this.options.distort?.(line, row, batch);
    });
    if (!batch.features) return Promise.resolve({ logits, kv });
    return Promise.resolve({
      logits,
      kv,
      features: Float32Array.from(hashes, (hash) => (hash >>> 8) / 2 ** 24),
    });
  }

  logSumExp(logits: Float32Array): Promise<Float32Array> {
    return Promise.resolve(Float32Array.from({ length: logits.length / VOCABULARY }, (_, row) => {
      let sum = 0;
      for (let v = 0; v < VOCABULARY; v++) sum += Math.exp(logits[row * VOCABULARY + v]!);
      return Math.log(sum);
    }));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

function readPast(view: KvView): number {
  const k = new Float32Array(view.length * 2);
  const v = new Float32Array(view.length * 2);
  view.copy(0, 0, 0, view.length, k, 0, k.length);
  view.copy(0, 1, 0, view.length, v, 0, v.length);
  let hash = 0;
  for (let row = 0; row < view.length; row++) hash = mix(hash, k[row * 2]!, v[row * 2 + 1]! - 0.5);
  return hash;
}

function mix(hash: number, token: number, position: number): number {
  let h = Math.imul(hash ^ token, 0x9e3779b1) ^ Math.imul(position + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0xc2b2ae35);
  return (h ^ (h >>> 13)) >>> 0;
}
