/** EAGLE's layer trained for a tiny model: what guesses may cost the answers (nothing), and when a layer is refused. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  cacheFolder,
  dense,
  type Request,
  sha256OfFile,
  Unsupported,
  UserError,
} from "../../../engine/mod.ts";
import { continuousBatching, eagle, prefixCache, type Training } from "../../../techniques/mod.ts";
import { useTestCache } from "../../engine/test_cache.ts";
import { letters } from "./letters.ts";
import { engine, prompt, run, stackOf } from "./tiny_trained.ts";

useTestCache();
const options = { tokens: 9000, sets: [letters] };
const technique = eagle(options);
const stack = await stackOf(1);
const shares: number[] = [];
const training: Training = { engine, model: stack.model, progress: (_, share) => void shares.push(share) };
const lines = await technique.train!(training);

Deno.test("answers are those of plain decoding, alone and in a crowd, greedy and drawn, to a limit or an end", async () => {
  for (const base of [stack, await continuousBatching().transform(stack)]) {
    const plain = await run(base);
    const { answers, counters, weightBytes } = await run(await technique.transform(base));
    assertEquals(answers, plain.answers);
    assertEquals(new Set(Object.values(answers.finish)), new Set(["stop", "length"]));
    assert(counters.drafted! > counters.accepted! && counters.accepted! > 0);
    assert(weightBytes! > plain.weightBytes!);
  }
});

Deno.test("answers of requests that are preempted are those of plain decoding", async () => {
  const crowded = await continuousBatching().transform({ ...stack, cache: dense(160) });
  const asked = [0, 1, 2, 3].map((i): Request => ({
    id: `p${i}`,
    prompt: prompt(9 + i, i),
    maxTokens: 60,
    stop: [],
  }));
  const { answers, counters } = await run(await technique.transform(crowded), asked);
  assertEquals(answers, (await run(stack, asked)).answers);
  assert(counters.preempted! > 0 && counters.accepted! > 0);
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

Deno.test("acceptance on answers held out is told beside that of layers that were not trained", () => {
  assertMatch(lines[0]!, /^Trained on \d+ answers; \d+ were held out/);
  for (const [i, name] of ["trained", "ridge regression alone", "untrained"].entries()) {
    assertMatch(lines[i + 1]!, new RegExp(`^${name}: \\d\\.\\d\\d of 1, .*\\d\\.\\d\\d of 31$`));
  }
});

Deno.test("progress tells a share that grows to all of it", () => {
  assertEquals(shares, shares.toSorted((a, b) => a - b));
  assertEquals(shares[0], 0);
});

Deno.test("a training that was cut off gives the layer that a whole one gives, and keeps nothing else", async () => {
  const folder = `${cacheFolder()}/trained`;
  const kept = async () => {
    const [{ name }] = Array.from(Deno.readDirSync(folder)) as [Deno.DirEntry];
    const files = Array.from(Deno.readDirSync(`${folder}/${name}`)).map((file) => file.name).toSorted();
    assertEquals(files, ["layer.safetensors", "trained.json"]);
    return await Promise.all(files.map((file) => sha256OfFile(`${folder}/${name}/${file}`)));
  };
  const whole = await kept();
  await Deno.remove(folder, { recursive: true });
  const cut = (what: string, share: number) => {
    if (what.startsWith("training, pass 3") && share > 0.5) throw new Error("cut off");
  };
  await assertRejects(() => technique.train!({ ...training, progress: cut }), Error, "cut off");
  await assertRejects(async () => await run(await technique.transform(stack)), Unsupported);
  assertEquals(await technique.train!(training), lines);
  assertEquals(await kept(), whole);
});

Deno.test("what is trained already is told again, and not trained again", async () => {
  assertEquals(await technique.train!({ ...training, progress: () => assert(false) }), lines);
});

Deno.test("another model, seed or number of tokens has a layer of its own, and without it is not opened", async () => {
  const another = await stackOf(2);
  for (
    const [made, on] of [
      [technique, another],
      [eagle({ ...options, seed: 2 }), stack],
      [eagle({ ...options, tokens: 8000 }), stack],
    ] as const
  ) {
    const error = await assertRejects(async () => await run(await made.transform(on)), Unsupported);
    assertEquals(
      error.message,
      `Cannot open the decoder slot: its layer must be trained for ${on.model.name} first: ` +
        "run `deno task train eagle` with its --model",
    );
  }
});

Deno.test("a layer that is damaged is removed, and said to be", async () => {
  const folder = `${cacheFolder()}/trained`;
  for (const { name } of Deno.readDirSync(folder)) {
    await Deno.writeTextFile(`${folder}/${name}/layer.safetensors`, "damaged");
  }
  await assertRejects(
    async () => await run(await technique.transform(stack)),
    UserError,
    "train them anew with `deno task train eagle`",
  );
});
