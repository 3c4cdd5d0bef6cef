import { assert, assertEquals } from "@std/assert";
import { main } from "../../../mod.ts";
import { boards, createApp, openStore } from "../../../results/mod.ts";
import type { Trial } from "../../../evals/mod.ts";
import { recorded, recording, trial, workload } from "../fixture.ts";
import { printed } from "../verbs/console.ts";
import { FIXTURES, imported, inFolder, lmEval, type Run, scores } from "./logs.ts";

const SPEED = [
  "--speed-base",
  `${FIXTURES}speed/vllm_base.json`,
  "--speed-candidate",
  `${FIXTURES}speed/vllm_candidate.json`,
];

/** Two runs imported by the command line into a store of their own. */
async function run(base: Run, candidate: Run, more: readonly string[] = []) {
  return await inFolder(async (folder) => {
    const arms = [
      "--base",
      lmEval(folder, "base", base),
      "--candidate",
      lmEval(folder, "candidate", candidate),
    ];
    const path = `${folder}/store.sqlite`;
    const said = await printed(() => main(["import", ...arms, "--store", path, ...more]));
    const again = await printed(() => main(["import", ...arms, "--store", path, ...more]));
    using store = openStore(path);
    const recordings = [...store.read()];
    const app = createApp(store);
    const page = async (route: string) => await (await app.request(route)).text();
    const pages = {
      board: await page("/"),
      trial: recordings[0] ? await page(`/trial/${recordings[0].id}.html`) : "",
    };
    return { ...said, again, recordings, pages };
  });
}

Deno.test("enough equal answers pass at the board's margin, and the speed is kept with no ratio", async () => {
  const { value, recordings, err } = await run({ scores: scores(200) }, { scores: scores(200) }, SPEED);
  const [{ outcome }] = recordings as [typeof recordings[number]];
  assertEquals([value, recordings.length, outcome.kind], [0, 1, "recorded"]);
  assert(outcome.kind === "recorded");
  assertEquals([outcome.speed.workloads, outcome.speed.apart?.tool, outcome.speed.apart?.base.requests], [
    [],
    "vllm bench serve",
    24,
  ]);
  assert(err.at(-1)!.startsWith("Recorded; deno task explain "));
});

Deno.test("without a pass no speed is kept", async () => {
  const { recordings, out } = await run({ scores: scores(200) }, { scores: scores(200, 60) }, SPEED);
  const [{ outcome }] = recordings as [typeof recordings[number]];
  assertEquals([outcome.kind, "verdict" in outcome && outcome.verdict.kind], ["rejected", "fail"]);
  assert(!/tok\/s|vllm/.test(JSON.stringify(recordings).replaceAll(/vllm_\w+\.json/g, "") + out.join("\n")));
});

Deno.test("an imported trial says where it is from, and stands on no board", async () => {
  const { recordings, out, pages } = await run({ scores: scores(200) }, { scores: scores(200) });
  const { trial } = recordings[0]!.outcome;
  assertEquals([trial.imported?.tool, trial.imported?.version, trial.imported?.files.map(({ arm }) => arm)], [
    "lm_eval",
    "0.4.13",
    ["base", "base", "candidate", "candidate"],
  ]);
  assert(trial.imported!.files.every(({ digest }) => /^[0-9a-f]{64}$/.test(digest)));
  assertEquals(boards(recordings), []);
  assert(out.some((line) => line.startsWith("Imported: lm_eval 0.4.13 asked the questions")));
  assert(out.includes("Its speed was not imported."));
  assert(
    pages.board.includes(`./trial/${recordings[0]!.id}`) && pages.trial.includes("It stands on no board."),
  );
});

Deno.test("an imported trial with workloads, which none has, would stand on no board either", async () => {
  const row = (over: Partial<Trial>) => recording(recorded(trial("int8", over), [workload(2)]));
  const imported = { tool: "x", version: "1", files: [], leftOut: [] };
  assertEquals([boards([await row({})]).length, boards([await row({ imported })]).length], [1, 0]);
});

Deno.test("the same files once more are recorded no second time", async () => {
  const { again, recordings } = await run({ scores: scores(200) }, { scores: scores(200) });
  assertEquals([again.value, again.err.at(-1), recordings.length], [0, "Recorded before.", 1]);
});

Deno.test("another run of the same model on the same documents is another try of the same trial", async () => {
  const trial = async (wrong: number) => {
    const outcome = await imported({ scores: scores(50) }, { scores: scores(50, wrong) });
    return typeof outcome === "string" ? outcome : outcome.trial.id;
  };
  assertEquals(await trial(1), await trial(2));
});

Deno.test("a baseline no better than guessing carries no pass", async () => {
  const results = {
    configs: { easy_choices: { output_type: "multiple_choice" } },
  };
  const outcome = await imported({ scores: scores(400, 200), results }, {
    scores: scores(400, 200),
    results,
  });
  assert(typeof outcome !== "string" && "verdict" in outcome);
  assertEquals([outcome.verdict.kind, outcome.verdict.checks[0]!.note], [
    "unsure",
    "the baseline is not shown to stand three margins above chance here, so this can carry no pass",
  ]);
});

Deno.test("a margin of the user's own is used, by metric or by task and metric, and a wide one is marked", async () => {
  for (const name of ["acc", "easy_choices/acc"]) {
    const outcome = await imported({ scores: scores(60) }, { scores: scores(60) }, { [name]: 0.1 });
    assert(typeof outcome !== "string" && "verdict" in outcome);
    const [{ allowed, note, decision }] = outcome.verdict.checks as [typeof outcome.verdict.checks[number]];
    assertEquals([allowed, note, decision], [0.1, "wider than the board's margin: ranks nowhere", "pass"]);
  }
});

const HOSTILE = `<img src=x onerror=alert(1)>\u001b[2J\u202e${"A".repeat(100_000)}`;

Deno.test("markup, control characters and megabytes in names reach neither a terminal nor a page", async () => {
  const base = { scores: scores(30), model: HOSTILE };
  const row = (row: Readonly<Record<string, unknown>>) => ({
    ...row,
    arguments: { gen_args_0: { arg_0: HOSTILE, arg_1: HOSTILE } },
  });
  const { value, out, err, recordings, pages } = await run(
    { ...base, row, results: { model_source: HOSTILE, config: { model_args: { [HOSTILE]: HOSTILE } } } },
    { ...base, row, scores: scores(30, 20) },
    ["--name", HOSTILE],
  );
  assertEquals([value, recordings.length], [0, 1]);
  // deno-lint-ignore no-control-regex
  const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;
  assert(!control.test([...out, ...err].join("\n")));
  assert(!pages.board.includes("<img src=x") && !pages.trial.includes("<img src=x"));
  assert(!control.test(pages.board + pages.trial));
  assert(JSON.stringify(recordings).length < 200_000);
});

for (
  const [what, args, message] of [
    [
      "a missing candidate",
      ["--base", "/nowhere"],
      "Cannot import as both arms must be given: --candidate is missing.",
    ],
    [
      "a speed of one arm",
      ["--base", "a", "--candidate", "b", "--speed-base", "c"],
      "Cannot import a speed as both arms must be timed: --speed-candidate is missing.",
    ],
    [
      "a margin without a loss",
      ["--base", "a", "--candidate", "b", "--margin", "acc"],
      "Cannot use --margin acc as it must be a metric and a loss above 0, e.g. acc=0.02.",
    ],
    [
      "a margin of nothing",
      ["--base", "a", "--candidate", "b", "--margin", "acc=0"],
      "Cannot use --margin acc=0 as it must be a metric and a loss above 0, e.g. acc=0.02.",
    ],
    [
      "a margin for what is not there",
      [
        "--base",
        `${FIXTURES}lm_eval/base`,
        "--candidate",
        `${FIXTURES}lm_eval/candidate`,
        "--margin",
        "bleu=0.1",
      ],
      "Cannot use --margin bleu as it must name a metric of the logs: they hold acc, acc_norm, perplexity, word_perplexity, byte_perplexity, bits_per_byte, exact_match,strict-match, exact_match,flexible-extract.",
    ],
    [
      "a folder beside itself",
      ["--base", `${FIXTURES}lm_eval/base`, "--candidate", `${FIXTURES}lm_eval/base`],
      "Cannot import the two arms as they must be two runs: results_2026-11-24T22-06-06.748832.json is the same file in both.",
    ],
    [
      "logs of two tools",
      ["--base", `${FIXTURES}lm_eval/base`, "--candidate", `${FIXTURES}inspect/candidate`],
      "Cannot pair the logs as one tool must have written both: the baseline's are of lm_eval, the candidate's of inspect.",
    ],
    [
      "a speed file where logs belong",
      ["--base", `${FIXTURES}speed/aiperf_base/profile_export.jsonl`, "--candidate", "b"],
      `Cannot import ${FIXTURES}speed/aiperf_base/profile_export.jsonl as it must hold samples_*.jsonl of lm_eval --log_samples, or .eval or .json logs of Inspect: found neither.`,
    ],
  ] as const
) {
  Deno.test(`${what} is one sentence and code 1, and nothing is recorded`, async () => {
    await inFolder(async (folder) => {
      const store = `${folder}/store.sqlite`;
      const { value, out, err } = await printed(() => main(["import", ...args, "--store", store]));
      assertEquals([value, out, err], [1, [], [message]]);
      assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
    });
  });
}

Deno.test("a damaged speed is told of even where quality was lost", async () => {
  const { value, err, recordings } = await run({ scores: scores(60) }, { scores: scores(60, 40) }, [
    "--speed-base",
    `${FIXTURES}speed/vllm_base.json`,
    "--speed-candidate",
    `${FIXTURES}speed/guidellm_candidate.json`,
  ]);
  assertEquals([value, recordings], [1, []]);
  assert(/the tool is vllm bench serve for the baseline and guidellm/.test(err.join("\n")));
});
