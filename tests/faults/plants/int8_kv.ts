/** The technique that holds K/V in 8 bits over whatever cache is beneath, as one of the plants does. */
import type { Stack } from "../../../engine/mod.ts";
import type { Technique } from "../../../techniques/mod.ts";
import { slotted } from "../rig/bench.ts";

/** `plant`: the file of the cache; `about`: what else it is told of the stack beneath. */
export function int8Kv(
  plant: string,
  faulty: boolean,
  about: (stack: Stack) => Stack["cache"]["params"] = () => ({}),
): Technique {
  const module = new URL(`./${plant}.ts`, import.meta.url).href;
  return {
    ...slotted("cache", module, "equivalent"),
    name: "int8_kv",
    transform(stack) {
      const params = { tokens: 8192, inner: stack.cache.name, faulty, ...about(stack) };
      return { ...stack, cache: { name: "int8_kv", params, module } };
    },
    engaged: ({ quantizedRows = 0 }) => quantizedRows > 0,
  };
}
