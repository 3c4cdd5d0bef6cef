/** Sequences that ask for guesses, each with so much room. */
import type { Asking, KvView } from "../../../engine/mod.ts";

export const asking = (...rooms: readonly number[]): readonly Asking[] =>
  rooms.map((room, i) => ({
    sequence: {
      request: { id: `${i}`, prompt: [1], maxTokens: 99, stop: [] },
      tokens: [1, 2],
      prompted: 1,
    },
    room,
    past: {} as KvView,
  }));
