/** What is recorded of a model's own answers, beside what the model itself says. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { cacheFolder, type Engine, type Request, UserError } from "../../../engine/mod.ts";
import { toyEngine, toyModel, ToyNetwork } from "../../../engine/engines/toy.ts";
import { recordFeatures } from "../../../techniques/decoders/feature_set.ts";
import { lessons, WAVE } from "../../../techniques/decoders/drafter_texts.ts";
import { toyTokenizer } from "../../../engine/engines/toy.ts";
import { useTestCache } from "../../engine/test_cache.ts";
import { letters } from "./letters.ts";

useTestCache();

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
  for (const lesson of shown.slice(0, 3)) {
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

Deno.test("a recording that was cut off goes on after its last whole wave, and one of more tokens after that", async () => {
  await Deno.remove(`${cacheFolder()}/features`, { recursive: true }).catch(() => {});
  const [first, second, third]: Request[][] = [[], [], []];
  const most = Math.floor(1.5 * WAVE);
  await assertRejects(
    () => recordFeatures({ ...given, engine: counting(first!, most), tokens: 9000 }),
    Error,
    "cut off",
  );
  const { shown, heldOut } = await recordFeatures({ ...given, engine: counting(second!), tokens: 9000 });
  const all = shown.length + heldOut.length;
  assertEquals([first!.length, second!.length], [most, all - WAVE]);
  const more = await recordFeatures({ ...given, engine: counting(third!), tokens: 12000 });
  assertEquals(third!.length, more.shown.length + more.heldOut.length - all);
});

Deno.test("every tenth text is held out, with all its answers", async () => {
  const all = (await lessons(toyTokenizer, 12000, [letters])).flat();
  assertEquals(all.map(({ heldOut }) => heldOut), all.map((_, i) => Math.floor(i / 2) % 10 === 9));
});

Deno.test("lessons of fewer tokens are the first ones of more, in whole waves", async () => {
  const [few, more] = [
    await lessons(toyTokenizer, 4000, [letters]),
    await lessons(toyTokenizer, 12000, [letters]),
  ];
  assert(more.length > few.length);
  assertEquals(more.slice(0, few.length), few);
  assert(few.every((wave) => wave.length === WAVE));
});

Deno.test("so few tokens that nothing is held out are a user error", async () => {
  await assertRejects(
    () => recordFeatures({ ...given, engine: toyEngine(), tokens: 10 }),
    UserError,
    "Cannot train on 10 tokens as every tenth text must be held out",
  );
});
