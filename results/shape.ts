/**
 * What a recording read from outside must look like before any of it is believed or shown: every field that the boards
 * and pages read, with its kind. What is not named here may be there; nothing reads it.
 */
import { SLOTS } from "../engine/mod.ts";
import { MADE_LIMIT, UNITS } from "../evals/mod.ts";

/** Undefined where a value is of its kind, else the way from it to the first that is not: "" for itself, ".a[3].b". */
type Shape = (value: unknown) => string | undefined;

const is = (test: (value: unknown) => boolean): Shape => (value) => test(value) ? undefined : "";
const within = (most: number) => is((value) => typeof value === "string" && value.length <= most);
/** What was asked and answered. */
const text = within(Infinity);
/** What people read beside figures. */
const prose = within(10_000);
const label = within(1000);
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

const PART = fields({ name: label, params: is(isObject) });
const PARTS = fields(Object.fromEntries(SLOTS.map((slot) => [slot, PART])));
const INTERVAL = fields({ low: number, high: number, level: number });

const TRIAL = fields({
  id: label,
  suite: label,
  name: label,
  engine: label,
  base: PARTS,
  candidate: PARTS,
  techniques: list(
    fields({
      name: label,
      slot: oneOf(...SLOTS),
      claim: label,
      bottleneck: label,
      summary: prose,
      source: prose,
      emulated: optional(prose),
    }),
  ),
  evals: list(fields({ name: label, dataset: label, digest: label, count: number })),
  workloads: list(label),
  loads: optional(valuesOf(digest)),
  seed: number,
  imported: optional(fields({
    tool: label,
    version: label,
    files: list(fields({ arm: label, name: label, digest: label })),
    leftOut: list(prose),
  })),
});

const CHECK = fields({
  eval: label,
  metric: label,
  unit: oneOf(...UNITS),
  rule: oneOf("margin", "exact", "guard", "law"),
  eitherWay: optional(flag),
  when: oneOf("quiet", "under load"),
  against: label,
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
  note: optional(prose),
  slices: optional(list(fields({ name: label, n: number, loss: number, low: number, failed: flag }))),
  samples: list(fields({
    id: label,
    cluster: label,
    base: number,
    candidate: number,
    weight: number,
    shown: optional(fields({ prompt: text, base: text, candidate: text })),
  })),
});

const PERCENTILES = fields({ n: number, p50: number, p95: optional(number), p99: optional(number) });
const ARM = { tokensPerSecond: number, ttft: PERCENTILES, tpot: PERCENTILES, e2e: PERCENTILES };
const APART_ARM = fields({ ...ARM, model: label, requests: number });

const WORKLOAD = fields({
  workload: prose,
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
    timings: list(fields({ id: label, sent: number, tokens: list(number) })),
    counted: optional(valuesOf(number)),
    meanwhile: optional(fields({ jump: number, stolen: optional(number) })),
  })),
});

const above0 = is((value) => typeof value === "number" && value > 0);
const HELD = fields({ bytes: above0, bits: above0 });
const WEIGHTS = optional(fields({
  base: HELD,
  candidate: HELD,
  made: optional(is((value) => isObject(value) && JSON.stringify(value).length <= MADE_LIMIT)),
}));

const VERDICT = (...kinds: readonly string[]) => fields({ kind: oneOf(...kinds), checks: list(CHECK) });

const OUTCOMES: Readonly<Record<string, Shape>> = {
  recorded: fields({
    weights: WEIGHTS,
    verdict: VERDICT("pass"),
    speed: fields({
      workloads: list(WORKLOAD),
      opening: optional(fields({ base: number, candidate: number })),
      apart: optional(fields({ tool: label, load: prose, base: APART_ARM, candidate: APART_ARM })),
    }),
  }),
  rejected: fields({ weights: WEIGHTS, verdict: VERDICT("fail", "unsure") }),
  held: fields({ weights: WEIGHTS, verdict: VERDICT("pass"), reason: prose }),
  void: fields({ reason: prose }),
  skipped: fields({ reason: prose }),
};

const STAMP = fields({
  at: is((value) => typeof value === "number" && value > 0 && value < 8.64e15),
  hardware: fields({
    id: digest,
    cpu: label,
    cores: number,
    memoryGiB: number,
    os: label,
    arch: label,
    backend: label,
    threads: number,
  }),
  versions: valuesOf(label),
  commit: optional(fields({ id: label, dirty: flag })),
  model: fields({ name: label, digest, precision: label }),
});

const NAMED = fields({ kind: label, trial: TRIAL });

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
