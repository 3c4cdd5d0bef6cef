/** Which side broke: what goes wrong on one is that side's, and ends the row and not the check. */
import { UserError } from "../../engine/mod.ts";
import type { Side } from "./side.ts";
import type { Sides } from "./outputs.ts";

export class Broken extends Error {
  override name = "Broken";
  constructor(readonly arm: "base" | "head", message: string) {
    super(message);
  }
}

/** The sides, telling which of them threw. A user's mistake stays one. */
export function answering(sides: Sides): Sides {
  return { base: told("base", sides.base), head: told("head", sides.head) };
}

function told(arm: "base" | "head", side: Side): Side {
  const guarded = async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new Broken(arm, error instanceof Error ? error.message : String(error));
    }
  };
  return {
    about: () => guarded(() => side.about()),
    open: (row) => guarded(() => side.open(row)),
    block: (workload, place) => guarded(() => side.block(workload, place)),
    answers: (name) => guarded(() => side.answers(name)),
    noise: (row, name) => guarded(() => side.noise(row, name)),
    regrets: (asked) => guarded(() => side.regrets(asked)),
    gate: (row) => guarded(() => side.gate(row)),
    close: () => guarded(() => side.close()),
  };
}
