/** The stacks that server_bench.ts serves: the default model with techniques over it. */
import {
  compose,
  defaultModel,
  dense,
  oneAtATime,
  plain,
  type Stack,
  type Technique,
  techniques,
} from "../../mod.ts";

export type TechniqueName = keyof typeof techniques;

/** What every server here does: requests join each other's steps, and what prompts begin with alike is computed once. */
export const SERVING: readonly TechniqueName[] = ["prefix_cache", "continuous_batching"];

export async function stackOf(names: readonly TechniqueName[]): Promise<Stack> {
  const base: Stack = {
    model: await defaultModel(),
    cache: dense(),
    decoder: plain,
    scheduler: oneAtATime,
  };
  const chosen: readonly Technique[] = names.map((name) => techniques[name]);
  return (await compose(base, chosen)).at(-1)!;
}
