/** Two sides on the toy engine and one manual clock: what a step costs on either is scripted, so a check is exact and instant. */
import { ManualClock, type Stack, uniform } from "../../../engine/mod.ts";
import type { ToyOptions } from "../../../engine/engines/toy.ts";
import {
  check,
  type CheckedRow,
  type Checking,
  LiveSide,
  planCheck,
  type Side,
  type Suite,
} from "../../../evals/mod.ts";
import { baseline, suite, timedEngine, toyInt8, workload } from "../toy_bench.ts";

export interface ToySide {
  readonly suite?: Partial<Suite>;
  /** How much longer a step of a stack takes than on the other side; 1 where absent. */
  readonly slower?: (stack: Stack) => number;
  readonly options?: (stack: Stack) => ToyOptions;
}

const CANDIDATES = { int8: [toyInt8] };

/** Both sides, and a check of them; `jitter`: deviation of a step's time, as a share. */
export function toyCheck(
  { base = {}, head = {}, jitter = 0.02, only = [], minutes = 60, seed = 1 }: {
    readonly base?: ToySide;
    readonly head?: ToySide;
    readonly jitter?: number;
    readonly only?: readonly string[];
    readonly minutes?: number;
    readonly seed?: number;
  },
): Checking & { readonly asked: string[] } {
  const clock = new ManualClock(1000);
  const asked: string[] = [];
  let step = 0;
  const sideOf = (
    arm: string,
    { suite: own = {}, slower = () => 1, options = () => ({}) }: ToySide,
  ): Side => {
    const engine = timedEngine(clock, (stack) => {
      const times = slower(stack);
      const onForward = (rows: number) => {
        const noise = (uniform(seed, step++) - 0.5) * Math.sqrt(12) * jitter;
        clock.advance((8 + rows / 4) * times * (1 + noise));
      };
      return { onForward, ...options(stack) };
    });
    const live = new LiveSide({ suite: suiteOf(own), engine, baseline, clock });
    return new Proxy<Side>(live, {
      get: (of, key: keyof Side) => (...args: unknown[]) => {
        asked.push(`${arm} ${key}`);
        return (of[key] as (...args: unknown[]) => unknown).apply(live, args);
      },
    });
  };
  return {
    suite: suiteOf(head.suite ?? {}),
    sides: { base: sideOf("base", base), head: sideOf("head", head) },
    margin: 0.05,
    only,
    budget: minutes * 60_000,
    clock,
    asked,
  };
}

const suiteOf = (over: Partial<Suite>) =>
  suite({ candidates: CANDIDATES, workloads: [workload({ requests: 1 })], ...over });

/** Every row of a check by its name. */
export async function rowsOf(checking: Checking): Promise<Readonly<Record<string, CheckedRow>>> {
  const rows: Record<string, CheckedRow> = {};
  for await (const row of check(checking, await planCheck(checking))) rows[row.name] = row;
  return rows;
}

/** The kind of each row by its name. */
export async function kindsOf(checking: Checking): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries(Object.entries(await rowsOf(checking)).map(([name, { kind }]) => [name, kind]));
}
