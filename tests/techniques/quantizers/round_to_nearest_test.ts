import { assertEquals } from "@std/assert";
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
