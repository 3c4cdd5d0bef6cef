import { assertEquals, assertRejects } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import { loadSuite } from "../../../evals/mod.ts";
import { inPlace } from "./toy_setting.ts";

/** What a suite file with these fields over the toy suite's is refused for. */
async function refusal(fields: string): Promise<string> {
  let message = "";
  await inPlace(async ({ suite }) => {
    const file = suite(fields);
    const error = await assertRejects(() => loadSuite(file), UserError);
    message = error.message.replace(file, "FILE");
  });
  return message;
}

Deno.test("a suite file that exports a suite is loaded", async () => {
  await inPlace(async ({ suite }) => {
    assertEquals((await loadSuite(suite(`name: "mine", candidates: { int8: [toyInt8] }`))).name, "mine");
  });
});

for (const name of ["standard", "smoke"]) {
  Deno.test(`the ${name} suite is known by its name`, async () =>
    assertEquals((await loadSuite(name)).name, name));
}

for (const name of ["nosuch", "toString", "", "standard.json"]) {
  Deno.test(`"${name}" is no suite`, async () => {
    const { message } = await assertRejects(() => loadSuite(name), UserError);
    assertEquals(
      message.startsWith(`Cannot run suite ${name} as it must be one of standard, `),
      true,
      message,
    );
    assertEquals(message.endsWith(", or a TypeScript file."), true, message);
  });
}

for (
  const [text, why] of [
    [`throw new Error("my own mistake\\nin two lines");`, "it must be a module that loads: my own mistake"],
    [`throw "a text";`, "it must be a module that loads: a text"],
    [`import "./nosuch.ts";`, /it must be a module that loads: Module not found .*nosuch\.ts/],
    [`export const suite = {;`, /it must be a module that loads: /],
    [`export default {};`, 'it must export a suite under the name "suite": found nothing.'],
    [`export const suite = () => ({});`, 'it must export a suite under the name "suite": found a function.'],
    [`export const suite = {};`, "its name must be a text: found nothing."],
  ] as const
) {
  Deno.test(`a suite file is refused in one sentence: ${text}`, async () => {
    await inPlace(async ({ file }) => {
      const path = file(text);
      const { message } = await assertRejects(() => loadSuite(path), UserError);
      const said = message.replace(`Cannot run suite ${path} as `, "");
      if (typeof why === "string") assertEquals(said, why);
      else assertEquals([why.test(said), said.includes("\n")], [true, false], said);
    });
  });
}

Deno.test("a suite file that is not there is refused", async () => {
  await inPlace(async ({ folder }) => {
    await assertRejects(
      () => loadSuite(`${folder}/nosuch.ts`),
      UserError,
      "it must be a module that loads: Module not found",
    );
  });
});

for (
  const [fields, why] of [
    ["pairs: 1", "its pairs must be a whole number of at least 2: found 1."],
    ["pairs: 2.5", "its pairs must be a whole number of at least 2: found 2.5."],
    ["seed: undefined", "its seed must be a whole number of at least 0: found nothing."],
    ["evals: undefined", "its evals must be a list of at least one: found nothing."],
    ["evals: []", "its evals must be a list of at least one: found an empty list."],
    ["evals: [{}]", "each of its evals must have a name: found nothing."],
    [
      "evals: [...toys.suite().evals, toys.suite().evals[0]]",
      "no two of its evals may be named alike: toy_prompts_match is there twice.",
    ],
    [
      `evals: [{ name: "mine" }]`,
      "its eval mine must have a data set, and functions to ask, grade, work and show.",
    ],
    [
      "evals: [{ ...toys.suite().evals[1], count: 0 }]",
      "the count of its eval toy_texts_nll must be a whole number of at least 1: found 0.",
    ],
    [
      "evals: [{ ...toys.suite().evals[1], count: 41 }]",
      "the count of its eval toy_texts_nll must be at most the 40 samples of its data set: found 41.",
    ],
    [
      "evals: [{ ...toys.suite().evals[1], metrics: [] }]",
      "the metrics of its eval toy_texts_nll must be a list of at least one: found an empty list.",
    ],
    [
      `evals: [{ ...toys.suite().evals[1], metrics: [{ ...toys.suite().evals[1].metrics[0], allowed: NaN }] }]`,
      "the margin of metric nll of its eval toy_texts_nll must be a number above 0: found NaN.",
    ],
    [
      `evals: [{ ...toys.suite().evals[1], metrics: [{ ...toys.suite().evals[1].metrics[0], allowed: -0.01 }] }]`,
      "the margin of metric nll of its eval toy_texts_nll must be a number above 0: found -0.01.",
    ],
    [
      `evals: [{ ...toys.suite().evals[1], metrics: [{ ...toys.suite().evals[1].metrics[0], allowed: 0 }] }]`,
      "the margin of metric nll of its eval toy_texts_nll must be a number above 0: found 0.",
    ],
    [
      `evals: [{ ...toys.suite().evals[1], metrics: [{ ...toys.suite().evals[1].metrics[0], allowed: Infinity }] }]`,
      "the margin of metric nll of its eval toy_texts_nll must be a number above 0: found Infinity.",
    ],
    [
      `evals: [{ ...toys.suite().evals[1], metrics: [{ ...toys.suite().evals[1].metrics[0], allowed: "2 %" }] }]`,
      'the margin of metric nll of its eval toy_texts_nll must be a number above 0: found "2 %".',
    ],
    [
      `evals: [{ ...toys.suite().evals[1], metrics: [{ ...toys.suite().evals[1].metrics[0], rule: "law", allowed: -1 }] }]`,
      "the margin of metric nll of its eval toy_texts_nll must be a number of at least 0: found -1.",
    ],
    [
      `evals: [{ ...toys.suite().evals[1], metrics: [{ ...toys.suite().evals[1].metrics[0], rule: "strict" }] }]`,
      'the rule of metric nll of its eval toy_texts_nll must be margin, guard, exact or law: found "strict".',
    ],
    [
      `evals: [{ ...toys.suite().evals[1], metrics: [{ ...toys.suite().evals[1].metrics[0], better: "more" }] }]`,
      'the better of metric nll of its eval toy_texts_nll must be higher, lower or same: found "more".',
    ],
    [
      `evals: [{ ...toys.suite().evals[1], metrics: [{ ...toys.suite().evals[1].metrics[0], claim: "same" }] }]`,
      'the claim of metric nll of its eval toy_texts_nll must be identical or equivalent: found "same".',
    ],
    [
      `evals: [{ ...toys.suite().evals[1], metrics: [{ ...toys.suite().evals[1].metrics[0], chance: 2 }] }]`,
      "the chance of metric nll of its eval toy_texts_nll must be a number from 0 to 1: found 2.",
    ],
    [
      `evals: [{ ...toys.suite().evals[1], metrics: [{ ...toys.suite().evals[1].metrics[0], name: "" }] }]`,
      'the name of a metric of its eval toy_texts_nll must be a text: found "".',
    ],
    [
      `evals: [{ ...toys.suite().evals[1], metrics: [null] }]`,
      "the name of a metric of its eval toy_texts_nll must be a text: found nothing.",
    ],
    [
      `evals: [null]`,
      "each of its evals must have a name: found null.",
    ],
    [
      `evals: 3`,
      "its evals must be a list of at least one: found 3.",
    ],
    [
      `evals: [{ ...toys.suite().evals[1], sees: ["modle"] }]`,
      "what its eval toy_texts_nll sees must be some of model, cache, decoder, scheduler: found a list.",
    ],
    [
      `evals: [{ ...toys.suite().evals[1], dataset: {} }]`,
      "the data set of its eval toy_texts_nll must have a name, a digest and samples.",
    ],
    [
      `workloads: [workload({ prompts: {} })]`,
      "the data set of its workload toy_single must have a name, a digest and samples.",
    ],
    [
      `pairs: 0`,
      "its pairs must be a whole number of at least 2: found 0.",
    ],
    [
      `pairs: NaN`,
      "its pairs must be a whole number of at least 2: found NaN.",
    ],
    [
      `candidates: {}`,
      "its candidates must be at least one: found none.",
    ],
    ["workloads: []", "its workloads must be a list of at least one: found an empty list."],
    [
      "workloads: [workload(), workload()]",
      "no two of its workloads may be named alike: toy_single is there twice.",
    ],
    [
      "workloads: [workload({ requests: 0 })]",
      "the requests of its workload toy_single must be a whole number of at least 1: found 0.",
    ],
    [
      "workloads: [workload({ maxTokens: 0 })]",
      "the maxTokens of its workload toy_single must be a whole number of at least 1: found 0.",
    ],
    ...[
      `{ figure: "e2e", percentile: "p95", most: { timesBaseline: 1 } }`,
      `{ figure: "ttft", percentile: "p50", most: { timesBaseline: 1 } }`,
      `{ figure: "ttft", percentile: "p95", most: 200 }`,
      `{ figure: "ttft", percentile: "p95", most: {} }`,
      `{ figure: "ttft", percentile: "p95", most: { milliseconds: 0 } }`,
      `{ figure: "ttft", percentile: "p95", most: { timesBaseline: 1, milliseconds: 100 } }`,
    ].map((objective) =>
      [
        `workloads: [workload({ objective: ${objective} })]`,
        "the objective of its workload toy_single must be a figure (ttft or tpot), a percentile (p95 or p99) and a most " +
        "(timesBaseline or milliseconds, above 0): found an object.",
      ] as const
    ),
    [
      `workloads: [workload({ repeats: "yes" })]`,
      'the repeats of its workload toy_single must be true or false: found "yes".',
    ],
    [
      "workloads: [workload({ prompts: undefined })]",
      "its workload toy_single must have a data set of prompts: found nothing.",
    ],
    [
      `workloads: [workload({ arrival: { kind: "open" } })]`,
      'the arrival of its workload toy_single must be single, closed, offline, poisson, gamma or replayed: found "open".',
    ],
    [
      `workloads: [workload({ arrival: { kind: "closed" } })]`,
      "the clients of its workload toy_single must be a whole number of at least 1: found nothing.",
    ],
    [
      `workloads: [workload({ arrival: { kind: "poisson", perSecond: 0, seed: 1 } })]`,
      "the perSecond of its workload toy_single must be a number above 0: found 0.",
    ],
    [
      `workloads: [workload({ arrival: { kind: "gamma", perSecond: 2, seed: 1 } })]`,
      "the cv of its workload toy_single must be a number above 0: found nothing.",
    ],
    [
      `workloads: [workload({ arrival: { kind: "gamma", perSecond: 2, cv: 3, seed: 0.5 } })]`,
      "the seed of the arrivals of its workload toy_single must be a whole number of at least 0: found 0.5.",
    ],
    [
      `workloads: [workload({ arrival: { kind: "replayed", trace: "t", times: [2, 1] } })]`,
      "the replayed arrivals of its workload toy_single must be a trace's name and times in order: found a list.",
    ],
    ["candidates: []", "its candidates must be lists of techniques by name: found an empty list."],
    ["candidates: { mine: toyInt8 }", "candidate mine must be a list of at least one: found an object."],
    ["candidates: { mine: [] }", "candidate mine must be a list of at least one: found an empty list."],
    [
      "candidates: { mine: [assay.promptLookup] }",
      "candidate mine must be a list of techniques: found a function.",
    ],
    [
      `candidates: { mine: [{ ...toyInt8, slot: "sampler" }] }`,
      "candidate mine must be a list of techniques: found an object.",
    ],
    [
      `candidates: { mine: [{ ...toyInt8, name: "" }] }`,
      "candidate mine must be a list of techniques: found an object.",
    ],
    [
      "candidates: { mine: [{ ...toyInt8, source: undefined }] }",
      "the source of technique toy_int8 must be a text: found nothing.",
    ],
    [
      `evals: [{ ...toys.suite().evals[1], metrics: [{ ...toys.suite().evals[1].metrics[0], unit: "percent" }] }]`,
      "the unit of metric nll of its eval toy_texts_nll must be one of fraction, nats/token, bits/byte, breaches, " +
      'logits, p: found "percent".',
    ],
    [
      `candidates: { "baseline again": [toyInt8] }`,
      `no candidate may be named "baseline again", which is the baseline's own row.`,
    ],
  ] as const
) {
  Deno.test(`a suite is refused with ${fields}`, async () => {
    assertEquals(await refusal(fields), `Cannot run suite FILE as ${why}`);
  });
}
