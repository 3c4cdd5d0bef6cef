/** How long a run should take: the tokens that it will read and write, at the rates that the baseline shows now. */
import { type Session, type Stack, systemClock } from "../engine/mod.ts";
import { charactersOf, take, tokensFor } from "../datasets/mod.ts";
import { asked, type Eval } from "./eval.ts";
import type { Planned } from "./plan.ts";
import type { Suite } from "./suite.ts";

/** Tokens per second. */
export interface Rates {
  readonly read: number;
  readonly write: number;
}

/** Tokens that something reads and writes. */
export interface Work {
  readonly read: number;
  readonly write: number;
}

/** Characters of English in one token, about. */
export const CHARACTERS_PER_TOKEN = 4;

/** Measures reading and writing on an open session; takes a second or two. */
export async function measureRates(session: Session): Promise<Rates> {
  const ids = session.tokenizer.encode(
    "The quick brown fox jumps over the lazy dog and runs away. ".repeat(20),
  ).slice(0, 256);
  const timed = async (run: () => AsyncIterable<unknown>) => {
    const start = systemClock.now();
    for await (const _ of run());
    return (systemClock.now() - start) / 1000;
  };
  const reading = () => session.score([{ id: "", context: ids.slice(0, 1), continuations: [ids.slice(1)] }]);
  const writing = () => session.generate([{ id: "", prompt: ids.slice(0, 32), maxTokens: 24, stop: [] }]);
  await timed(reading);
  return { read: ids.length / await timed(reading), write: 24 / await timed(writing) };
}

/** Seconds that each row should take, at the baseline's rates: an upper bound for rows that are faster. */
export async function estimateRows(
  rows: readonly Planned[],
  suite: Suite,
  rates: Rates,
): Promise<readonly number[]> {
  const seconds = ({ read, write }: Work) => read / rates.read + write / rates.write;
  const samples = new Map<Eval, number>();
  const known = new Set<string>();
  const costOf = async (e: Eval): Promise<number> => {
    const counted = samples.get(e);
    if (counted !== undefined) return counted;
    const drawn = await take(e.dataset, e.count, suite.seed);
    const cost = drawn.reduce((sum, sample) => sum + seconds(e.work(sample)), 0);
    samples.set(e, cost);
    return cost;
  };
  let race = 0;
  for (const workload of suite.workloads) {
    for (const prompt of await take(workload.prompts, workload.requests * suite.pairs, workload.seed)) {
      const read = charactersOf(prompt) / CHARACTERS_PER_TOKEN;
      race += 2 * seconds({ read, write: tokensFor(workload, prompt) });
    }
  }
  const costs: number[] = [];
  for (const row of rows) {
    const raced = row.blind === undefined && row.techniques.every(({ emulated }) => emulated === undefined);
    let cost = raced ? race : 0;
    for (const { base, candidate, evals } of row.steps) {
      for (const e of evals) {
        const key = (stack: Stack, again: string) => `${again}:${asked(e, stack)}`;
        const again = row.techniques.length === 0 ? row.trial.name : "";
        for (const one of e.streamed ? [] : [key(base, ""), key(candidate, again)]) {
          if (!known.has(one)) cost += await costOf(e);
          known.add(one);
        }
        if (e.streamed) cost += 2 * await costOf(e);
      }
    }
    costs.push(cost);
  }
  return costs;
}
