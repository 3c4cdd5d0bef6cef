/**
 * The endpoint beside PyTorch, both asked by lm-evaluation-harness: log-likelihoods and greedy flags of the same
 * continuations through its local-completions client and through its hf backend (f32) on the same weights, and answers
 * up to texts that end them. The endpoint serves with continuous batching, so that what is asked at once runs at once.
 *
 * Needs Python 3.11; installs the packages below in --folder (default: assay-parity-serve in the folder for temporary
 * files, 5 GB) unless --python VENV/bin/python (or ASSAY_PEER_PYTHON) has them. Run, for some minutes on two idle cores:
 *   deno run -A --unstable-no-legacy-abort tests/parity/serve/parity.ts [--documents N]
 */
import { parseArgs } from "@std/cli";
import {
  arcEasy,
  continuousBatching,
  defaultModel,
  dense,
  lambada,
  oneAtATime,
  onnxEngine,
  plain,
  serve,
  take,
} from "../../../mod.ts";
import { python, workFolder } from "../environment.ts";
import { keep, main, runPython } from "../peer.ts";

const PACKAGES = [
  "torch==2.13.0",
  "transformers==5.19.0",
  "datasets==5.2.0",
  "lm_eval[api]==0.4.13",
  "accelerate==1.15.0",
  "gguf==0.19.0",
];
/** Documents of each task. */
const COUNT = Number(parseArgs(Deno.args, { string: ["documents"] }).documents ?? 50);
const UNTIL = [". ", '" ', "\n\n"];
const TOKENS = 24;
/** How far the sum over a continuation's tokens may be from PyTorch's. */
const TOLERANCE_NATS = 1e-3;

interface Answers {
  readonly versions: Readonly<Record<string, string>>;
  readonly likelihoods: Readonly<Record<string, readonly (readonly [number, boolean])[]>>;
  readonly answers: Readonly<Record<"hf" | "endpoint", readonly string[]>>;
}

await main(async () => {
  const folder = await workFolder("serve");
  const interpreter = await python(folder, PACKAGES);
  const model = await defaultModel();
  const questions = await take(arcEasy, COUNT);
  const passages = await take(lambada, COUNT);
  const pairs = [
    ...questions.flatMap(({ context, continuations }) => continuations.map((one) => [context, one])),
    ...passages.map(({ context, target }) => [context, target]),
  ];
  const prompts = passages.map(({ context }) => context);
  await Deno.writeTextFile(
    `${folder}/asked.json`,
    JSON.stringify({ pairs, prompts, until: UNTIL, tokens: TOKENS }),
  );
  const stack = await continuousBatching().transform({
    model,
    cache: dense(),
    decoder: plain,
    scheduler: oneAtATime,
  });
  await using session = await onnxEngine({ backend: "native" }).open(stack);
  const limits = { most: 256, deadline: 600_000 };
  const server = serve({ session, model: model.name, limits }, { host: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${server.addr.port}/v1`;
  await runPython(interpreter, new URL("peer.py", import.meta.url), [model.file, folder, url, model.name]);
  const { counters } = await session.stats();
  await server.drain();
  const { versions, likelihoods: { hf, ...asked }, answers } = JSON.parse(
    await Deno.readTextFile(`${folder}/answers.json`),
  ) as Answers;
  const likelihoods = Object.fromEntries(
    Object.entries(asked).map(([how, found]) => [how, compare(hf!, found)]),
  );
  const different = answers.hf.flatMap((theirs, i) =>
    theirs === answers.endpoint[i]
      ? []
      : [{ prompt: prompts[i]!.slice(-80), theirs, ours: answers.endpoint[i] }]
  );
  const generated = {
    answers: answers.hf.length,
    different: different.length,
    examples: different.slice(0, 5),
  };
  await keep(import.meta.url, versions, { likelihoods, generated, largestBatch: counters.largestBatch });
  return different.length === 0 && counters.largestBatch! > 1 &&
    Object.values(likelihoods).every((one) =>
      one.otherFlags === 0 && one.largestDifference <= TOLERANCE_NATS
    );
});

function compare(theirs: readonly (readonly [number, boolean])[], ours: typeof theirs) {
  const distances = theirs.map(([sum], i) => Math.abs(sum - ours[i]![0])).sort((a, b) => a - b);
  return {
    continuations: theirs.length,
    otherFlags: theirs.filter(([, greedy], i) => greedy !== ours[i]![1]).length,
    medianDifference: distances[Math.floor(distances.length / 2)],
    largestDifference: distances.at(-1)!,
  };
}
