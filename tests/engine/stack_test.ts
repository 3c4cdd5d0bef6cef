import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import {
  canonical,
  changed,
  describe,
  digest,
  type Json,
  modelsOf,
  parts,
  SLOTS,
  type Stack,
} from "../../engine/mod.ts";
import { baseline } from "../contracts/baseline.ts";

Deno.test("equal values have equal text whatever the order of their keys, and it reads back as the value", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const shuffled = (v: unknown): unknown => {
        if (Array.isArray(v)) return v.map(shuffled);
        if (typeof v !== "object" || v === null) return v;
        return Object.fromEntries(Object.entries(v).toReversed().map(([key, one]) => [key, shuffled(one)]));
      };
      const text = canonical(value as Json);
      assertEquals(canonical(shuffled(value) as Json), text);
      assertEquals(JSON.parse(text), JSON.parse(JSON.stringify(value)));
    }),
    { seed: 1 },
  );
});

Deno.test("different values have different digests", async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (a, b) => {
      const same = canonical(a as Json) === canonical(b as Json);
      assertEquals(await digest(a) === await digest(b), same);
    }),
    { seed: 2 },
  );
});

Deno.test("a digest is the SHA-256 of the canonical text", async () => {
  // printf '{"a":[1,2],"b":null}' | sha256sum
  const expected = "f25109c4111335e4a32d49373585e7a788ff5b10e70023f7004b170e7f84716a";
  assertEquals(await digest({ b: null, a: [1, 2], c: undefined }), expected);
});

Deno.test("stacks differ in the slots whose names, parameters or modules differ, not by where the model's file is", () => {
  assertEquals(changed(baseline, structuredClone(baseline)), []);
  assertEquals(changed(baseline, { ...baseline, model: { ...baseline.model, file: "/elsewhere" } }), []);
  assertEquals(
    changed(baseline, { ...baseline, cache: { ...baseline.cache, module: "file:///another.ts" } }),
    ["cache"],
  );
  for (const slot of SLOTS) {
    const renamed = { ...baseline, [slot]: { ...baseline[slot], name: "another" } };
    const tuned = {
      ...baseline,
      [slot]: { ...baseline[slot], params: { ...baseline[slot].params, more: 1 } },
    };
    assertEquals([changed(baseline, renamed), changed(baseline, tuned)], [[slot], [slot]]);
  }
});

Deno.test("what is recorded of a stack holds no path of this machine", () => {
  const text = JSON.stringify(
    parts({ ...baseline, model: { ...baseline.model, file: "/home/someone/model.gguf" } }),
  );
  assert(!text.includes("/home/") && !text.includes("file:"));
});

Deno.test("a model that a slot needs is recorded under its name, tells stacks apart and is described, its file is not", () => {
  const draft = { ...baseline.model, name: "small", file: "/home/someone/small.gguf" };
  const at = (model: Stack["model"]): Stack => ({
    ...baseline,
    decoder: { ...baseline.decoder, params: { guesses: 2 }, models: { draft: model } },
  });
  const { name, params } = draft;
  assertEquals(parts(at(draft)).decoder.params, { guesses: 2, draft: { name, params } });
  assertEquals(changed(at(draft), at({ ...draft, file: "/elsewhere" })), []);
  const tuned = { ...draft, params: { ...params, layers: [0, 1] } };
  assertEquals(changed(at(draft), at(tuned)), ["decoder"]);
  assertEquals(describe(at(tuned)), "toy f32 | dense | plain, draft small f32, layers 0-1 | one_at_a_time");
  assertEquals(modelsOf(at(draft)), [baseline.model, draft]);
});

Deno.test("a stack is described by what its weights are held as and what fills its slots", () => {
  const at = (body: Stack["model"]["params"]["body"], head = body): Stack => ({
    ...baseline,
    model: { ...baseline.model, params: { ...baseline.model.params, body, head } },
  });
  const slots = "| dense | plain | one_at_a_time";
  assertEquals(describe(baseline), `toy f32 ${slots}`);
  const int4 = { bits: 4, block: 64, symmetric: true } as const;
  assertEquals(describe(at(int4)), `toy int4 b64 sym ${slots}`);
  assertEquals(describe(at(int4, { bits: 32 })), `toy int4 b64 sym, head f32 ${slots}`);
  assertNotEquals(describe(at({ bits: 8, block: 32, symmetric: false })), describe(at(int4)));
  const params = { ...baseline.model.params, layers: [0, 1, 2, 5, 7, 8] };
  const some = { ...baseline, model: { ...baseline.model, params } };
  assertEquals(describe(some), `toy f32, layers 0-2, 5, 7-8 ${slots}`);
});
