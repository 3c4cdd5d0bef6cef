/** The toy stack that contracts start from. */
import { dense, oneAtATime, plain, type Stack } from "../../engine/mod.ts";
import { toyModel } from "../../engine/engines/toy.ts";

export const baseline: Stack = { model: toyModel, cache: dense(), decoder: plain, scheduler: oneAtATime };
