import { assertEquals } from "@std/assert";
import { LevelTime } from "../../../techniques/decoders/level_time.ts";

Deno.test("what a guess takes is told once there are a few times, by their depth, slow ones apart", () => {
  const level = new LevelTime();
  level.add(2, 4);
  level.add(1, 500);
  level.add(0, 7);
  assertEquals(level.milliseconds, 0);
  level.add(3, 9);
  assertEquals(level.milliseconds, 3);
});
