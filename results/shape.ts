/**
 * What a recording read from outside must look like before any of it is believed or shown: every field that the boards
 * and pages read, with its kind. What is not named here may be there; nothing reads it.
 */
import { SLOTS } from "../engine/mod.ts";

/** Undefined where a value is of its kind, else the way from it to the first that is not: "" for itself, ".a[3].b". */
type Shape = (value: unknown) => string | undefined;

const is = (test: (value: unknown) => boolean): Shape => (value) => test(value) ? undefined : "";
const text = is((value) => typeof value === "string");
const flag = is((value) => typeof value === "boolean");
/** JSON writes a bound that is none, and what is no number, as null. */
const number = is((value) => typeof value === "number" || value === null);
const oneOf = (...values: readonly unknown[]): Shape => is((value) => values.includes(value));
const digest = is((value) => typeof value === "string" && /^[0-9a-f]{1,64}$/.test(value));
const isObject = (value: unknown) => value !== null && typeof value === "object" && !Array.isArray(value);

const optional = (shape: Shape): Shape => (value) => value === undefined ? undefined : shape(value);

const list = (shape: Shape): Shape => (value) => {
  if (!Array.isArray(value)) return "";
  for (let i = 0; i < value.length; i++) {
    const wrong = shape(value[i]);
    if (wrong !== undefined) return `[${i}]${wrong}`;
  }
};

function fields(shapes: Readonly<Record<string, Shape>>): Shape {
  const entries = Object.entries(shapes);
  return (value) => {
    if (!isObject(value)) return "";
    for (const [key, shape] of entries) {
      const wrong = shape((value as Readonly<Record<string, unknown>>)[key]);
      if (wrong !== undefined) return `.${key}${wrong}`;
    }
  };
}

const valuesOf = (shape: Shape): Shape => (value) =>
  isObject(value) ? list(shape)(Object.values(value as object)) : "";

const PART = fields({ name: text, params: is(isObject) });
const PARTS = fields(Object.fromEntries(SLOTS.map((slot) => [slot, PART])));
const INTERVAL = fields({ low: number, high: number, level: number });

const TRIAL = fields({
  id: text,
  suite: text,
  name: text,
  engine: text,
  base: PARTS,
  candidate: PARTS,
  techniques: list(
    fields({ name: text, slot: oneOf(...SLOTS), claim: text, bottleneck: text, summary: text, source: text }),
  ),
  evals: list(fields({ name: text, dataset: text, digest: text, count: number })),
  workloads: list(text),
  seed: number,
  imported: optional(fields({
    tool: text,
    version: text,
    files: list(fields({ arm: text, name: text, digest: text })),
    leftOut: list(text),
  })),
});

const CHECK = fields({
  eval: text,
  metric: text,
  unit: oneOf("fraction", "nats/token", "bits/byte", "breaches", "logits", "p"),
  rule: oneOf("margin", "exact", "guard", "law"),
  eitherWay: optional(flag),
  when: oneOf("quiet", "under load"),
  against: text,
  n: number,
  clusters: number,
  base: number,
  candidate: number,
  loss: number,
  interval: INTERVAL,
  allowed: optional(number),
  decision: optional(oneOf("pass", "fail", "unsure")),
  tail: optional(fields({ p99: number, p999: number, max: number })),
  needed: optional(number),
  note: optional(text),
  slices: optional(list(fields({ name: text, n: number, loss: number, low: number, failed: flag }))),
  samples: list(fields({
    id: text,
    cluster: text,
    base: number,
    candidate: number,
    weight: number,
    shown: optional(fields({ prompt: text, base: text, candidate: text })),
  })),
});

const PERCENTILES = fields({ n: number, p50: number, p95: optional(number), p99: optional(number) });
const ARM = { tokensPerSecond: number, ttft: PERCENTILES, tpot: PERCENTILES, e2e: PERCENTILES };
const APART_ARM = fields({ ...ARM, model: text, requests: number });

const WORKLOAD = fields({
  workload: text,
  base: fields({ ...ARM, addedBytes: number }),
  candidate: fields({ ...ARM, addedBytes: number }),
  ratio: fields({ estimate: number, interval: INTERVAL }),
  noise: number,
  claim: oneOf("faster", "slower", "no difference"),
  overPeer: optional(number),
  overPeerInterval: optional(INTERVAL),
  objective: optional(fields({
    kind: oneOf("held", "broke", "unjudged"),
    objective: fields({
      figure: oneOf("ttft", "tpot", "e2e"),
      percentile: oneOf("p50", "p95", "p99"),
      most: is(isObject),
    }),
  })),
  blocks: list(fields({
    arm: oneOf("base", "candidate"),
    startedAt: number,
    duration: number,
    timings: list(fields({ id: text, sent: number, tokens: list(number) })),
    counted: optional(valuesOf(number)),
    meanwhile: optional(fields({ jump: number, stolen: optional(number) })),
  })),
});

const VERDICT = (...kinds: readonly string[]) => fields({ kind: oneOf(...kinds), checks: list(CHECK) });

const OUTCOMES: Readonly<Record<string, Shape>> = {
  recorded: fields({
    verdict: VERDICT("pass"),
    speed: fields({
      workloads: list(WORKLOAD),
      apart: optional(fields({ tool: text, load: text, base: APART_ARM, candidate: APART_ARM })),
    }),
  }),
  rejected: fields({ verdict: VERDICT("fail", "unsure") }),
  void: fields({ reason: text }),
  skipped: fields({ reason: text }),
};

const STAMP = fields({
  at: is((value) => typeof value === "number" && value > 0 && value < 8.64e15),
  hardware: fields({
    id: digest,
    cpu: text,
    cores: number,
    memoryGiB: number,
    os: text,
    arch: text,
    backend: text,
    threads: number,
  }),
  versions: valuesOf(text),
  commit: optional(fields({ id: text, dirty: flag })),
  model: fields({ name: text, digest, precision: text }),
});

const NAMED = fields({ kind: text, trial: TRIAL });

/** Where a stamp and an outcome are not what they must be, e.g. "stamp.hardware.cpu"; undefined where they are. */
export function misshapen(stamp: unknown, outcome: unknown): string | undefined {
  const inStamp = STAMP(stamp);
  if (inStamp !== undefined) return `stamp${inStamp}`;
  const inOutcome = NAMED(outcome);
  if (inOutcome !== undefined) return `outcome${inOutcome}`;
  const { kind } = outcome as { readonly kind: string };
  if (!Object.hasOwn(OUTCOMES, kind)) return "outcome.kind";
  const wrong = OUTCOMES[kind]!(outcome);
  return wrong === undefined ? undefined : `outcome${wrong}`;
}
