/** What every candidate is asked, and the load that it is timed under. */
import type { Request, Session } from "../../../engine/mod.ts";
import type { Sample, Workload } from "../../../datasets/mod.ts";
import {
  cloze,
  drafts,
  type Eval,
  generated,
  logitKl,
  multipleChoice,
  perplexity,
  sampled,
  served,
  tokenMatch,
} from "../../../evals/mod.ts";
import {
  adaptedTexts,
  choices,
  longTexts,
  openings,
  passages,
  prompts,
  shortTexts,
  type Texts,
} from "./data.ts";

/** What every candidate is asked, over texts of the baseline's network. */
// deno-lint-ignore no-explicit-any
export const evalsOf = ({ short, long }: Texts): readonly Eval<any, any>[] => [
  perplexity(short, { count: 40, tokens: 40 }),
  perplexity(long, { count: 20, tokens: 304 }),
  logitKl(short, { count: 20, tokens: 40 }),
  multipleChoice(choices, { count: 320, judged: "acc", chance: 0.25 }),
  cloze(passages, { count: 320 }),
  tokenMatch(prompts, { count: 16, tokens: 24 }),
  served(short, { count: 20, tokens: 40 }),
  served(long, { count: 20, tokens: 304 }),
  adapted(served(adaptedTexts, { count: 48, tokens: 40 })),
  sampled(openings, { count: 6, draws: 48, tokens: 4 }),
  generated(prompts, { count: 24, tokens: 48 }),
  drafts(prompts, { count: 16, tokens: 48 }),
];

export const evals = evalsOf({ short: shortTexts, long: longTexts });

export const workloads: readonly Workload[] = [{
  name: "clients",
  summary: "four clients, prompts of mixed length",
  prompts,
  arrival: { kind: "closed", clients: 4 },
  requests: 10,
  maxTokens: 24,
  seed: 5,
}];

/** The eval with each sample asked of the adapter that its first slice names; neighbours are asked of none. */
function adapted<S extends Sample, A>(e: Eval<S, A>): Eval<S, A> {
  return {
    ...e,
    ask(session, samples) {
      const adapters = new Map(samples.map(({ id, slices }) => [id, slices[0]!]));
      return e.ask({
        tokenizer: session.tokenizer,
        context: session.context,
        generate: (requests) => session.generate(named(requests, adapters)),
        score: (items) => session.score(items),
        stats: () => session.stats(),
        [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
      }, samples);
    },
  };
}

async function* named(
  requests: Parameters<Session["generate"]>[0],
  adapters: ReadonlyMap<string, string>,
): AsyncIterable<Request> {
  for await (const request of requests) {
    const adapter = adapters.get(request.id);
    yield adapter === undefined ? request : { ...request, adapter };
  }
}
