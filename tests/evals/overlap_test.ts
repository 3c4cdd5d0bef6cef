/** What a technique is calibrated on may not be what it is measured on. */
import { assertEquals, assertRejects } from "@std/assert";
import { UserError } from "../../engine/mod.ts";

import type { Dataset, Text } from "../../datasets/mod.ts";
import { plan } from "../../evals/mod.ts";
import { checkCalibration, Shingles, wordsOf } from "../../evals/overlap.ts";
import { inMemory, prompts, suite, texts, toyBench, toyInt8, workload } from "./toy_bench.ts";

const sample = (id: string) => ({ id, cluster: id, slices: [] });
/** Words that no other text has. */
const words = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${name}${i}`).join(" ");
const textSet = (name: string, all: readonly string[]) =>
  inMemory(name, all.map((text, i): Text => ({ ...sample(`${name} ${i}`), text })));

/** A suite with a technique that is calibrated on these. */
const calibrated = (sets: readonly Dataset<Text>[], over: Parameters<typeof suite>[0] = {}) =>
  suite({ candidates: { int8: [{ ...toyInt8, calibration: sets }] }, ...over });

Deno.test("a calibration set that holds samples of an eval is refused before anything runs, with all names", async () => {
  const all = await Array.fromAsync(texts.samples());
  const long = all.map(({ text }, i) => `${text} ${words(`own${i}x`, 20)}`);
  const evals = suite().evals.map((e) =>
    e.name === "toy_texts_nll" ? { ...e, dataset: textSet("long", long) } : e
  );
  const config = toyBench({
    suite: calibrated([textSet("stolen", [...long.slice(0, 3), words("z", 40)])], { evals }),
  });
  await assertRejects(
    () => plan(config),
    UserError,
    "Cannot judge toy_int8 as what it is calibrated on must not be what it is measured on: stolen holds two thirds " +
      "or more of the words of 3 samples, long 0 the first, among the 40 of long (eval toy_texts_nll).",
  );
  assertEquals(config.opened, []);
});

Deno.test("the prompts of a workload may not be calibrated on either", async () => {
  const asked = words("asked", 30);
  const own = inMemory("own_prompts", [{ ...sample("p"), turns: [asked] }]);
  const load = calibrated([textSet("stolen", [asked])], { workloads: [workload({ prompts: own })] });
  await assertRejects(() => checkCalibration(load), UserError, "(workload toy_single)");
  await checkCalibration(calibrated([textSet("other", [words("other", 30)])], { workloads: load.workloads }));
});

Deno.test("words are compared whatever their case, signs and line breaks", () => {
  const shingles = new Shingles();
  shingles.add(wordsOf(words("word", 20)));
  assertEquals(shingles.share(wordsOf(words("WORD", 20).replaceAll(" ", ",\n  "))), 1);
});

Deno.test("a header that takes less than two thirds of a sample is no overlap, and more of it is", async () => {
  const header = words("licence", 200);
  const held = textSet("calibration", [`${header} ${words("mine", 200)}`]);
  const measured = (own: number) => [
    {
      ...suite().evals[0]!,
      dataset: textSet("code", [`${header} ${words("yours", own)}`, words("more", 20)]),
    },
  ];
  await checkCalibration(calibrated([held], { evals: measured(101) }));
  await assertRejects(
    () => checkCalibration(calibrated([held], { evals: measured(99) })),
    UserError,
    "code 0",
  );
});

Deno.test("what every sample of a set begins with counts neither way", async () => {
  const examples = words("example", 300);
  const questions = [words("a", 30), words("b", 30)];
  const evals = [{
    ...suite().evals[0]!,
    dataset: textSet("asked", questions.map((q) => `${examples} ${q}`)),
  }];
  await checkCalibration(calibrated([textSet("examples", [examples])], { evals }));
  const stolen = calibrated([textSet("stolen", [questions[1]!])], { evals });
  await assertRejects(() => checkCalibration(stolen), UserError, "sample asked 1,");
});

Deno.test("a text without spaces is compared by its letters", () => {
  const shingles = new Shingles();
  const text = "金属必须通过检验才能获得印记这是一个古老的规则";
  shingles.add(wordsOf(text));
  assertEquals(shingles.share(wordsOf(`${text}。`)), 1);
  assertEquals(wordsOf("Deno是一个").length, 4);
});

Deno.test("a suite without a technique that calibrates reads no data set", async () => {
  const unread = { ...prompts, samples: () => Promise.reject(new Error("read")) as never };
  await checkCalibration(
    suite({ candidates: { int8: [toyInt8] }, workloads: [workload({ prompts: unread })] }),
  );
});
