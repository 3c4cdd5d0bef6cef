/** Tokens a second of batchers and of whole stacks, for serving_child.ts. */
import {
  continuousBatching,
  type Engine,
  staticBatch,
  techniques,
  type Transcript,
  transformersJs,
} from "../../mod.ts";
import { base, inTurns, mean, openWith, rateOf, type Ratio, ratio } from "./serving_arms.ts";
import { mixedLengths, offlineChat, SEQUENCES } from "./serving_workloads.ts";

/** Tokens a second of each batcher over one at a time, and answers that are not those of one at a time. */
export interface Batched {
  readonly tokensPerSecond: Readonly<Record<string, number>>;
  /** Of continuous batching over each other arm. */
  readonly over: Readonly<Record<string, Ratio>>;
  readonly answers: number;
  readonly differing: number;
  /** The largest margin at which an answer parted; 0 where none did. */
  readonly margin: number;
}

/** Tokens a second of 32-bit floats one at a time, of passing techniques, and of what they come to together. */
export interface Stacked {
  readonly tokensPerSecond: Readonly<Record<string, number>>;
  /** Of each arm over ours one at a time, and over transformers.js. */
  readonly overAlone: Readonly<Record<string, Ratio>>;
  readonly overPeer: Readonly<Record<string, Ratio>>;
}

export async function batching(rounds: number): Promise<Batched> {
  const peer: Engine = transformersJs();
  await using alone = await openWith();
  await using theirs = await peer.open(base);
  await using gathered = await openWith(staticBatch({ sequences: SEQUENCES }));
  await using continuous = await openWith(continuousBatching({ sequences: SEQUENCES, rows: 512 }));
  const found = await inTurns(
    {
      one_at_a_time: alone,
      transformers_js: theirs,
      static_batch: gathered,
      continuous_batching: continuous,
    },
    mixedLengths,
    rounds,
  );
  const rates = Object.fromEntries(Object.entries(found).map(([name, all]) => [name, all.map(rateOf)]));
  const own = rates.continuous_batching!;
  const parted: { readonly answer: Transcript; readonly at: number }[] = [];
  let answers = 0;
  for (const [round, { transcripts }] of found.one_at_a_time!.entries()) {
    for (const [id, answer] of transcripts) {
      for (const name of ["static_batch", "continuous_batching"]) {
        answers++;
        const other = found[name]![round]!.transcripts.get(id)!;
        const at = answer.tokens.findIndex((token, i) => other.tokens[i] !== token);
        if (at >= 0) parted.push({ answer, at });
      }
    }
  }
  return {
    tokensPerSecond: Object.fromEntries(Object.entries(rates).map(([name, all]) => [name, mean(all)])),
    over: Object.fromEntries(
      Object.entries(rates).filter(([name]) => name !== "continuous_batching")
        .map(([name, all]) => [name, ratio(own, all)]),
    ),
    answers,
    differing: parted.length,
    margin: Math.max(0, ...parted.map(({ answer, at }) => answer.margins[at]!)),
  };
}

/** The stacks whose quality quantizer_bench.ts found within the margin, and their members alone. */
export async function stacked(rounds: number): Promise<Stacked> {
  const batched = continuousBatching({ sequences: offlineChat.requests, rows: 512 });
  const { int8, smoothquant } = techniques;
  await using alone = await openWith();
  await using theirs = await transformersJs().open(base);
  await using eight = await openWith(int8);
  await using smooth = await openWith(smoothquant);
  await using continuous = await openWith(batched);
  await using both = await openWith(int8, batched);
  await using smoothBatched = await openWith(smoothquant, batched);
  const arms = {
    one_at_a_time: alone,
    transformers_js: theirs,
    int8: eight,
    smoothquant: smooth,
    continuous_batching: continuous,
    int8_and_continuous_batching: both,
    smoothquant_and_continuous_batching: smoothBatched,
  };
  const found = await inTurns(arms, offlineChat, rounds);
  const rates = Object.fromEntries(Object.entries(found).map(([name, all]) => [name, all.map(rateOf)]));
  const over = (below: keyof typeof arms) =>
    Object.fromEntries(
      Object.entries(rates).filter(([name]) => name !== below)
        .map(([name, all]) => [name, ratio(all, rates[below]!)]),
    );
  return {
    tokensPerSecond: Object.fromEntries(Object.entries(rates).map(([name, all]) => [name, mean(all)])),
    overAlone: over("one_at_a_time"),
    overPeer: over("transformers_js"),
  };
}
