import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import { float8 } from "../../../techniques/mod.ts";
import { baseline } from "../../contracts/baseline.ts";

Deno.test("body and head become floats of eight bits, and its speed is said to be not its own", async () => {
  for (const float of ["e4m3", "e5m2"] as const) {
    for (const per of ["channel", "tensor"] as const) {
      const precision = { bits: 8, float, per } as const;
      const technique = float8({ float, per });
      const { model } = await technique.transform(baseline);
      assertEquals(model.params, { ...baseline.model.params, body: precision, head: precision });
      assertEquals(technique.name, `fp8_${float}${per === "tensor" ? "_tensor" : ""}`);
      assertMatch(technique.emulated!, /computed as the 32-bit floats/);
    }
  }
});

Deno.test("a float that there is not, or a scale, is refused", () => {
  assertThrows(
    () => float8({ float: "e3m4", per: "channel" } as never),
    UserError,
    "found e3m4 of 8 and channel",
  );
  assertThrows(() => float8({ float: "e4m3", per: "row" } as never), UserError, "found e4m3 of 8 and row");
});
