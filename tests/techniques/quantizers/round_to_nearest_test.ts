import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import { roundToNearest } from "../../../techniques/mod.ts";
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
