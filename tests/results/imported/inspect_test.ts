/** Fixtures: inspect_ai 0.3.285 with mockllm, on questions of our own; events and messages left out. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { readInspect } from "../../../results/imported/inspect.ts";
import { pair } from "../../../results/imported/pairing.ts";
import { archive, FIXTURES, inFolder } from "./logs.ts";

type Log = Record<string, never> & { samples: Record<string, unknown>[]; results: Record<string, unknown> };

const paths = (arm: string) => ["capitals", "quiz"].map((task) => `${FIXTURES}inspect/${arm}/${task}.json`);
const logs = async () => [await readInspect(paths("base")), await readInspect(paths("candidate"))] as const;
const fixture = async (arm: string, task: string): Promise<Log> =>
  JSON.parse(await Deno.readTextFile(`${FIXTURES}inspect/${arm}/${task}.json`));

Deno.test("each scorer is a check, and both arms' accuracies are Inspect's own", async () => {
  const checks = pair(...await logs(), new Map());
  assertEquals(checks.map(({ eval: task, metric, n, clusters }) => [task, metric, n, clusters]), [
    ["capitals", "includes", 12, 2],
    ["capitals", "match", 12, 2],
    ["quiz", "choice", 24, 12],
  ]);
  for (const check of checks) {
    for (const arm of ["base", "candidate"] as const) {
      const { results } = await fixture(arm, check.eval);
      const { scores } = results as { scores: { name: string; metrics: { accuracy: { value: number } } }[] };
      const said = scores.find(({ name }) => name === check.metric)!.metrics.accuracy.value;
      assertAlmostEquals(check[arm], said, 1e-9);
    }
  }
});

Deno.test("choosing between four has a chance of one in four; an answer in free text has none", async () => {
  const [{ scales }] = await logs();
  assertEquals(scales.map(({ metric }) => [metric.name, metric.chance]), [
    ["includes", undefined],
    ["match", undefined],
    ["choice", 0.25],
  ]);
});

Deno.test("an .eval archive reads as the same log in JSON does", async () => {
  await inFolder(async (folder) => {
    const { samples, ...head } = await fixture("base", "quiz");
    const members = Object.fromEntries(
      samples.map((sample) => [`samples/${sample.id}_epoch_${sample.epoch}.json`, JSON.stringify(sample)]),
    );
    const path = `${folder}/quiz.eval`;
    await Deno.writeFile(path, archive({ ...members, "header.json": JSON.stringify(head) }));
    const [zipped, plain] = [await readInspect([path]), await readInspect([paths("base")[1]!])];
    assertEquals(zipped.scales, plain.scales);
  });
});

const CHANGED: readonly (readonly [string, (log: Log) => unknown, RegExp])[] = [
  [
    "a run that ended in an error",
    (log) => ({ ...log, status: "error" }),
    /its run must have ended well: its status is error\.$/,
  ],
  [
    "a run that was marked as invalid",
    (log) => ({ ...log, invalidated: true }),
    /it was marked as invalid\.$/,
  ],
  [
    "fewer samples than the run had",
    (log) => ({ ...log, samples: log.samples.slice(1) }),
    /it must hold all 24 samples: found 23\.$/,
  ],
  ["a log without samples", (log) => ({ ...log, samples: [] }), /it must hold its samples: it has none\.$/],
  ["a sample that ended in an error", (log) => ({
    ...log,
    samples: log.samples.map((sample, i) => i === 2 ? { ...sample, error: { message: "x" } } : sample),
  }), /every sample must have been answered: q\d+ ended in an error\.$/],
  ["a sample that one scorer passed over", (log) => ({
    ...log,
    samples: log.samples.map((sample, i) => i === 2 ? { ...sample, scores: {} } : sample),
  }), /every sample must be scored once: choice has 23 scores of 24 samples\.$/],
  ["a sample that does not say what was asked", (log) => ({
    ...log,
    samples: log.samples.map((sample, i) => i === 2 ? { ...sample, input: null } : sample),
  }), /every sample must say what was asked: q\d+ does not\.$/],
  ["a sample without a score", (log) => ({
    ...log,
    samples: log.samples.map((sample, i) =>
      i === 2 ? { ...sample, scores: { choice: { value: null } } } : sample
    ),
  }), /every score must be a finite number: choice of q\d+#\d is null\.$/],
  ["other JSON", () => ({ hello: 1 }), /it must be a log of Inspect: it is other JSON/],
];

for (const [what, change, message] of CHANGED) {
  Deno.test(`${what} is refused in one sentence`, async () => {
    await inFolder(async (folder) => {
      const path = `${folder}/quiz.json`;
      await Deno.writeTextFile(path, JSON.stringify(change(await fixture("base", "quiz"))));
      const found = await readInspect([path]).catch(({ name, message }) => `${name}: ${message}`);
      assert(
        typeof found === "string" && found.startsWith("UserError: Cannot import ") && message.test(found),
        String(found),
      );
    });
  });
}

Deno.test("an archive that is cut short is refused in one sentence", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/quiz.eval`;
    const whole = archive({ "header.json": "{}" });
    for (const length of [0, 10, 40, whole.length - 1]) {
      await Deno.writeFile(path, whole.subarray(0, length));
      const found = await readInspect([path]).catch(({ name, message }) => `${name}: ${message}`);
      assert(
        typeof found === "string" &&
          /^UserError: Cannot import quiz\.eval as it must be a whole \.eval archive/.test(found),
        String(found),
      );
    }
  });
});
