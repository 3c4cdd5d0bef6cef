/**
 * Prompt lookup decoding (Saxena, 2023; also n-gram speculation): the longest suffix of the text that occurred before
 * proposes the tokens that followed it then. Where guesses keep failing the draft shrinks, down to nothing.
 */
import { chain, type DecoderLive, NO_DRAFT, oneByOne, type Sequence, type Stack } from "../../engine/mod.ts";
import type { Technique } from "../technique.ts";

interface Params extends Record<string, number> {
  /** Longest suffix that is looked up. */
  readonly longest: number;
  readonly shortest: number;
  /** Guesses in one step at most. */
  readonly guesses: number;
}

/** The technique, for suffixes of `shortest` to `longest` tokens and `guesses` guesses. */
export function promptLookup(params: Params = { longest: 4, shortest: 2, guesses: 7 }): Technique {
  return {
    name: "prompt_lookup",
    slot: "decoder",
    claim: "identical",
    bottleneck: "sequential-decode",
    scope: "per-request",
    summary:
      "Guesses the next tokens from the last place where the same words occurred, and verifies them in one step.",
    source: "Saxena, Prompt Lookup Decoding, 2023; Leviathan et al., ICML 2023",
    engaged: (counters) => (counters.accepted ?? 0) > 0,
    transform: (stack: Stack): Stack => ({
      ...stack,
      decoder: { name: "prompt_lookup", params, module: import.meta.url },
    }),
  };
}

interface State {
  /** Where each n-gram last ended, by its text. */
  readonly ends: Map<string, number>;
  indexed: number;
  /** Guesses allowed now; follows what was accepted. */
  allowed: number;
  /** Steps to sit out after guesses failed. */
  pause: number;
  failures: number;
}

/** Opens the decoder. */
export function open({ longest, shortest, guesses }: Params): DecoderLive {
  const states = new Map<string, State>();
  const stateOf = ({ request: { id } }: Sequence): State => {
    const fresh = { ends: new Map(), indexed: 0, allowed: guesses, pause: 0, failures: 0 };
    const state = states.get(id) ?? fresh;
    states.set(id, state);
    return state;
  };
  return {
    propose: oneByOne((sequence, room) => {
      const state = stateOf(sequence);
      const { tokens } = sequence;
      // The last n-gram is looked up before it is indexed, so that it cannot match itself.
      for (; state.indexed < tokens.length - 1; state.indexed++) {
        for (let n = shortest; n <= longest; n++) {
          const end = state.indexed + 1;
          if (end >= n) state.ends.set(key(tokens, end - n, end), end);
        }
      }
      if (state.pause > 0) {
        state.pause--;
        return NO_DRAFT;
      }
      for (let n = Math.min(longest, tokens.length); n >= shortest; n--) {
        const end = state.ends.get(key(tokens, tokens.length - n, tokens.length));
        if (end === undefined) continue;
        return chain(tokens.slice(end, end + Math.min(room, state.allowed)));
      }
      return NO_DRAFT;
    }),
    observe(sequence, offered, accepted) {
      const state = stateOf(sequence);
      if (accepted === offered) state.allowed = Math.min(guesses, state.allowed * 2);
      else state.allowed = Math.max(2, accepted + 1);
      state.failures = accepted === 0 ? state.failures + 1 : 0;
      state.pause = state.failures < 2 ? 0 : Math.min(16, 2 ** state.failures);
    },
    finish: ({ request: { id } }) => void states.delete(id),
  };
}

function key(tokens: readonly number[], from: number, to: number): string {
  return tokens.slice(from, to).join(",");
}
