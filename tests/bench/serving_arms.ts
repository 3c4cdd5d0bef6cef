/** What serving_child.ts measures on: stacks of the real model, and arms in turns over the same requests. */
import {
  compose,
  defaultModel,
  dense,
  drive,
  type Driven,
  oneAtATime,
  onnxEngine,
  plain,
  ratioOf,
  type Session,
  type Stack,
  systemClock,
  take,
  type Technique,
  tokensFor,
  toRequest,
  type Workload,
} from "../../mod.ts";

export type Ratio = ReturnType<typeof ratioOf>;

const engine = onnxEngine({ backend: "native" });
export const base: Stack = {
  model: await defaultModel(),
  cache: dense(),
  decoder: plain,
  scheduler: oneAtATime,
};
export const stackOf = async (...techniques: Technique[]) => (await compose(base, techniques)).at(-1)!;
export const openWith = async (...techniques: Technique[]) => await engine.open(await stackOf(...techniques));
export const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
/** Blocks of a workload in all sessions, each round with prompts of its own and in an order of its own. */
export async function inTurns(
  sessions: Readonly<Record<string, Session>>,
  workload: Workload,
  rounds: number,
) {
  const { requests, seed } = workload;
  const prompts = await take(workload.prompts, rounds * requests + 1, seed);
  const ask = async (session: Session, round: number): Promise<Driven> => {
    const own = prompts.slice(round * requests, (round + 1) * requests)
      .map((prompt) => toRequest(session, prompt, tokensFor(workload, prompt)));
    return await drive(session, own, workload.arrival, systemClock);
  };
  const names = Object.keys(sessions);
  for (const session of Object.values(sessions)) await ask(session, rounds);
  const found: Record<string, Driven[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const i of names.keys()) {
      const name = names[(i + round) % names.length]!;
      console.error(`${workload.name}, round ${round + 1} of ${rounds}: ${name}`);
      found[name]!.push(await ask(sessions[name]!, round));
    }
  }
  return found;
}

export const rateOf = ({ block: { timings, duration } }: Driven) =>
  timings.reduce((sum, { tokens }) => sum + tokens.length, 0) / duration * 1000;
export const ratio = (above: readonly number[], below: readonly number[]) =>
  ratioOf(above.map((value, i) => Math.log(value / below[i]!)), 1);
