/** The data sets' contents, read from their pinned files; run by `deno task test:slow`, which fetches them. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  c4TextCalibration,
  codeTextCalibration,
  type Dataset,
  datasets,
  type Sample,
  take,
  wikiText,
  wikiTextCalibration,
  type Workload,
  workloads,
} from "../../datasets/mod.ts";
import { UserError } from "../../engine/mod.ts";
import { loadSuite } from "../../evals/mod.ts";
import { checkCalibration } from "../../evals/overlap.ts";
import { techniques } from "../../techniques/mod.ts";

type Any = Sample & {
  readonly text?: string;
  readonly context?: string;
  readonly contexts?: readonly string[];
  readonly prompt?: string;
  readonly target?: string;
  readonly continuations?: readonly string[];
  readonly gold?: number;
  readonly turns?: readonly string[];
  readonly system?: string;
};

async function all(dataset: Dataset<Sample>): Promise<readonly Any[]> {
  return await Array.fromAsync(dataset.samples());
}

/** Everything of a sample that a model may read. */
function textOf(sample: Any): string {
  const { text, context, contexts = [], prompt, target, continuations = [], turns = [], system } = sample;
  return [text, context, ...contexts, prompt, target, ...continuations, ...turns, system].join("\n");
}

const words = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** Every run of thirteen words, the length by which GPT-3's authors looked for overlap (Brown et al., 2020). */
function runs(text: string): Set<string> {
  const found = new Set<string>();
  const all = words(text);
  for (let i = 0; i + 13 <= all.length; i++) found.add(all.slice(i, i + 13).join(" "));
  return found;
}

for (const [name, dataset] of Object.entries<Dataset<Sample>>(datasets)) {
  Deno.test(`${name} holds as many samples as it says, each with an id of its own and, unless it is empty on purpose, something to read`, async () => {
    const samples = await all(dataset);
    assertEquals(samples.length, dataset.size);
    assertEquals(new Set(samples.map(({ id }) => id)).size, samples.length);
    for (const sample of samples) {
      assert(sample.id !== "" && sample.cluster !== "");
      // Nothing to read is an edge of its own.
      const empty = sample.slices.includes("empty");
      assert(empty || words(textOf(sample)).length > 0, sample.id);
      if (sample.continuations) {
        assert(sample.continuations.length >= 2 && sample.gold! < sample.continuations.length, sample.id);
        // HellaSwag's own choices may begin with a space, as they do in lm-evaluation-harness.
        assert(sample.continuations.every((text) => /^ {1,2}\S/.test(text)), sample.id);
      }
      if (sample.target !== undefined) {
        assert(/^ ?\S+$/.test(sample.target), `${sample.id}: ${sample.target}`);
      }
      if (sample.turns && !empty) assert(sample.turns.every((turn) => turn.trim() !== ""), sample.id);
    }
  });

  Deno.test(`${name} gives the same samples in the same order, and the same fair draw, every time`, async () => {
    assertEquals(await all(dataset), await all(dataset));
    const [draw, other] = [await take(dataset, 20, 1), await take(dataset, 20, 2)];
    assertEquals(await take(dataset, 20, 1), draw);
    assert(draw.some(({ id }, i) => id !== other[i]!.id), "another seed must draw otherwise");
  });
}

Deno.test("nothing that is calibrated on is measured or timed: no text twice, and no run of thirteen words", async () => {
  const calibration = new Set<string>();
  const whole = new Set<string>();
  for (const dataset of Object.values<Dataset<Sample>>(datasets)) {
    if (dataset.split !== "calibration") continue;
    for (const sample of await all(dataset)) {
      whole.add(words(textOf(sample)).join(" "));
      for (const run of runs(textOf(sample))) calibration.add(run);
    }
  }
  assert(whole.size > 0 && calibration.size > 0, "there must be calibration text");
  const shared: string[] = [];
  for (const dataset of Object.values<Dataset<Sample>>(datasets)) {
    if (dataset.split === "calibration") continue;
    for (const sample of await all(dataset)) {
      if (whole.has(words(textOf(sample)).join(" "))) shared.push(`${dataset.name} ${sample.id}`);
      for (const run of runs(textOf(sample))) {
        if (calibration.has(run)) shared.push(`${dataset.name} ${sample.id}: ${run}`);
      }
    }
  }
  assertEquals(shared, []);
});

Deno.test("the splits of one source share no article", async () => {
  const articles = new Map<string, string>();
  for (const name of ["wiki_text", "wiki_text_calibration", "wiki_text_workload"] as const) {
    for (const { id, text } of await Array.fromAsync(datasets[name].samples())) {
      for (const key of [id, words(text).join(" ")]) {
        assertEquals(articles.get(key), undefined, `${name}: ${id}`);
        articles.set(key, name);
      }
    }
  }
});

for (const [name, workload] of Object.entries<Workload>(workloads)) {
  Deno.test(`${name} has prompts to read for every request`, async () => {
    const prompts = await take(workload.prompts, workload.requests, workload.seed);
    assertEquals(prompts.length, workload.requests);
    assert(prompts.every(({ turns }) => turns.length > 0));
  });
}

for (const name of ["standard", "knowledge", "reasoning", "long_context", "quantizers"]) {
  Deno.test(`the calibration splits hold nothing that the suite ${name} asks or times`, async () => {
    const suite = await loadSuite(name);
    const calibration = [wikiTextCalibration, c4TextCalibration, codeTextCalibration];
    await checkCalibration({ ...suite, candidates: { all: [{ ...techniques.int8, calibration }] } });
    const text = suite.evals.find(({ dataset }) => dataset.name === "wiki_text");
    if (text === undefined) return;
    const stolen = { all: [{ ...techniques.int8, calibration: [wikiText] }] };
    await assertRejects(() => checkCalibration({ ...suite, candidates: stolen }), UserError, "of wiki_text");
  });
}
