/** What is recorded of a model's own answers, beside what the model itself says. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { cacheFolder, type Engine, type Request, UserError } from "../../../engine/mod.ts";
import { toyEngine, toyModel, ToyNetwork, toyTokenizer } from "../../../engine/engines/toy.ts";
import { textWaves, WAVE } from "../../../techniques/decoders/drafter_texts.ts";
import { recordFeatures } from "../../../techniques/decoders/feature_set.ts";
import { useTestCache } from "../../engine/test_cache.ts";
import { letters } from "./letters.ts";

useTestCache();
const empty = () => Deno.remove(`${cacheFolder()}/features`, { recursive: true }).catch(() => {});

/** The toy engine, told what it is asked, which may break off. */
function counting(asked: Request[], most = Infinity): Engine {
  const engine = toyEngine();
  return {
    ...engine,
    async open(stack) {
      const session = await engine.open(stack);
      return Object.assign(Object.create(session), {
        async *generate(requests: readonly Request[]) {
          for await (const emission of session.generate(requests)) {
            yield emission;
            if (emission.finish === undefined) continue;
            if (asked.length >= most) throw new Error("cut off");
            asked.push(requests.find(({ id }) => id === emission.id)!);
          }
        },
        tokenizer: session.tokenizer,
        [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
      });
    },
  };
}
const given = { model: toyModel, sets: [letters], progress: () => {} };

Deno.test("each lesson has the features of all its tokens but the last", async () => {
  const { shown, width, read } = await recordFeatures({ ...given, engine: toyEngine(), tokens: 6000 });
  assertEquals(width, 1);
  for (const lesson of [...shown.slice(0, 2), ...shown.slice(-2)]) {
    const { tokens, features } = await read(lesson);
    assertEquals([...tokens.subarray(0, lesson.prompt.length)], lesson.prompt);
    assert(tokens.length > lesson.prompt.length);
    const count = tokens.length - 1;
    const { features: own } = await new ToyNetwork().forward({
      tokens: tokens.subarray(0, count),
      positions: Int32Array.from({ length: count }, (_, i) => i),
      sequence: new Int32Array(count),
      past: [{ id: 0, epoch: 0, length: 0, copy() {} }],
      want: new Int32Array(0),
      features: true,
    });
    assertEquals(features, own!);
  }
});

Deno.test("prompts quote texts in one wave of three, and are the model's own questions in the others", async () => {
  await empty();
  const asked: Request[] = [];
  await recordFeatures({ ...given, engine: counting(asked), tokens: 12000 });
  const drawn = asked.filter(({ sampling }) => sampling !== undefined);
  const answered = asked.filter(({ sampling }) => sampling === undefined);
  const [first] = await Array.fromAsync(textWaves(toyTokenizer, [letters]));
  const quoted = answered.slice(0, WAVE).map(({ id }) => id).toSorted();
  assertEquals(quoted, first!.map(({ id }) => id).toSorted());
  assertEquals(drawn.length % WAVE, 0);
  assert(drawn.length > 0 && answered.length > WAVE);
  assert(drawn.every(({ prompt }) => prompt.join() === `${toyTokenizer.bos}`));
});

Deno.test("a recording that was cut off goes on after its last whole wave, and one of more tokens after that", async () => {
  const answers = (all: readonly Request[]) => all.filter(({ sampling }) => sampling === undefined).length;
  await empty();
  const [first, second, third]: Request[][] = [[], [], []];
  await assertRejects(
    () => recordFeatures({ ...given, engine: counting(first!, 2.5 * WAVE), tokens: 9000 }),
    Error,
    "cut off",
  );
  const { shown, heldOut } = await recordFeatures({ ...given, engine: counting(second!), tokens: 9000 });
  const all = shown.length + heldOut.length;
  // The first wave quotes texts; of the second the questions are known, and the answers not all.
  assertEquals([first!.length, answers(second!)], [2.5 * WAVE, all - WAVE]);
  const more = await recordFeatures({ ...given, engine: counting(third!), tokens: 14000 });
  assertEquals(answers(third!), more.shown.length + more.heldOut.length - all);
  assertEquals(more.shown.slice(0, shown.length), shown);
});

Deno.test("every tenth text is held out, with all its answers", async () => {
  const all = (await Array.fromAsync(textWaves(toyTokenizer, [letters]))).flat();
  assertEquals(all.length, 2 * letters.size);
  assertEquals(all.map(({ heldOut }) => heldOut), all.map((_, i) => Math.floor(i / 2) % 10 === 9));
});

Deno.test("so few tokens that nothing is held out are a user error", async () => {
  await assertRejects(
    () => recordFeatures({ ...given, engine: toyEngine(), tokens: 10 }),
    UserError,
    "Cannot train on 10 tokens as one lesson of ten must be held out",
  );
});
