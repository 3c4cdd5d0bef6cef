/** What every eval of every suite must do: find nothing between equals, and find a fault in each slot it says it sees. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Check, type Eval, loadSuite } from "../../evals/mod.ts";
import { Answers } from "../../evals/answers.ts";
import { checksOf } from "../../evals/checks.ts";
import { type Engine, type Slot, type SlotName, SLOTS, type Stack } from "../../engine/mod.ts";
import { toyEngine } from "../../engine/engines/toy.ts";
import { baseline } from "./baseline.ts";
import { madeUp } from "./samples.ts";

const fault = (name: string, module: string): Slot => ({
  name,
  params: {},
  module: import.meta.resolve(module),
});

/** A fault in each slot: what a candidate with it is opened as. */
const FAULTS: Readonly<Record<SlotName, { readonly stack: Stack; readonly engine: Engine }>> = {
  model: {
    stack: baseline,
    engine: toyEngine({
      distort(logits, row, { tokens }) {
        // What was the most likely after every fourth token is now the least likely.
        if (tokens[row]! % 4 === 0) logits.forEach((value, id) => (logits[id] = -value));
      },
    }),
  },
  cache: {
    stack: { ...baseline, cache: fault("forgetful", "../evals/faults/forgetful_cache.ts") },
    engine: toyEngine(),
  },
  decoder: {
    stack: { ...baseline, decoder: fault("rewriting", "./faults/rewriting_decoder.ts") },
    engine: toyEngine(),
  },
  scheduler: {
    stack: { ...baseline, scheduler: fault("doubling", "./faults/doubling_scheduler.ts") },
    engine: toyEngine(),
  },
};

async function checked(e: Eval, { stack, engine }: (typeof FAULTS)[SlotName]): Promise<readonly Check[]> {
  await using base = await toyEngine().open(baseline);
  await using candidate = await engine.open(stack);
  return await checksOf(e, {
    answers: new Answers(1),
    base: { stack: baseline, open: () => Promise.resolve(base), again: "" },
    candidate: { stack, open: () => Promise.resolve(candidate), again: "again" },
    context: { eval: e.name, when: "quiet", against: "baseline" },
    asking: () => () => {},
  });
}

const isJudged = (e: Eval) =>
  e.metrics.some(({ rule, allowed }) => rule === "exact" || rule === "law" || allowed !== undefined);

/** Whether it can bear a claim out; an audit shows only some of what is wrong. */
const bears = (e: Eval) =>
  e.metrics.some(({ rule = "margin", claim }) =>
    rule === "margin" || rule === "exact" && claim === "identical"
  );

const folder = new URL("../../evals/suites/", import.meta.url);
const names: string[] = [];
for (const { name } of Deno.readDirSync(folder)) {
  if ("suite" in await import(new URL(name, folder).href)) names.push(name.replace(/\.ts$/, ""));
}

for (const name of names.sort()) {
  const suite = await loadSuite(name);

  for (const configured of suite.evals as readonly Eval[]) {
    const e = { ...configured, dataset: madeUp(configured.dataset, configured.count) };

    Deno.test(`${name}, ${e.name}: a stack beside itself loses nothing and passes`, async () => {
      const checks = await checked(e, { stack: baseline, engine: toyEngine() });
      assertEquals(checks.map(({ metric }) => metric), e.metrics.map((metric) => metric.name));
      for (const { metric, rule, loss, decision, n, note } of checks) {
        assertEquals([metric, rule === "law" ? 0 : loss, n], [metric, 0, e.count]);
        assert(decision === undefined || decision === "pass", `${metric}: ${decision} ${note}`);
      }
      assertEquals(checks.some(({ decision }) => decision === "pass"), isJudged(e));
    });

    for (const slot of bears(e) ? e.sees : []) {
      Deno.test(`${name}, ${e.name}: a fault in the ${slot} slot is found`, async () => {
        const checks = await checked(e, FAULTS[slot]).catch((error: Error) => error);
        // What breaks is void, and that is found as well.
        if (checks instanceof Error) assertMatch(checks.message, /sequence|forced|length/);
        else if (isJudged(e)) {
          assert(checks.some(({ decision }) => decision === "fail"), JSON.stringify(checks[0]));
        } else assert(checks.every(({ loss, allowed }) => allowed === undefined && loss > 0.02));
      });
    }
  }

  Deno.test(`${name}: every slot is seen by an eval that judges`, () => {
    const seen = (suite.evals as readonly Eval[]).filter(isJudged).flatMap((e) => e.sees);
    assertEquals(SLOTS.filter((slot) => !seen.includes(slot)), []);
  });

  Deno.test(`${name}: evals have names of their own, a summary and margins, and ask no more than there is`, () => {
    const evals = suite.evals as readonly Eval[];
    assertEquals(new Set(evals.map((e) => e.name)).size, evals.length);
    for (const { count, dataset, summary, metrics } of evals) {
      assert(count > 0 && count <= dataset.size);
      assert(
        ["test", "validation", "workload"].includes(dataset.split),
        "calibration text is not measured on",
      );
      assertMatch(summary, /\w/);
      assertEquals(new Set(metrics.map((metric) => metric.name)).size, metrics.length);
    }
  });
}
