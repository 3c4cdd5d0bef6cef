/** Fixtures: lm_eval 0.4.13 on SmolLM2-135M-Instruct and its weights in 4 bits, documents of our own, paths left out. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { readLmEval } from "../../../results/imported/lm_eval.ts";
import { pair } from "../../../results/imported/pairing.ts";
import { listFiles } from "../../../results/imported/source.ts";
import { FIXTURES, imported, inFolder, lmEval, scores } from "./logs.ts";

const read = async (folder: string) => await readLmEval(await listFiles(folder, /^samples_/));
const logs = async () =>
  [await read(`${FIXTURES}lm_eval/base`), await read(`${FIXTURES}lm_eval/candidate`)] as const;

async function results(arm: "base" | "candidate"): Promise<Record<string, Record<string, number>>> {
  const [path] = await listFiles(`${FIXTURES}lm_eval/${arm}`, /^results_/);
  return JSON.parse(await Deno.readTextFile(path!)).results;
}

Deno.test("both arms' scores are the harness's own, metric by metric", async () => {
  const checks = pair(...await logs(), new Map());
  assertEquals(checks.map(({ eval: task, metric, unit }) => [task, metric, unit]), [
    ["easy_choices", "acc", "fraction"],
    ["easy_choices", "acc_norm", "fraction"],
    ["last_word", "perplexity", "nats/token"],
    ["last_word", "acc", "fraction"],
    ["short_texts", "word_perplexity", "nats/token"],
    ["short_texts", "byte_perplexity", "bits/byte"],
    ["short_texts", "bits_per_byte", "bits/byte"],
    ["sums", "exact_match,strict-match", "fraction"],
    ["sums", "exact_match,flexible-extract", "fraction"],
  ]);
  const [base, candidate] = [await results("base"), await results("candidate")];
  const level: Record<string, (value: number) => number> = {
    perplexity: Math.log,
    word_perplexity: Math.log,
    byte_perplexity: Math.log2,
  };
  for (const check of checks) {
    const key = check.metric.includes(",") ? check.metric : `${check.metric},none`;
    const said = level[check.metric] ?? ((value: number) => value);
    assertAlmostEquals(check.base, said(base[check.eval]![key]!), 1e-9);
    assertAlmostEquals(check.candidate, said(candidate[check.eval]![key]!), 1e-9);
  }
});

Deno.test("fractions are judged by 2 points, likelihoods by 0.02 nats, and bits a byte are reported", async () => {
  const allowed = pair(...await logs(), new Map()).map(({ unit, allowed }) => [unit, allowed]);
  assertEquals(
    new Set(allowed.map((one) => JSON.stringify(one))),
    new Set([
      '["fraction",0.02]',
      '["nats/token",0.02]',
      '["bits/byte",null]',
    ]),
  );
});

Deno.test("choosing between four has a chance of one in four", async () => {
  const [{ scales }] = await logs();
  const chances = scales.map(({ eval: task, metric }) => [task, metric.name, metric.chance]);
  assertEquals(chances.filter(([, , chance]) => chance !== undefined), [
    ["easy_choices", "acc", 0.25],
    ["easy_choices", "acc_norm", 0.25],
  ]);
});

Deno.test("a log tells the model, its arguments and its precision", async () => {
  const [{ model, version, engine }] = await logs();
  assertEquals([model, version, engine], [
    { name: "./SmolLM2", args: "pretrained ./SmolLM2, dtype float32", precision: "float32" },
    "0.4.13",
    "lm_eval (hf)",
  ]);
});

Deno.test("a pair whose scores differ shows what was asked and both answers", async () => {
  const checks = pair(...await logs(), new Map());
  const { samples } = checks.find(({ metric }) => metric === "exact_match,flexible-extract")!;
  const shown = samples.flatMap(({ shown }) => (shown ? [shown] : []));
  assertEquals(shown.length, 1);
  assert(/^Question: Tom has \d+ apples/.test(shown[0]!.prompt));
});

Deno.test("documents with a subject are clusters of it; a single subject is none", async () => {
  const of = async (subjects: number) => {
    const run = {
      scores: scores(40),
      row: (row: Readonly<Record<string, unknown>>, i: number) => ({
        ...row,
        doc: { subject: `s${i % subjects}` },
      }),
    };
    const outcome = await imported(run, run);
    return typeof outcome === "string" || !("verdict" in outcome)
      ? outcome
      : outcome.verdict.checks[0]!.clusters;
  };
  assertEquals([await of(8), await of(1)], [8, 40]);
});

Deno.test("a check whose clusters are a few subjects says so", async () => {
  const run = {
    scores: scores(400, 1),
    row: (row: Readonly<Record<string, unknown>>, i: number) => ({ ...row, doc: { subject: `s${i % 8}` } }),
  };
  const outcome = await imported(run, { ...run, scores: scores(400, 20) });
  assert(typeof outcome !== "string" && "verdict" in outcome);
  const note = outcome.verdict.checks[0]!.note ?? "";
  assert(note.startsWith("its 8 subjects are the clusters, and so few decide little"), note);
});

Deno.test("a group of ten tasks or more is one eval, each task a cluster; fewer stay apart", async () => {
  const evals = async (tasks: number) =>
    await inFolder(async (folder) => {
      const names = Array.from({ length: tasks }, (_, i) => `mmlu_${i}`);
      const group_subtasks = { mmlu: ["mmlu_half"], mmlu_half: names };
      for (const [i, task] of names.entries()) {
        const date = `2026-02-${10 + i}T00-00-00.0`;
        lmEval(folder, "base", { scores: scores(6), task, date, results: { group_subtasks } });
      }
      const { scales } = await read(folder);
      return scales.map(({ eval: name, scores }) => [
        name,
        new Set([...scores.values()].map((s) => s.subject)).size,
      ]);
    });
  assertEquals(await evals(10), [["mmlu", 10]]);
  assertEquals((await evals(3)).map(([name]) => name), ["mmlu_0", "mmlu_1", "mmlu_2"]);
});

const REFUSED: readonly (readonly [string, Parameters<typeof imported>, RegExp])[] = [
  ["fewer documents than the run says", [{
    scores: scores(9),
    results: { "n-samples": { easy_choices: { effective: 10 } } },
  }, { scores: scores(9) }], /must hold 10 documents of easy_choices: found 9\. The log is cut short\.$/],
  [
    "a score that is no number",
    [{ scores: scores(9) }, { scores: [...scores(8), "NaN"] }],
    /acc of document 8 is "NaN"\.$/,
  ],
  [
    "a score beyond all bounds",
    [{ scores: scores(9) }, { scores: [...scores(8), 1e300] }],
    /acc of document 8 is 1e\+300\.$/,
  ],
  [
    "a score that is missing",
    [{ scores: scores(9) }, { scores: [...scores(8), null] }],
    /acc of document 8 is null\.$/,
  ],
  [
    "a document that only one arm has",
    [{ scores: scores(10) }, { scores: scores(9) }],
    /1 of acc of easy_choices only in the baseline's, e\.g\. 9\.$/,
  ],
  ["another prompt under one id", [{ scores: scores(9) }, {
    scores: scores(9),
    row: (row, i) =>
      i === 3 ? { ...row, arguments: { gen_args_0: { arg_0: "Other?", arg_1: " one" } } } : row,
  }], /the prompt of 3 of easy_choices differs\.$/],
  ["another target under one id", [{ scores: scores(9) }, {
    scores: scores(9),
    row: (row, i) => i === 3 ? { ...row, target: "1" } : row,
  }], /the target of 3 of easy_choices differs\.$/],
  ["another document under one id", [{ scores: scores(9) }, {
    scores: scores(9),
    row: (row, i) => i === 3 ? { ...row, doc_hash: "other" } : row,
  }], /the document of 3 of easy_choices differs\.$/],
  [
    "a metric that only one arm has",
    [{ scores: scores(9) }, { scores: scores(9), metric: "f1" }],
    /both must hold acc of easy_choices: only the baseline's do\.$/,
  ],
  ["a document twice", [{
    scores: scores(9),
    row: (row) => ({ ...row, doc_id: 1 }),
    results: { "n-samples": {} },
  }, {
    scores: scores(9),
  }], /must hold each document once: found 1 twice/],
  [
    "a line that is no sample",
    [{ scores: scores(9), row: () => ({ a: 1 }) }, { scores: scores(9) }],
    /^UserError: Cannot import line 1 of samples_\S+ as it must be a logged sample/,
  ],
  [
    "a document without a score",
    [{ scores: scores(9) }, {
      scores: scores(9),
      row: (row, i) => i === 3 ? { ...row, metrics: [] } : row,
    }],
    /every document must be scored: acc is missing for 1 of 9\.$/,
  ],
  [
    "one document alone",
    [{ scores: scores(1) }, { scores: scores(1) }],
    /must have two documents or more: found 1\.$/,
  ],
  ["nothing that is scored by document", [
    { scores: scores(9).map((s) => [s, 1]) },
    { scores: scores(9).map((s) => [s, 1]) },
  ], /found none\. acc of easy_choices: it is worked out over all documents at once/],
];

for (const [what, runs, message] of REFUSED) {
  Deno.test(`${what} is refused in one sentence`, async () => {
    const outcome = await imported(...runs);
    assert(
      typeof outcome === "string" && outcome.startsWith("UserError: Cannot ") && message.test(outcome),
      JSON.stringify(outcome).slice(0, 400),
    );
  });
}

Deno.test("a metric without a known direction is left out, and the record says so", async () => {
  const run = (arm: string) => ({
    scores: scores(9),
    row: (row: Readonly<Record<string, unknown>>) => ({ ...row, metrics: ["acc", "mystery"], mystery: 0.5 }),
    model: arm,
  });
  const outcome = await imported(run("a"), run("b"));
  assertEquals(typeof outcome === "string" ? outcome : outcome.trial.imported?.leftOut, [
    "mystery of easy_choices: the log does not say which way it counts.",
  ]);
});

Deno.test("lists of arguments, as older versions wrote them, are prompts too", async () => {
  const row = (row: Readonly<Record<string, unknown>>) => ({ ...row, arguments: [["What?", " one"]] });
  const other = (row: Readonly<Record<string, unknown>>) => ({ ...row, arguments: [["Which?", " one"]] });
  const outcome = await imported({ scores: scores(9), row }, { scores: scores(9), row: other });
  assertEquals(
    outcome,
    "UserError: Cannot pair the logs as a document must be the same in both: the prompt of 0 of easy_choices differs.",
  );
});

Deno.test("a subject that lost everything fails a check whose whole lost little", async () => {
  const row = (row: Readonly<Record<string, unknown>>, i: number) => ({
    ...row,
    doc: { subject: i < 10 ? "law" : `s${i % 40}` },
  });
  const outcome = await imported({ scores: scores(2000), row }, { scores: scores(2000, 10), row });
  assert(typeof outcome !== "string" && "verdict" in outcome);
  const [{ decision, note, loss, slices }] = outcome.verdict.checks as [
    typeof outcome.verdict.checks[number],
  ];
  assertEquals([loss, decision, note, slices?.length], [
    0.005,
    "fail",
    "shown to lose more than is allowed on subject law",
    41,
  ]);
});
