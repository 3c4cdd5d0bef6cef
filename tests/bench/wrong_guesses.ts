/** A decoder for decoder_bench.ts that guesses what never comes, so that each step verifies as many rows as it is told. */
import { chain, type DecoderLive, oneByOne } from "../../mod.ts";

interface Params extends Record<string, number> {
  readonly token: number;
}

/** The recipe; `token` must be one that no answer holds. */
export const wrongGuesses = (params: Params) => ({ name: "wrong", params, module: import.meta.url });

/** Opens the decoder: the rows of a step are what the request's tenant says. */
export function open({ token }: Params): DecoderLive {
  return {
    propose: oneByOne(({ request: { tenant = "1" } }, room) =>
      chain(Array(Math.min(room, Number(tenant) - 1)).fill(token))
    ),
  };
}
