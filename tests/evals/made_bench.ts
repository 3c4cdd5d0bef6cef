/** A toy bench whose weights lie in a real file and are made by a maker, so that what they take and tell is recorded. */
import { type Engine, localModel, type Model, type SessionStats } from "../../engine/mod.ts";
import { openMade } from "../../engine/workbench/made.ts";
import type { Technique } from "../../techniques/mod.ts";
import { llamaFile, tinyLlama } from "../engine/tiny_llama.ts";
import { toyModel } from "../../engine/engines/toy.ts";
import { baseline, isInt8, type ToyBench, toyBench } from "./toy_bench.ts";

const MAKER = import.meta.resolve("./telling_maker.ts");
/** Bytes that its sessions tell: the file has 19,872 weights. */
export const BYTES = { base: 79_488, candidate: 19_872 };

/** A technique that says that the weights are made, in 8 bits. */
export const told: Technique = {
  name: "told8",
  slot: "model",
  claim: "equivalent",
  bottleneck: "memory-bandwidth",
  scope: "static",
  summary: "made up",
  source: "made up",
  transform: (stack) => {
    const precision = { bits: 8, block: 32, symmetric: true } as const;
    const params = { ...stack.model.params, body: precision, made: { name: "told", params: {} } };
    return { ...stack, model: { ...stack.model, params, maker: MAKER } };
  },
};

/** The bench; `folder` is where the file goes. */
export async function madeBench(folder: string, over: ToyBench = {}) {
  const file = `${folder}/tiny.gguf`;
  await Deno.writeFile(file, llamaFile(tinyLlama()));
  const { params: { weights } } = await localModel(file);
  const model: Model = { ...toyModel, file, params: { ...toyModel.params, weights } };
  const bench = toyBench(over);
  return { ...bench, baseline: { ...baseline, model }, engine: weighing(bench.engine) };
}

/** The same engine, which has weights made and tells how many bytes they take. */
function weighing(engine: Engine): Engine {
  return {
    ...engine,
    async open(stack) {
      (await openMade(stack.model, () => {}))[Symbol.dispose]();
      const session = await engine.open(stack);
      const weightBytes = isInt8(stack) ? BYTES.candidate : BYTES.base;
      const stats = async (): Promise<SessionStats> => ({ ...await session.stats(), weightBytes });
      return new Proxy(session, {
        get: (of, key) => {
          if (key === "stats") return stats;
          const value = Reflect.get(of, key);
          return typeof value === "function" ? value.bind(of) : value;
        },
      });
    },
  };
}
