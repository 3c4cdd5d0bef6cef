/** Faults of those who ask and read: answers that are not the candidate's, scores of something else, uneven arms. */
import { assert, assertEquals } from "@std/assert";
import { oneAtATime, type Scored, type ScoreItem, type Session, type Stack } from "../../engine/mod.ts";
import { continuousBatching, type Technique } from "../../techniques/mod.ts";
import {
  assertAccepted,
  assertRefused,
  baseline,
  evals,
  gate,
  has,
  type Plant,
  quantized,
  refusedBy,
  rewritten,
  slotted,
} from "./rig/bench.ts";
import { butFor } from "../evals/but_for.ts";
import { pack, unpack } from "./rig/groups.ts";
import type { TinyOptions } from "./rig/tiny_options.ts";
import { EOS } from "./rig/tiny_weights.ts";

const plant = (name: string) => new URL(`./plants/${name}.ts`, import.meta.url).href;

const fourBits: TinyOptions["weights"] = ({ name }, values) =>
  /^(attn_[qkvo]|ffn_[gud])/.test(name) ? unpack(pack(values)) : values;
const int4: Plant = { techniques: [quantized(4)], candidate: { network: { weights: fourBits } } };

type Asked = (typeof evals)[number];

Deno.test("EV-01: answers are kept without the model that gave them", async () => {
  /** Asks for what is not yet known by its key; `owner` says whose answers they are. */
  const keeping = (owner: (session: Session) => object) => (e: Asked): Asked => {
    const known = new WeakMap<object, Map<string, unknown>>();
    return {
      ...e,
      async *ask(session, samples) {
        const own = known.get(owner(session)) ?? new Map<string, unknown>();
        known.set(owner(session), own);
        const left = samples.filter(({ id }) => !own.has(id));
        if (left.length > 0) { for await (const { id, answer } of e.ask(session, left)) own.set(id, answer); }
        for (const { id } of samples) yield { id, answer: own.get(id) };
      },
    };
  };
  const worse: TinyOptions["weights"] = ({ layer, name }, values) =>
    layer === 0 && name === "attn_v" ? values.map((value) => value / 2) : values;
  const everyone = {};
  const shared = evals.map(keeping(() => everyone));
  const outcome = await gate({
    techniques: [quantized(8)],
    candidate: { network: { weights: worse } },
    base: {},
    evals: shared,
  });
  assertRefused(outcome, /^void: answers to short_nll came without the engine/);
  assertAccepted(await gate({ ...int4, base: {}, evals: evals.map(keeping((session) => session)) }));
});

/** Scores read in padded batches of `size` items; `like` puts items of one length together. */
function batched(size: number, like: boolean, read: (scored: Scored, padded: boolean) => Scored) {
  return (session: Session): Session =>
    butFor(session, {
      async *score(asked) {
        const lengthOf = ({ context, continuations }: ScoreItem) => context.length + continuations[0]!.length;
        let left = [...asked];
        while (left.length > 0) {
          const alike = like ? left.filter((item) => lengthOf(item) === lengthOf(left[0]!)) : left;
          const batch = alike.slice(0, size);
          left = left.filter((item) => !batch.includes(item));
          const longest = Math.max(...batch.map(lengthOf));
          const padding = new Map(batch.map((item) => [item.id, lengthOf(item) < longest]));
          const items = batch.map((item) => ({
            ...item,
            continuations: item.continuations.map((one) => (padding.get(item.id) ? [...one, EOS] : one)),
          }));
          for await (const scored of session.score(items)) yield read(scored, padding.get(scored.id)!);
        }
      },
    });
}

/** Without the padding's place. */
const masked = (scored: Scored, padded: boolean): Scored => {
  if (!padded) return scored;
  const cut = (values: readonly Float32Array[]) => values.map((one) => one.slice(0, -1));
  const { logProbs, tops, distributions } = scored;
  const width = distributions ? distributions[0]!.length / logProbs[0]!.length : 0;
  return {
    ...scored,
    logProbs: cut(logProbs),
    tops: cut(tops),
    ...(distributions ? { distributions: distributions.map((rows) => rows.slice(0, -width)) } : {}),
  };
};

/** The padding's log-probability is added to the last token's. */
const tooLong = (scored: Scored, padded: boolean): Scored => {
  const own = masked(scored, padded);
  if (!padded) return own;
  const logProbs = own.logProbs.map((values, c) =>
    values.map((value, i) => (i === values.length - 1 ? value + scored.logProbs[c]!.at(-1)! : value))
  );
  return { ...own, logProbs };
};

const reading = (session: (session: Session) => Session): Plant => ({
  ...int4,
  candidate: { network: { weights: fourBits }, session },
  base: { session },
});

Deno.test("EV-02 (pair): the mask of a batch of scores is one too long for its shorter rows", async () => {
  assertAccepted(await gate(reading(batched(1, false, tooLong))));
  assertAccepted(await gate(reading(batched(8, true, tooLong))));
  assertAccepted(await gate(reading(batched(8, false, masked))));
  assertRefused(
    await gate(reading(batched(8, false, tooLong))),
    /^void: the baseline's scores are not those of its own answers/,
  );
});

Deno.test("EV-03: logits are scored against the token they saw", async () => {
  const unshifted = (by: 0 | 1) => (session: Session) =>
    butFor(session, {
      async *score(asked) {
        const wanted = new Map<string, ScoreItem>();
        const items = [...asked].map((item) => {
          wanted.set(item.id, item);
          return {
            ...item,
            distributions: true,
            continuations: item.continuations.map((one) => [...one, EOS]),
          };
        });
        for await (const { id, tops, distributions } of session.score(items)) {
          const { continuations, distributions: asked } = wanted.get(id)!;
          const width = distributions![0]!.length / tops[0]!.length;
          yield {
            id,
            logProbs: continuations.map((one, c) =>
              Float32Array.from(one, (token, i) => distributions![c]![(i + by) * width + token]!)
            ),
            tops: tops.map((values) => values.slice(by, values.length - 1 + by)),
            ...(asked
              ? {
                distributions: distributions!.map((rows) =>
                  rows.slice(by * width, rows.length - (1 - by) * width)
                ),
              }
              : {}),
          };
        }
      },
    });
  assertAccepted(await gate(reading(unshifted(0))));
  assertRefused(
    await gate(reading(unshifted(1))),
    /^void: the baseline's scores are not those of its own answers/,
  );
});

Deno.test("EV-08 (pair): the model's own file sets a penalty that no request asked for", async () => {
  const file = rewritten("generation_config", "identical");
  const decoder = (faulty: boolean): Technique => ({
    ...slotted("decoder", plant("ev_08_defaults")),
    transform: (stack: Stack) => {
      const penalty = faulty && has(stack, "generation_config") ? 1.1 : 1;
      return {
        ...stack,
        decoder: { name: "defaults", params: { penalty }, module: plant("ev_08_defaults") },
      };
    },
  });
  assertAccepted(await gate({ techniques: [file] }));
  assertAccepted(await gate({ techniques: [decoder(true)] }));
  assertAccepted(await gate({ techniques: [file, decoder(false)] }));
  assertRefused(await gate({ techniques: [file, decoder(true)] }), /openings_sampled repeats/);
});

/** Rows of a kernel's tile. */
const TILE = 32;

Deno.test("EV-10 (pair): only the candidate reads its prompt in one go, where a kernel is wrong", async () => {
  /** The last tile of a long prompt, where it is not full, does not see the tile before it. */
  const kernel: TinyOptions = {
    attention: {
      sees: (seen, { batch, fresh, index, past }) => {
        const last = fresh - fresh % TILE;
        if (batch.logitsOnly || fresh <= TILE || index < last) return seen;
        return seen.filter((key) => key < past + last - TILE || key >= past + last);
      },
    },
  };
  const chunked: Stack = {
    ...baseline,
    scheduler: { name: "chunks", params: { rows: TILE }, module: plant("ev_10_chunks") },
  };
  const whole = slotted("scheduler", oneAtATime.module);
  const of = (network: TinyOptions, beneath: Stack, ...techniques: readonly Technique[]) =>
    gate({
      techniques,
      candidate: (stack) => ({
        network: { ...network, ...(stack.model.params.body.bits === 4 ? { weights: fourBits } : {}) },
      }),
      base: { network },
      baseline: beneath,
    });
  assertAccepted(await of({}, chunked, whole, quantized(4)));
  assertAccepted(await of(kernel, chunked, quantized(4)));
  const outcome = await of(kernel, chunked, whole, quantized(4));
  assertRefused(outcome, /long_served off/);
  assert(outcome.kind === "rejected");
  const own = outcome.verdict.checks.filter(({ against }) => against === whole.name);
  assertEquals(own.filter(({ decision }) => decision === "fail"), [], "the weights are not to blame");
  assert(own.length > 0);
  assertRefused(
    await of(kernel, baseline, continuousBatching({ sequences: 4, rows: TILE })),
    /^void: the baseline's scores are not those of its own answers/,
  );
});

Deno.test("EV-11: a decoder is asked what never enters it", async () => {
  const decoder = (faulty: boolean, claim: Technique["claim"] = "identical") =>
    slotted("decoder", plant("ev_11_early_exit"), claim, { faulty });
  const likelihoods = evals.filter(({ sees }) => sees.every((slot) => slot === "model"));
  const outcome = await gate({ techniques: [decoder(true)], evals: likelihoods });
  assertEquals(refusedBy(outcome), ["void: no configured eval that is judged sees the decoder slot"]);
  const boasting = likelihoods.map((e): Asked => ({ ...e, sees: ["model", "decoder"] }));
  assertRefused(
    await gate({ techniques: [decoder(true, "equivalent")], evals: boasting }),
    /^void: short_nll is said to see the decoder slot, and had no token of it/,
  );
  assertRefused(await gate({ techniques: [decoder(true)] }), /prompts_match divergent/);
  assertAccepted(await gate({ techniques: [decoder(false)] }));
});

Deno.test("CT-06: sums come out otherwise in batches of another size", async () => {
  const network: TinyOptions = {
    logits: (logits, { batch }) => {
      for (let i = 0; i < logits.length; i++) {
        logits[i]! += 0.01 * Math.sin(i * 12.9898 + batch.tokens.length * 78.233);
      }
    },
  };
  const base = { network };
  assertAccepted(await gate({ techniques: [], base }));
  const batching = continuousBatching({ sequences: 5, rows: 96 });
  assertAccepted(await gate({ techniques: [batching], candidate: base, base }));
  assertAccepted(await gate({ ...int4, candidate: { network: { ...network, weights: fourBits } }, base }));
});
