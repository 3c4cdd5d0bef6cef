/** What every technique of the catalogue must do. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  canonical,
  changed,
  digest,
  type Json,
  parts,
  type Request,
  type SlotName,
  SLOTS,
  type Stack,
  Unsupported,
} from "../../engine/mod.ts";
import { toyEngine } from "../../engine/engines/toy.ts";
import { type Technique, techniques } from "../../techniques/mod.ts";
import { useTestCache } from "../engine/test_cache.ts";
import { baseline } from "./baseline.ts";

useTestCache();

/** What does the same to a part as another does to the whole has nothing left to change above it. */
const PART_OF: Readonly<Record<string, string>> = { int4_body: "int4" };

const all: readonly (readonly [string, Technique])[] = Object.entries(techniques);

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

/** Prompts that repeat themselves and begin alike, so that there is something to guess, to share and to batch. */
const requests: readonly Request[] = Array.from({ length: 8 }, (_, i) => ({
  id: `r${i}`,
  prompt: [
    ...Array.from({ length: 48 }, (_, j) => 3 + j % 12),
    ...Array.from({ length: i * 5 + 1 }, (_, j) => 3 + (j * i) % 20),
  ],
  maxTokens: 30 + i,
  stop: [2],
  ...(i % 4 === 3 ? { sampling: { temperature: 0.7, topK: 20, seed: i } } : {}),
}));

/** With little memory, and everyone back again: so that there is something to put aside. */
const pressed = ({ cache, ...slots }: Stack): Stack => ({
  ...slots,
  cache: { ...cache, params: { ...cache.params, tokens: 192 } },
});
const twice = [...requests, ...requests.map((request) => ({ ...request, id: `${request.id} again` }))];

async function run(stack: Stack, asked: readonly Request[]) {
  await using session = await toyEngine().open(stack);
  const tokens: Record<string, number[]> = {};
  for await (const emission of session.generate(asked)) (tokens[emission.id] ??= []).push(...emission.tokens);
  return { tokens, counters: (await session.stats()).counters };
}

for (const [name, technique] of all) {
  const { slot, engaged } = technique;
  const stack = await technique.transform(baseline);

  Deno.test(`${name} changes the slot that it declares and no other`, () => {
    assert(SLOTS.includes(slot));
    assertEquals(changed(baseline, stack), [slot]);
    for (const other of SLOTS.filter((one) => one !== slot)) {
      assertEquals<unknown>(stack[other], baseline[other]);
    }
  });

  Deno.test(`${name} leaves the stack it was given as it was, and gives the same for the same`, async () => {
    const given = frozen(structuredClone(baseline));
    const [first, second] = [await technique.transform(given), await technique.transform(given)];
    assertEquals(first, second);
    assertEquals(await digest(parts(first)), await digest(parts(stack)));
  });

  Deno.test(`${name} is a recipe: its parameters are JSON and survive a message to a worker`, () => {
    const { params } = parts(stack)[slot];
    assertEquals(JSON.parse(canonical(params as Json)), params);
    assertEquals(structuredClone(stack), stack);
  });

  Deno.test(`${name} can stand on every other technique`, async () => {
    for (const [, beneath] of all) {
      const base = await beneath.transform(baseline);
      const slots: readonly SlotName[] = changed(base, await technique.transform(base));
      const done = beneath === technique || PART_OF[name] === beneath.name;
      assertEquals(slots, done ? [] : [slot]);
    }
  });

  Deno.test(`${name} says what it does and where it comes from`, () => {
    assertMatch(technique.summary, /^[A-Z][^\n]+\.$/);
    assertMatch(technique.source, /\d{4}|ONNX/);
    if (technique.emulated !== undefined) assertMatch(technique.emulated, /^[a-z][^\n]+[^.]$/);
  });

  if (technique.train) {
    // What it gives once it is trained is asked of models that have weights.
    Deno.test(`${name} has to be trained first, and says with which command`, async () => {
      await assertRejects(() => run(stack, requests), Unsupported, `deno task train ${name}`);
    });
    continue;
  }

  if (technique.claim === "identical") {
    Deno.test(`${name} claims identical tokens and gives them, greedy and sampled`, async () => {
      assertEquals((await run(stack, requests)).tokens, (await run(baseline, requests)).tokens);
    });
  }

  if (engaged) {
    Deno.test(`${name} is engaged where it ran, and not where nothing was asked or it is not there`, async () => {
      assertEquals(engaged((await run(pressed(stack), twice)).counters), true);
      assertEquals(engaged((await run(stack, [])).counters), false);
      assertEquals(engaged((await run(pressed(baseline), twice)).counters), false);
      assertEquals(engaged({}), false);
    });
  }
}

Deno.test("every technique that leaves the model alone can prove that it ran", () => {
  assertEquals(all.filter(([, { slot, engaged }]) => slot !== "model" && !engaged), []);
});

Deno.test("names are the catalogue's, and no two are alike", () => {
  assertEquals(all.map(([name]) => name), all.map(([, technique]) => technique.name));
});
