/** The composition suite: a stack, each of its members alone, and the stack without each, so that gains can be told apart. */
import { techniques } from "../../techniques/mod.ts";
import type { Suite } from "../suite.ts";
import { suite as standard } from "./standard.ts";
import { withoutEach } from "./without_each.ts";

const { int8, prompt_lookup, prefix_cache, continuous_batching } = techniques;
const stack = [int8, prompt_lookup, prefix_cache, continuous_batching];

export const suite: Suite = {
  ...standard,
  name: "stack",
  summary: "a stack, each of its techniques alone, and the stack without each of them",
  candidates: {
    int8: [int8],
    prompt_lookup: [prompt_lookup],
    prefix_cache: [prefix_cache],
    continuous_batching: [continuous_batching],
    stack,
    ...withoutEach("stack", stack),
  },
};
