import { assertEquals } from "@std/assert";
import { gateRate } from "../../results/mod.ts";

const NONE = { trials: 0, refused: 0, upper95: 1, date: "", machine: "", model: "" };

Deno.test("a rate that was not measured claims nothing", () => {
  assertEquals(gateRate(NONE), "gate: how often it refuses the baseline itself is not measured yet");
});

Deno.test("a measured rate has its bound, and when, on what model and where it was measured", () => {
  const rate = {
    ...NONE,
    trials: 60,
    refused: 1,
    upper95: 0.0773,
    date: "2026-01-05",
    model: "Toy-135M",
    machine: "Testium",
  };
  assertEquals(
    gateRate(rate),
    "gate: of 60 runs of the baseline against itself 1 was refused (at most 7.7 % by the 95 % bound): 2026-01-05, Toy-135M, Testium",
  );
});
