/**
 * An export of many recordings for benchmarks of the store: the four of a real run of the smoke suite
 * (`smoke.jsonl.gz`, from `deno task export`) and made-up refusals, stamped over and over with other times, machines,
 * models and suites. No figure of theirs is a measurement.
 */
import { createHash } from "node:crypto";
import { digest, type Hardware, sha256 } from "../../engine/mod.ts";
import type { Outcome } from "../../evals/mod.ts";
import { type Recording, SCHEMA } from "../../results/mod.ts";
import { hash, textOf } from "../../results/body.ts";
import { linesOf } from "../../results/exchange/lines.ts";
import { failed, recording, trial, unmeasured, unsure } from "../results/fixture.ts";

const MACHINES = 20;
const MODELS = 5;
const SUITES = ["smoke", "standard"];
/** Machines, models and suites: what stands on boards of its own. */
export const SCOPES = MACHINES * MODELS * SUITES.length;
const NAMES = 8;
const MINUTE = 60_000;

/** Writes the export; gives how many bytes it has. */
export async function writeMany(path: string, count: number): Promise<number> {
  const outcomes = await templates();
  const machines = await Promise.all(Array.from({ length: MACHINES }, (_, i) => machine(i)));
  const models = await Promise.all(Array.from({ length: MODELS }, (_, i) => model(i)));
  const now = Date.now();
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  const sum = createHash("sha256");
  let [held, bytes]: [string[], number] = [[], 0];
  const flush = async () => {
    const chunk = new TextEncoder().encode(held.join(""));
    sum.update(chunk);
    for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
    bytes += chunk.length;
    held = [];
  };
  held.push(`${JSON.stringify({ export: 1, schema: SCHEMA, at: now, versions: {}, by: "a benchmark" })}\n`);
  for (let i = 0; i < count; i++) {
    const scope = i % SCOPES;
    const [suite, hardware, of] = [
      scope % SUITES.length,
      machines[Math.floor(scope / SUITES.length) % MACHINES]!,
      models[Math.floor(scope / SUITES.length / MACHINES)]!,
    ];
    const outcome = outcomes[suite]![Math.floor(i / SCOPES) % outcomes[suite]!.length]!;
    const stamp = {
      at: now - (count - i) * MINUTE,
      commit: { id: "c0ffee".repeat(6) + "c0ff", dirty: false },
      hardware,
      model: of,
      versions: { assay: "0.1.0", deno: "2.9.6" },
    };
    const rest = `"outcome":${outcome},"stamp":${sorted(stamp)}`;
    held.push(`{"id":"${hash(`{${rest}}`)}",${rest},"schema":${SCHEMA}}\n`);
    if (held.length >= 64) await flush();
  }
  await flush();
  const seal = new TextEncoder().encode(
    `${JSON.stringify({ seal: { count, digest: sum.digest("hex") } })}\n`,
  );
  await file.write(seal);
  return bytes + seal.length;
}

/** Outcomes of each suite as canonical JSON, seven of ten recorded, under names that come again and again. */
async function templates(): Promise<readonly (readonly string[])[]> {
  const real: Outcome[] = [];
  for await (const { bytes } of linesOf(new URL("./smoke.jsonl.gz", import.meta.url).pathname)) {
    const { outcome } = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Recording>;
    if (outcome !== undefined) real.push(outcome);
  }
  const t = { workloads: real[0]!.trial.workloads };
  const made = [
    failed(trial("int4", t)),
    unsure(trial("kv_int8", t)),
    unmeasured(trial("continuous_batching", t), "void", "the machine slept during the race"),
  ];
  const order = [0, 1, 2, 3, 2, 3, 2, 4, 5, 6];
  const all = Array.from({ length: NAMES * order.length }, (_, i) => {
    const outcome = [...real, ...made][order[i % order.length]!]!;
    const more = outcome.trial.techniques.length > 0 && i >= order.length
      ? ` ${Math.floor(i / order.length)}`
      : "";
    return { ...outcome, trial: { ...outcome.trial, name: outcome.trial.name + more } };
  });
  return SUITES.map((suite) =>
    all.map((outcome) => {
      const text = textOf({
        outcome: { ...outcome, trial: { ...outcome.trial, suite } },
        stamp: {} as never,
      });
      return text.slice('{"outcome":'.length, -',"stamp":{}}'.length);
    })
  );
}

async function machine(i: number): Promise<Hardware> {
  const { stamp: { hardware: { id: _, ...rest } } } = await recording(failed(trial("any")));
  const own = { ...rest, cpu: `Testium ${9000 + i}`, cores: 2 + i };
  return { id: await digest(own), ...own };
}

const model = async (i: number): Promise<Recording["stamp"]["model"]> => ({
  name: `Toy-${100 + i}M`,
  digest: await sha256(new TextEncoder().encode(`model ${i}`)),
  precision: "f32 from Q4_1",
});

/** The stamp's fields are few: its text is that of a recording without an outcome. */
const sorted = (stamp: Recording["stamp"]) =>
  textOf({ stamp, outcome: null as never }).slice('{"outcome":null,"stamp":'.length, -1);
