import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import { roundToNearest, type Technique, techniques } from "../../../techniques/mod.ts";
import { baseline } from "../../contracts/baseline.ts";

Deno.test("body and head are rounded alike, and what the weights were stays written down", async () => {
  for (const bits of [8, 4] as const) {
    const precision = { bits, block: 32, symmetric: true } as const;
    const technique = roundToNearest(precision);
    const { model } = await technique.transform(baseline);
    assertEquals(model, {
      ...baseline.model,
      params: { ...baseline.model.params, body: precision, head: precision },
    });
    assertEquals(technique.name, `int${bits}`);
  }
});

for (
  const wrong of [{ bits: 7 }, { block: 48 }, { blok: 64, block: undefined }, { symmetric: undefined }]
) {
  Deno.test(`a file that no compiler saw is refused where it says ${JSON.stringify(wrong)}`, () => {
    const precision = { bits: 8, block: 64, symmetric: true, ...wrong };
    assertThrows(() => roundToNearest(precision as never), UserError, "Cannot round weights as bits must be");
  });
}

Deno.test("what is covered is rounded, and the rest stays as the stack beneath has it", async () => {
  const precision = { bits: 4, block: 128, symmetric: true } as const;
  const body = roundToNearest({ ...precision, covers: ["body"] });
  const table = roundToNearest({ ...precision, covers: ["embedding"] });
  const all = roundToNearest({ ...precision, covers: ["embedding", "head", "body"] });
  assertEquals([body.name, table.name, all.name], [
    "int4_body",
    "int4_embedding",
    "int4_body_head_embedding",
  ]);
  const { model: { params } } = baseline;
  const of = async (technique: Technique, stack = baseline) =>
    (await technique.transform(stack)).model.params;
  assertEquals(await of(body), { ...params, body: precision });
  assertEquals(await of(table), { ...params, embedding: precision });
  assertEquals(await of(all), { ...params, body: precision, head: precision, embedding: precision });
  const eight = await techniques.int8.transform(baseline);
  assertEquals(await of(body, eight), { ...eight.model.params, body: precision });
});

Deno.test("rounding the body is of the file's weights, not of what was made of them; rounding the rest leaves them", async () => {
  const made = {
    ...baseline,
    model: {
      ...baseline.model,
      params: { ...baseline.model.params, made: { name: "maker", params: {} } },
      maker: import.meta.url,
    },
  };
  const { model } = await techniques.int8.transform(made);
  assertEquals([model.maker, model.params.made], [undefined, undefined]);
  const { model: kept } = await roundToNearest({ bits: 8, block: 64, symmetric: true, covers: ["embedding"] })
    .transform(made);
  assertEquals([kept.maker, kept.params.made?.name], [import.meta.url, "maker"]);
});

for (const covers of [[], ["norms"]]) {
  Deno.test(`a file that no compiler saw is refused where it covers ${JSON.stringify(covers)}`, () => {
    const precision = { bits: 8, block: 64, symmetric: true, covers };
    assertThrows(
      () => roundToNearest(precision as never),
      UserError,
      `Cannot round weights as it must cover one or more of body, head, embedding: found ${
        covers[0] ?? "none"
      }.`,
    );
  });
}

Deno.test("its summary says what is rounded, how, and what is held in fields of other sizes", () => {
  assertEquals(
    techniques.int3.summary,
    "Rounds every weight matrix of the layers and the LM head to 3 bits, asymmetric, in blocks of 64, held in four.",
  );
  assertEquals(
    techniques.int6.summary,
    "Rounds every weight matrix of the layers and the LM head to 6 bits, asymmetric, in blocks of 64, held in four and two.",
  );
  assertEquals(
    roundToNearest({ bits: 8, block: "channel", symmetric: true, covers: ["embedding"] }).summary,
    "Rounds the embedding table to 8 bits, symmetric, with a scale a channel.",
  );
});
