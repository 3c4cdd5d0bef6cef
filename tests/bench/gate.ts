/**
 * The error rates of the gate, by simulation of the whole verdict: made-up paired samples of a known loss go through
 * compare() and judge() as they ship. How often a loss exactly at the margin passes; how often no loss passes at the
 * planned n; both where samples come in turn and every look may decide; and how long a large check takes.
 *
 * Run, for about a quarter of an hour on one core: nice deno run -A tests/bench/gate.ts
 * Finished cells are kept in gate.json, as long as the code that judges stays as it was; the report is gate.md.
 */
import { clustersNeeded, compare, digest, flipsNeeded, judge, type Metric, systemClock } from "../../mod.ts";
import {
  amounts,
  type Clustering,
  clusterLaw,
  effectOf,
  flips,
  Random,
  type ShapeName,
} from "./gate_draws.ts";
import { type Cell, type Found, report, type Timed } from "./gate_report.ts";

const MARGIN = 0.02;
const ACC: Metric = { name: "acc", unit: "fraction", better: "higher", allowed: MARGIN, chance: 0.25 };
const NLL: Metric = { name: "nll", unit: "nats/token", better: "lower", allowed: MARGIN };
const CONTEXT = { eval: "simulated", when: "quiet", against: "baseline" } as const;

const FLIP_TRIALS = 10_000;
const AMOUNT_TRIALS = 2_000;
const REPLICATES = 500;
/** In turn each look has so many times the samples of the one before, up to `LONGEST` times the fixed plan. */
const GROWTH = { flips: 2, amounts: 1.25 };
const LONGEST = 3;
/** The first look is at this share of the fixed plan. */
const FIRST = 0.25;

const ALONE: Clustering = { size: 1, copied: 0 };
const CLUSTERINGS: readonly Clustering[] = [
  ALONE,
  { size: 5, copied: 0 },
  { size: 5, copied: 0.5 },
  { size: 5, copied: 1 },
  { size: 20, copied: 0.5 },
];
const DISCORDANCES = [0.02, 0.05, 0.1, 0.2];
/** Larger plans than these are left out, for they take long to simulate. */
const LARGEST = { fixed: 4000, inTurn: 1200 };
const NLL_SHAPES: readonly ShapeName[] = [
  "normal",
  "t with 5 degrees",
  "exponential",
  "squared normal",
  "lognormal 0.5",
  "lognormal 1",
];
const LIMITS: readonly ShapeName[] = ["lognormal 1.5", "1 in 10 broken", "1 in 20 broken", "1 in 50 broken"];

interface Planned extends Cell {
  readonly trials: number;
  readonly passes: (random: Random) => boolean;
}

const clustered = ({ size, copied }: Clustering) =>
  size === 1 ? "alone" : `clusters of ${size}, ${["independent", "half alike", "all alike"][2 * copied]}`;

function passes(metric: Metric, samples: ReturnType<ReturnType<typeof flips>>, inTurn = false): boolean {
  return judge([compare(metric, CONTEXT, samples, { inTurn }, REPLICATES)]).kind === "pass";
}

/** Looks at more and more of the samples, as long as none decides. */
function passesInTurn(
  metric: Metric,
  samples: ReturnType<ReturnType<typeof flips>>,
  first: number,
  size: number,
  growth: number,
): boolean {
  for (let n = first; n < samples.length * growth; n *= growth) {
    const seen = samples.slice(0, size * Math.round(n / size));
    const { kind } = judge([compare(metric, CONTEXT, seen, { inTurn: true }, REPLICATES)]);
    if (kind !== "unsure") return kind === "pass";
  }
  return false;
}

function* flipCells(): Iterable<Planned> {
  const metric = "accuracy";
  for (const clustering of CLUSTERINGS) {
    for (const discordance of DISCORDANCES) {
      const { size } = clustering;
      const shape = `${100 * discordance} % flip, ${clustered(clustering)}`;
      for (const n of size === 1 ? [200, 500, 1000] : [500, 1500]) {
        const draw = flips(n, { ...clustering, discordance, loss: MARGIN });
        yield {
          part: "at the margin",
          metric,
          shape,
          n,
          trials: FLIP_TRIALS,
          passes: (random) => passes(ACC, draw(random)),
        };
      }
      const needed = flipsNeeded({ allowed: MARGIN, discordance, size, effect: effectOf(clustering) });
      const n = size * Math.ceil(needed / size);
      if (n > LARGEST.fixed) continue;
      const draw = flips(n, { ...clustering, discordance, loss: 0 });
      yield {
        part: "no loss",
        metric,
        shape,
        n,
        trials: FLIP_TRIALS,
        passes: (random) => passes(ACC, draw(random)),
      };
      if (n > LARGEST.inTurn || (size > 1 && clustering.copied !== 0.5)) continue;
      const most = size * Math.ceil(LONGEST * n / size);
      for (const loss of [MARGIN, 0]) {
        const draw = flips(most, { ...clustering, discordance, loss });
        yield {
          part: loss > 0 ? "at the margin, in turn" : "no loss, in turn",
          metric,
          shape,
          n: most,
          trials: FLIP_TRIALS,
          passes: (random) => passesInTurn(ACC, draw(random), FIRST * n, size, GROWTH.flips),
        };
      }
    }
  }
}

function* amountCells(): Iterable<Planned> {
  for (const shape of [...NLL_SHAPES, ...LIMITS]) {
    const limit = LIMITS.includes(shape);
    const metric = "NLL or KL";
    for (const size of limit ? [1] : [1, 4]) {
      const named = size === 1 ? shape : `${shape}, ${size} documents a cluster`;
      for (const clusters of [20, 40, 100, 300]) {
        const draw = amounts(clusters, { size, shape, loss: MARGIN, deviation: 0.05 });
        yield {
          part: limit ? "limits" : "at the margin",
          metric,
          shape: named,
          n: clusters,
          trials: AMOUNT_TRIALS,
          passes: (random) => passes(NLL, draw(random)),
        };
      }
      if (limit) continue;
      for (const deviation of [0.04, 0.1]) {
        const n = clustersNeeded({ allowed: MARGIN, ...clusterLaw(shape, size, deviation) });
        const spread = `${named}, deviation ${deviation}`;
        const draw = amounts(n, { size, shape, loss: 0, deviation });
        yield {
          part: "no loss",
          metric,
          shape: spread,
          n,
          trials: AMOUNT_TRIALS,
          passes: (random) => passes(NLL, draw(random)),
        };
        if (deviation > 0.05) continue;
        for (const loss of [MARGIN, 0]) {
          const draw = amounts(LONGEST * n, { size, shape, loss, deviation });
          yield {
            part: loss > 0 ? "at the margin, in turn" : "no loss, in turn",
            metric,
            shape: spread,
            n: LONGEST * n,
            trials: AMOUNT_TRIALS,
            passes: (random) => passesInTurn(NLL, draw(random), FIRST * n * size, size, GROWTH.amounts),
          };
        }
      }
    }
  }
}

function measure({ part, metric, shape, n, trials, passes }: Planned): Found {
  const random = new Random(`${part} ${metric} ${shape} ${n}`);
  let passed = 0;
  for (let trial = 0; trial < trials; trial++) if (passes(random.trial(trial))) passed++;
  return { part, metric, shape, n, trials, passed };
}

/** Milliseconds of judging 10,000 paired samples with 10,000 replicates, the median of five. */
function timeLarge(): Timed {
  const draw = amounts(10_000, { size: 1, shape: "exponential", loss: 0, deviation: 0.1 });
  const samples = draw(new Random("large").trial(0));
  const runs = Array.from({ length: 5 }, () => {
    const start = systemClock.now();
    judge([compare(NLL, CONTEXT, samples)]);
    return systemClock.now() - start;
  }).sort((a, b) => a - b);
  return { samples: samples.length, replicates: 10_000, milliseconds: runs[2]!, most: runs[4]! };
}

const at = (name: string) => new URL(name, import.meta.url);
/** Without power.ts: a plan that changes has another n, and so another cell. */
const JUDGING = ["interval", "tango", "bootstrap", "sequential", "compare", "verdict"];
const files = [...JUDGING.map((name) => `../../evals/${name}.ts`), "gate_draws.ts", "gate.ts"];
const code = await digest(await Promise.all(files.map((name) => Deno.readTextFile(at(name)))));
const kept = await Deno.readTextFile(at("gate.json")).then(JSON.parse, () => undefined);
const known: Found[] = kept?.code === code ? kept.cells : [];
const keyOf = ({ part, metric, shape, n, trials }: Cell & { readonly trials: number }) =>
  JSON.stringify([part, metric, shape, n, trials]);
const found = new Map(known.map((cell) => [keyOf(cell), cell]));
const inTurn = ({ part }: Cell) => Number(part.endsWith("in turn"));
const cells = [...amountCells(), ...flipCells()].sort((a, b) => inTurn(a) - inTurn(b));
for (const [i, cell] of cells.entries()) {
  if (found.has(keyOf(cell))) continue;
  const one = measure(cell);
  found.set(keyOf(cell), one);
  console.log(
    `${i + 1}/${cells.length} ${cell.part}, ${cell.metric}, ${cell.shape}, n ${cell.n}: ${
      one.passed / one.trials
    }`,
  );
  await Deno.writeTextFile(
    at("gate.json"),
    JSON.stringify({ code, cells: [...found.values()] }, null, 1) + "\n",
  );
}
const ordered = cells.map((cell) => found.get(keyOf(cell))!);
await Deno.writeTextFile(at("gate.md"), report(ordered, timeLarge()));
