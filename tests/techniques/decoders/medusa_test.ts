/** Medusa heads trained for a tiny model: what guesses may cost the answers (nothing), and when heads are refused. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  cacheFolder,
  localModel,
  type Request,
  sha256OfFile,
  Unsupported,
  UserError,
} from "../../../engine/mod.ts";
import { continuousBatching, medusa, prefixCache, type Training } from "../../../techniques/mod.ts";
import { useTestCache } from "../../engine/test_cache.ts";
import { llamaFile, tinyLlama } from "../../engine/tiny_llama.ts";
import { letters } from "./letters.ts";
import { engine, prompt, run, stackOf, tinyFolder } from "./tiny_trained.ts";

useTestCache();
const options = { tokens: 9000, sets: [letters] };
const technique = medusa(options);
/** It needs no training of its own. */
const withLookup = medusa({ ...options, lookedUp: 8 });
const stack = await stackOf(1);
const shares: number[] = [];
const training: Training = { engine, model: stack.model, progress: (_, share) => void shares.push(share) };
const lines = await technique.train!(training);

Deno.test("answers are those of plain decoding, alone and in a crowd, greedy and drawn, to a limit or an end", async () => {
  for (const base of [stack, await continuousBatching().transform(stack)]) {
    const plain = await run(base);
    for (const one of [technique, withLookup]) {
      const { answers, counters, weightBytes } = await run(await one.transform(base));
      assertEquals(answers, plain.answers);
      assertEquals(new Set(Object.values(answers.finish)), new Set(["stop", "length"]));
      assert(counters.drafted! > counters.accepted! && counters.accepted! > 0);
      assert(weightBytes! > plain.weightBytes!);
    }
  }
});

Deno.test("a prompt that a prefix cache had whole gets its guesses a step later", async () => {
  const cached = await prefixCache().transform(stack);
  const asked = ["first", "again"].map((id): Request => ({
    id,
    prompt: prompt(129, 1),
    maxTokens: 40,
    stop: [],
  }));
  const { answers, counters } = await run(await technique.transform(cached), asked);
  assertEquals(answers, (await run(stack, asked)).answers);
  assert(counters.prefixHits! > 0 && counters.accepted! > 0);
});

Deno.test("acceptance on answers held out is told by head, beside heads that were not trained", () => {
  assertMatch(lines[0]!, /^Trained on \d+ answers; \d+ were held out/);
  for (const [i, name] of ["trained", "ridge regression alone", "untrained"].entries()) {
    assertMatch(
      lines[i + 1]!,
      new RegExp(`^${name}: head 1 [\\d.]+ % at rank 1, [\\d.]+ % within 4; .*; [\\d.]+ of 1, .* of 31$`),
    );
  }
});

Deno.test("progress tells a share that grows to all of it", () => {
  assertEquals(shares, shares.toSorted((a, b) => a - b));
  assertEquals([shares[0], shares.at(-1)], [0, 1]);
});

Deno.test("a training that was cut off gives the heads that a whole one gives", async () => {
  // Other tests keep what they train in folders beside it.
  const all = `${cacheFolder()}/trained`;
  const filesOf = (name: string) => Array.from(Deno.readDirSync(`${all}/${name}`)).map((file) => file.name);
  const [own] = Array.from(Deno.readDirSync(all)).map(({ name }) => name)
    .filter((name) => filesOf(name).includes("head-1.safetensors"));
  const kept = () =>
    Promise.all(
      filesOf(own!).toSorted().map(async (file) => [file, await sha256OfFile(`${all}/${own}/${file}`)]),
    );
  const whole = await kept();
  await Deno.remove(`${all}/${own}`, { recursive: true });
  const cut = (what: string, share: number) => {
    if (what === "training head 2 of 3" && share > 0.8) throw new Error("cut off");
  };
  await assertRejects(() => technique.train!({ ...training, progress: cut }), Error, "cut off");
  await assertRejects(async () => await run(await technique.transform(stack)), Unsupported);
  assertEquals(await technique.train!(training), lines);
  assertEquals(await kept(), whole);
});

Deno.test("another model, seed or number of tokens has heads of its own, and without them is not opened", async () => {
  const another = await stackOf(2);
  for (
    const [made, on] of [
      [technique, another],
      [medusa({ ...options, seed: 2 }), stack],
      [medusa({ ...options, tokens: 8000 }), stack],
    ] as const
  ) {
    const error = await assertRejects(async () => await run(await made.transform(on)), Unsupported);
    assertEquals(
      error.message,
      `Cannot open the decoder slot: its heads must be trained for ${on.model.name} first: ` +
        "run `deno task train medusa` with its --model",
    );
  }
});

Deno.test("a seed of its own trains other heads, that give the same answers", async () => {
  const seeded = medusa({ ...options, seed: 2 });
  await technique.train!({ ...training, seed: 2 });
  const { answers } = await run(await seeded.transform(stack));
  assertEquals(answers, (await run(stack)).answers);
});

Deno.test("heads that are damaged are removed, and said to be", async () => {
  const folder = `${cacheFolder()}/trained`;
  for (const { name } of Deno.readDirSync(folder)) {
    await Deno.writeTextFile(`${folder}/${name}/head-2.safetensors`, "damaged");
  }
  await assertRejects(
    async () => await run(await technique.transform(stack)),
    UserError,
    "train them anew with `deno task train medusa`",
  );
});

Deno.test("a model without a chat template is a user error", async () => {
  const file = `${tinyFolder}/silent.gguf`;
  await Deno.writeFile(file, llamaFile(tinyLlama(3)));
  const model = await localModel(file);
  await assertRejects(() => technique.train!({ ...training, model }), UserError, "chat template");
});
