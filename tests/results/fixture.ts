/** Made-up recordings for tests: no figure in here was measured. */
import { digest, type Hardware, ManualClock, type Part, type SlotName } from "../../engine/mod.ts";
import {
  type Block,
  type Check,
  type Interval,
  type ObjectiveOutcome,
  type Outcome,
  type Pass,
  type Trial,
  type WorkloadSpeed,
  workloadSpeed,
} from "../../evals/mod.ts";
import { type Recording, SCHEMA } from "../../results/mod.ts";

export const DAY = 86_400_000;
export const clock = new ManualClock(Date.UTC(2026, 0, 5, 12));

export const HARDWARE: Hardware = {
  id: "a1".repeat(32),
  cpu: "Testium 9000",
  cores: 4,
  memoryGiB: 16,
  os: "linux",
  arch: "x86_64",
  backend: "native",
  threads: 4,
};

export const PARTS: Readonly<Record<SlotName, Part>> = {
  model: { name: "toy", params: { body: { bits: 32 } } },
  cache: { name: "paged", params: {} },
  decoder: { name: "greedy", params: {} },
  scheduler: { name: "one_at_a_time", params: {} },
};

/** A repeatable stream of numbers in [0, 1). */
export function stream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export function trial(name: string, over: Partial<Trial> = {}): Trial {
  return {
    id: `${[...name].map((c) => c.codePointAt(0)!.toString(16)).join("")}`.padEnd(64, "0").slice(0, 64),
    suite: "standard",
    name,
    engine: "toy",
    base: PARTS,
    candidate: { ...PARTS, model: { name: "toy", params: { body: { bits: 8 } } } },
    techniques: [{
      name,
      slot: "model",
      claim: "equivalent",
      bottleneck: "memory-bandwidth",
      summary: "A made-up technique.",
      source: "No paper.",
    }],
    evals: [{ name: "arc_easy", dataset: "made-up questions", digest: "00", count: 600 }],
    workloads: ["single_stream"],
    seed: 1,
    ...over,
  };
}

/** A check with this loss and interval; 600 pairs of which few differ. */
export function check(loss: number, low: number, high: number, over: Partial<Check> = {}): Check {
  const allowed = over.allowed ?? 0.02;
  const random = stream(7);
  const samples = Array.from({ length: 40 }, (_, i) => {
    const draw = random();
    const [base, candidate] = draw < 0.1 ? [1, 0] : draw < 0.16 ? [0, 1] : [1, 1];
    const shown = { prompt: `Which of these is number ${i}?`, base: "the first", candidate: "the second" };
    return {
      id: `q${i}`,
      cluster: `q${i}`,
      base,
      candidate,
      weight: 1,
      ...(base === candidate ? {} : { shown }),
    };
  });
  return {
    eval: "arc_easy",
    metric: "acc",
    unit: "fraction",
    rule: "margin",
    when: "quiet",
    against: "baseline",
    n: 600,
    clusters: 600,
    base: 0.6,
    candidate: 0.6 - loss,
    loss,
    interval: { low, high, level: 0.9 },
    allowed,
    decision: high <= allowed ? "pass" : low > allowed ? "fail" : "unsure",
    samples,
    ...over,
  };
}

export const breaches = (found: number, over: Partial<Check> = {}): Check =>
  check(found, found, found, {
    eval: "token_match",
    metric: "mismatches",
    unit: "breaches",
    rule: "exact",
    allowed: 0,
    base: 0,
    candidate: found,
    decision: found === 0 ? "pass" : "fail",
    ...over,
  });

/** A guard on a tail; the bounds are those at which guards speak. */
export const guard = (loss: number, low: number, high: number, over: Partial<Check> = {}): Check =>
  check(loss, low, high, {
    eval: "wikipedia",
    metric: "kl_p99",
    unit: "nats/token",
    rule: "guard",
    allowed: 0.1,
    decision: low > 0.1 ? "fail" : "pass",
    ...over,
  });

/** A law tested on draws: a p value and the total variation. */
export const law = (p: number, variation: number, over: Partial<Check> = {}): Check =>
  check(variation, p, p, {
    eval: "sampling",
    metric: "uniform",
    unit: "p",
    rule: "law",
    allowed: 0.001,
    base: 1,
    candidate: p,
    decision: p >= 0.001 ? "pass" : "fail",
    ...over,
  });

const REQUESTS = 16;
const TOKENS = 32;
const BASE_RATE = 41.2;

/** Two pairs of blocks whose ratio is the middle of this interval, which is even on the logarithms. */
function blocks({ low, high }: Pick<Interval, "low" | "high">): readonly Block[] {
  // Student's t with one degree of freedom at 0.975.
  const spread = Math.log(high / low) / 2 / 12.706204736432102;
  const rates = [-1, 1].map((side) => BASE_RATE * Math.sqrt(low * high) * Math.exp(side * spread));
  return ([["base", BASE_RATE], ["candidate", rates[0]!], ["candidate", rates[1]!], [
    "base",
    BASE_RATE,
  ]] as const)
    .map(([arm, rate], b) => {
      const duration = REQUESTS * TOKENS / rate * 1000;
      const timings = Array.from({ length: REQUESTS }, (_, i) => {
        const sent = i / REQUESTS * (duration - TOKENS * 1000 / rate);
        const step = (i === REQUESTS - 1 ? 1.4 : 1) * 1000 / (arm === "base" ? BASE_RATE : rates[0]!);
        return {
          id: `r${i}`,
          sent,
          tokens: Array.from({ length: TOKENS }, (_, t) => sent + (2.4 + t) * step),
        };
      });
      return { arm, startedAt: b * 20_000, duration, timings };
    });
}

/** A speed as blocks with this ratio and half-width come to; `over` is for figures that no store is given. */
export function workload(ratio: number, half = 0.05, over: Partial<WorkloadSpeed> = {}): WorkloadSpeed {
  const bytes = { base: 512 * 2 ** 20, candidate: 512 * 2 ** 20 };
  const reach = Math.asinh(half / ratio);
  const interval = over.ratio?.interval ?? { low: ratio * Math.exp(-reach), high: ratio * Math.exp(reach) };
  const speed = workloadSpeed("single_stream", blocks(interval), { noise: 0.02, bytes, seed: 1 });
  return { ...speed, overPeer: ratio / 0.91, ...over };
}

/** A latency objective on the first token that broke, or held. */
export const objective = (kind: "held" | "broke"): ObjectiveOutcome => ({
  kind,
  objective: { figure: "ttft", percentile: "p95", most: { timesBaseline: 1.2 } },
  base: 84,
  candidate: kind === "held" ? 91 : 130,
  limit: 100.8,
});

/** The same without a peer to compare with: what the baseline's and the peer's own rows hold. */
export const alone = ({ overPeer: _, ...speed }: WorkloadSpeed): WorkloadSpeed => speed;

const pass = (checks: readonly Check[]) => ({ kind: "pass", checks }) as unknown as Pass;

export const recorded = (
  t: Trial,
  workloads: readonly WorkloadSpeed[],
  checks: readonly Check[] = [check(0.003, -0.003, 0.009)],
): Outcome => ({ kind: "recorded", trial: t, verdict: pass(checks), speed: { workloads } });

export const failed = (t: Trial, checks: readonly Check[] = [check(0.061, 0.034, 0.088)]): Outcome => ({
  kind: "rejected",
  trial: t,
  verdict: { kind: "fail", checks },
});

export const unsure = (
  t: Trial,
  checks: readonly Check[] = [check(0.012, -0.004, 0.028, { needed: 2400 })],
): Outcome => ({
  kind: "rejected",
  trial: t,
  verdict: { kind: "unsure", checks },
});

export const EMULATED = "its floats are computed as wider ones";

/** A trial of a technique that is emulated. */
export function emulated(name: string, over: Partial<Trial> = {}): Trial {
  const t = trial(name, over);
  return { ...t, techniques: t.techniques.map((one) => ({ ...one, emulated: EMULATED })) };
}

/** What passed and claims no speed. */
export const held = (
  t: Trial,
  checks: readonly Check[] = [check(0.003, -0.003, 0.009)],
): Outcome => ({
  kind: "held",
  trial: t,
  verdict: pass(checks),
  reason: `${t.name} is emulated here: ${EMULATED}`,
});

export const unmeasured = (t: Trial, kind: "void" | "skipped", reason: string): Outcome => ({
  kind,
  trial: t,
  reason,
});

export async function recording(
  outcome: Outcome,
  over: Partial<Recording["stamp"]> = {},
): Promise<Recording> {
  const stamp: Recording["stamp"] = {
    at: clock.now(),
    hardware: HARDWARE,
    versions: { assay: "0.1.0", deno: "2.9.6" },
    commit: { id: "c0ffee".repeat(6) + "c0ff", dirty: false },
    model: { name: "Toy-135M", digest: "b2".repeat(32), precision: "f32 from Q4_1" },
    ...over,
  };
  return { schema: SCHEMA, id: await digest({ stamp, outcome }), stamp, outcome };
}
