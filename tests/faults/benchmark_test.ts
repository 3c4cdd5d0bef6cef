/** Faults of those who time: what was counted, when clocks started, what counts as an answer, and on which prompts. */
import { assert, assertThrows } from "@std/assert";
import type { Request, Session } from "../../engine/mod.ts";
import {
  type ArmSpeed,
  type Block,
  type Outcome,
  percentiles,
  ratioOf,
  type Timing,
  type WorkloadSpeed,
  workloadSpeed,
} from "../../evals/mod.ts";
import { admit } from "../../results/door.ts";
import { promptLookup } from "../../techniques/mod.ts";
import { assertAccepted, assertRefused, gate, type Plant, quantized, workloads } from "./rig/bench.ts";
import { prompts } from "./rig/data.ts";
import { butFor } from "../evals/but_for.ts";
import { pack, unpack } from "./rig/groups.ts";
import type { TinyOptions } from "./rig/tiny_options.ts";
import { EOS } from "./rig/tiny_weights.ts";

const fourBits: TinyOptions["weights"] = ({ name }, values) =>
  /^(attn_[qkvo]|ffn_[gud])/.test(name) ? unpack(pack(values)) : values;

/** A candidate that is right, as a session tells it. */
const told = (session?: (session: Session) => Session): Plant => ({
  techniques: [quantized(4)],
  candidate: { network: { weights: fourBits }, ...(session ? { session } : {}) },
});

type Recorded = Extract<Outcome, { readonly kind: "recorded" }>;

async function recorded(plant: Plant): Promise<Recorded> {
  const outcome = await gate(plant);
  assertAccepted(outcome);
  return outcome as Recorded;
}
const plain = recorded(told());

/** The outcome as it comes to the store's door, its workloads' figures worked out in another way. */
const figured = (outcome: Recorded, figure: (speed: WorkloadSpeed) => WorkloadSpeed): Recorded => ({
  ...outcome,
  speed: { ...outcome.speed, workloads: outcome.speed.workloads.map(figure) },
});

/** Figures of both arms by another reckoning of each request, or block. */
const byArm =
  (figure: (timings: readonly Timing[], arm: ArmSpeed) => Partial<ArmSpeed>) => (speed: WorkloadSpeed) => {
    const of = (arm: Block["arm"]) => {
      const timings = speed.blocks.filter((block) => block.arm === arm).flatMap((block) => block.timings);
      return { ...speed[arm], ...figure(timings, speed[arm]) };
    };
    return { ...speed, base: of("base"), candidate: of("candidate") };
  };

Deno.test("BE-01 (pair): chunks of a stream that brings several tokens at once are counted as tokens", async () => {
  const byChunk = byArm((timings) => ({
    tpot: percentiles(timings.map(({ tokens }) => {
      const chunks = [...new Set(tokens)];
      return (chunks.at(-1)! - chunks[0]!) / (chunks.length - 1);
    })),
  }));
  const drafting = await recorded({ techniques: [promptLookup()] });
  admit(figured(await plain, byChunk));
  admit(drafting);
  assertThrows(() => admit(figured(drafting, byChunk)), Error, "its tpot p50 is");
  const countingChunks = (session: Session) => {
    let chunks = 0;
    return butFor(session, {
      async *generate(requests) {
        for await (const emission of session.generate(requests)) {
          chunks++;
          yield emission;
        }
      },
      async stats() {
        const { counters, addedBytes } = await session.stats();
        return { counters: { ...counters, tokens: chunks }, addedBytes };
      },
    });
  };
  assertAccepted(await gate(told(countingChunks)));
  assertRefused(
    await gate({ techniques: [promptLookup()], candidate: { session: countingChunks } }),
    /^void: clients, candidate, block 1: the engine counted \d+ tokens where 240 came/,
  );
});

/** Tokens that a reader of the stream does not see. */
const HIDDEN = 8;

Deno.test("BE-02: tokens that a parser withholds are charged to the first that is seen", async () => {
  const parsing = (withheld: number) => (session: Session) =>
    butFor(session, {
      async *generate(requests) {
        const open = new Set<string>();
        const held = new Map<
          string,
          { readonly tokens: readonly number[]; readonly margins: readonly number[] }
        >();
        for await (const emission of session.generate(requests)) {
          const { id, finish, scored } = emission;
          const before = held.get(id) ?? { tokens: [], margins: [] };
          const tokens = [...before.tokens, ...emission.tokens];
          const margins = [...before.margins, ...emission.margins];
          const seen = open.has(id) || tokens.length > withheld || finish !== undefined ||
            scored !== undefined;
          held.set(id, seen ? { tokens: [], margins: [] } : { tokens, margins });
          if (seen) open.add(id);
          if (seen) yield { ...emission, tokens, margins };
        }
      },
    });
  assertAccepted(await gate(told(parsing(0))));
  assertRefused(
    await gate(told(parsing(HIDDEN))),
    /^void: clients, candidate, block 1: \d+ tokens came together with one before them where 0 drafts/,
  );
  const fromVisible = byArm((timings) => ({
    tpot: percentiles(timings.map(({ tokens }) => (tokens.at(-1)! - tokens[HIDDEN]!) / (tokens.length - 1))),
  }));
  admit(await plain);
  const faulty = figured(await plain, fromVisible);
  assertThrows(() => admit(faulty), Error, "its tpot p50 is");
});

/** The session with a load's requests changed on their way; `i` counts them from 0, which is the warm-up. */
function underLoad(session: Session, change: (request: Request, i: number) => Request): Session {
  let i = 0;
  async function* changing(requests: Parameters<Session["generate"]>[0]) {
    for await (const request of requests) yield request.forced ? request : change(request, i++);
  }
  return butFor(session, {
    generate: (requests) =>
      session.generate(Symbol.asyncIterator in requests ? changing(requests) : requests),
  });
}

Deno.test("BE-04: streams that end in an error count as successes", async () => {
  const ABORTED = 10;
  const failing = (finish: "length" | "error", one: number) => (session: Session) => {
    const doomed = new Set<string>();
    const served = underLoad(session, (request, i) => {
      if (i % 33 === one) doomed.add(request.id);
      return request;
    });
    return butFor(served, {
      async *generate(requests) {
        const sent = new Map<string, number>();
        for await (const emission of served.generate(requests)) {
          const { id, tokens, margins } = emission;
          const before = sent.get(id) ?? 0;
          sent.set(id, before + tokens.length);
          if (!doomed.has(id) || before + tokens.length < ABORTED) yield emission;
          else if (before < ABORTED) {
            const left = ABORTED - before;
            yield { ...emission, tokens: tokens.slice(0, left), margins: margins.slice(0, left), finish };
          }
        }
      },
    });
  };
  assertAccepted(await gate(told(failing("length", 32))));
  const told10 = /^void: clients, candidate: request prompts\d+ has 10 tokens where 24 were asked/;
  assertRefused(await gate(told(failing("length", 3))), told10);
  assertRefused(
    await gate(told(failing("error", 3))),
    /^void: clients, candidate: request prompts\d+ ended by an error after 10 tokens/,
  );
});

Deno.test("BE-05: the fixed length is asked of one arm only", async () => {
  const stopping = (from: number) => (session: Session) =>
    underLoad(session, (request, i) => (i < from ? request : { ...request, stop: [EOS] }));
  assertAccepted(await gate(told(stopping(Infinity))));
  assertRefused(
    await gate(told(stopping(1))),
    /^void: clients, candidate: request prompts\d+ stopped where nothing was to stop it/,
  );
});

/** One request of each block ends early, and its block with its last token. */
function early({ blocks, ...speed }: WorkloadSpeed): WorkloadSpeed {
  const cut = (timing: Timing): Timing => ({ ...timing, tokens: timing.tokens.slice(0, 6), finish: "stop" });
  return {
    ...speed,
    blocks: blocks.map((block) => ({
      ...block,
      timings: block.timings.map((timing, i) => (i === 0 ? cut(timing) : timing)),
    })),
  };
}

/** The figures of a race in which each request counts for so many tokens; absent: for those that it has. */
function counted(speed: WorkloadSpeed, seed: number, tokensOf?: (timing: Timing) => number): WorkloadSpeed {
  const { workload, blocks } = speed;
  const bytes = { base: speed.base.addedBytes, candidate: speed.candidate.addedBytes };
  const right = workloadSpeed(workload, blocks, { noise: Infinity, bytes, seed });
  if (tokensOf === undefined) return right;
  const rates = (arm: Block["arm"]) =>
    blocks.filter((block) => block.arm === arm).map(({ timings, duration }) =>
      1000 * timings.reduce((sum, timing) => sum + tokensOf(timing), 0) / duration
    );
  const [base, candidate] = [rates("base"), rates("candidate")];
  const logs = candidate.map((rate, i) => Math.log(rate / base[i]!));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    ...right,
    base: { ...right.base, tokensPerSecond: mean(base) },
    candidate: { ...right.candidate, tokensPerSecond: mean(candidate) },
    ratio: ratioOf(logs, seed),
  };
}

Deno.test("BE-06: the tokens that were asked for are counted, not those that came", async () => {
  const outcome = figured(await plain, early);
  const { trial: { seed } } = outcome;
  const [{ maxTokens }] = workloads as readonly [typeof workloads[number]];
  admit(figured(outcome, (speed) => counted(speed, seed)));
  const faulty = figured(outcome, (speed) => counted(speed, seed, () => maxTokens));
  assertThrows(() => admit(faulty), Error, "that came");
});

Deno.test("BE-09: text is cut into tokens again, with one more at its beginning", async () => {
  const outcome = await plain;
  const { trial: { seed } } = outcome;
  admit(figured(outcome, (speed) => counted(speed, seed)));
  const again = figured(outcome, (speed) => counted(speed, seed, ({ tokens }) => 1 + tokens.length));
  assertThrows(() => admit(again), Error, "that came");
  const counting = (beginnings: number) => (session: Session) => {
    let more = 0;
    const served = butFor(session, {
      async *generate(requests) {
        for await (const emission of session.generate(requests)) {
          if (emission.finish !== undefined) more += beginnings;
          yield emission;
        }
      },
    });
    return butFor(served, {
      async stats() {
        const { counters, addedBytes } = await session.stats();
        return { counters: { ...counters, tokens: counters.tokens! + more }, addedBytes };
      },
    });
  };
  assertAccepted(await gate(told(counting(0))));
  assertRefused(
    await gate(told(counting(1))),
    /^void: clients, candidate, block 1: the engine counted 250 tokens where 240 came/,
  );
});

Deno.test("BE-10: a gain is timed on paragraphs that are pasted again and again", async () => {
  const pasted = {
    ...prompts,
    name: "pasted",
    async *samples() {
      for await (const { turns, ...prompt } of prompts.samples()) {
        yield { ...prompt, turns: [turns[0]!.slice(0, 40).repeat(4)] };
      }
    },
  };
  const on = (over: Partial<typeof workloads[number]>) =>
    gate({
      techniques: [promptLookup()],
      workloads: workloads.map((workload) => ({ ...workload, ...over })),
    });
  assertAccepted(await on({}));
  assertAccepted(await on({ prompts: pasted, repeats: true }));
  const outcome = await on({ prompts: pasted });
  assertRefused(outcome, /^void: clients: its prompts repeat themselves in \d+ % of their text/);
  assert(outcome.kind === "void");
});
