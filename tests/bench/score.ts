/**
 * Documents a second of our scoring on ARC-Easy, beside one plain forward pass a choice on the same engine, and beside
 * lm-evaluation-harness (hf backend, f32) at its best batch size: same documents, weights and threads, text in and
 * log-likelihoods out, every side once a block, blocks in turning order. The answers that were timed are compared.
 *
 * Needs Python 3.11 with `pip install torch==2.13.0 transformers==5.19.0 datasets==5.2.0 lm_eval==0.4.13
 * accelerate==1.15.0 gguf==0.19.0` and a machine that does nothing else. Run, for a few minutes on two cores:
 * deno run -A tests/bench/score.ts --python VENV/bin/python      (or ASSAY_PEER_PYTHON)
 */
import {
  arcEasy,
  type Choices,
  defaultModel,
  dense,
  multipleChoice,
  oneAtATime,
  onnxEngine,
  plain,
  type Session,
  take,
} from "../../mod.ts";
import { keep, main, peer, PythonPeer } from "../parity/peer.ts";

const DOCUMENTS = 64;
const THREADS = 2;
const BLOCKS = 4;
const BATCHES = [1, 4, 8, 16];

/** Scores all documents; gives the summed log-likelihood of every choice, in order. */
type Side = () => Promise<{ readonly seconds: number; readonly sums: readonly number[] }>;

await main(async () => {
  const python = peer("python", "ASSAY_PEER_PYTHON", "Install what this script's header names.");
  const folder = await Deno.makeTempDir();
  try {
    const model = await defaultModel();
    const samples = await take(arcEasy, DOCUMENTS);
    await using session = await onnxEngine({ backend: "native", threads: THREADS }).open(
      { model, cache: dense(), decoder: plain, scheduler: oneAtATime },
    );
    await using harness = new PythonPeer(
      python,
      new URL("score.py", import.meta.url),
      [model.file, folder, `${THREADS}`],
    );
    await harness.tell(samples.map(({ context, continuations }) => [context, continuations]));
    const versions = (await harness.line<Record<string, string>>())!;
    const sides: Record<string, Side> = {
      ours: () => timed(() => ask(session, [samples])),
      "plain forward a choice": () => timed(() => ask(session, samples.flatMap(alone))),
    };
    for (const batch of BATCHES) {
      sides[`harness, batch ${batch}`] = async () => {
        await harness.tell(batch);
        return (await harness.line<Awaited<ReturnType<Side>>>())!;
      };
    }
    const load = { before: Deno.loadavg()[0]! };
    const { seconds, largestDifferenceNats } = await race(sides);
    await keep(
      import.meta.url,
      versions,
      {
        documents: DOCUMENTS,
        choices: samples.flatMap(({ continuations }) => continuations).length,
        threads: THREADS,
        load: { ...load, after: Deno.loadavg()[0]! },
        ...summary(seconds),
        largestDifferenceNats,
        seconds,
      },
      "score.json",
    );
    return true;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Runs every side once to warm up, then once a block, each block in the other direction. */
async function race(sides: Readonly<Record<string, Side>>) {
  const seconds: Record<string, number[]> = {};
  let [largest, reference]: [number, readonly number[]] = [0, []];
  for (let block = -1; block < BLOCKS; block++) {
    const order = Object.keys(sides);
    if (block % 2 !== 0) order.reverse();
    for (const name of order) {
      const { seconds: taken, sums } = await sides[name]!();
      if (block >= 0) (seconds[name] ??= []).push(taken);
      if (reference.length === 0) reference = sums;
      sums.forEach((sum, i) => (largest = Math.max(largest, Math.abs(sum - reference[i]!))));
      console.error(`block ${block + 1} of ${BLOCKS}: ${name} ${(DOCUMENTS / taken).toFixed(2)} documents/s`);
    }
  }
  return { seconds, largestDifferenceNats: largest };
}

/** Medians, and the ratio of each block to the same block of the others. */
function summary(seconds: Readonly<Record<string, readonly number[]>>) {
  const names = Object.keys(seconds);
  const best = names.filter((name) => name.startsWith("harness")).reduce((a, b) =>
    median(seconds[a]!) < median(seconds[b]!) ? a : b
  );
  const over = (name: string) => {
    const blocks = seconds[name]!.map((taken, block) => taken / seconds.ours![block]!);
    return { median: median(blocks), least: Math.min(...blocks), most: Math.max(...blocks) };
  };
  return {
    documentsPerSecond: Object.fromEntries(names.map((name) => [name, DOCUMENTS / median(seconds[name]!)])),
    ratios: {
      "ours over plain forward a choice": over("plain forward a choice"),
      [`ours over ${best}`]: over(best),
    },
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

async function timed(sums: () => Promise<number[]>) {
  const start = performance.now();
  const found = await sums();
  return { seconds: (performance.now() - start) / 1000, sums: found };
}

/** A document as one sample a choice. */
function alone(sample: Choices): readonly Choices[][] {
  return sample.continuations.map((continuation, i) => [
    { ...sample, id: `${sample.id}:${i}`, continuations: [continuation], gold: 0 },
  ]);
}

/** Our eval's log-likelihoods, each list of samples asked after the one before it was answered. */
async function ask(session: Session, lists: readonly (readonly Choices[])[]): Promise<number[]> {
  const own = multipleChoice(arcEasy, { count: DOCUMENTS, judged: "acc", chance: 0.25 });
  const found: number[] = [];
  for (const samples of lists) {
    const answers = new Map<string, readonly number[]>();
    for await (const { id, answer } of own.ask(session, samples)) answers.set(id, answer.sums);
    for (const { id } of samples) found.push(...answers.get(id)!);
  }
  return found;
}
