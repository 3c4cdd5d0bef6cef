/** Steps of Adam as a graph, beside the paper's algorithm in 64-bit floats. */
import { assertAlmostEquals } from "@std/assert";
import {
  adam,
  adamStep,
  declareAdam,
  floats,
  GraphBuilder,
  LoadedGraph,
  stepped,
  untrained,
} from "../../../engine/mod.ts";

Deno.test("steps of a graph move a parameter as Adam's algorithm does", async () => {
  // The gradient of (x - goal)^2 / 2.
  const goal = Float32Array.of(1, -2, 0.5);
  const g = new GraphBuilder();
  g.input("x", "f32", [3]);
  g.input("goal", "f32", [3]);
  declareAdam(g);
  adam(g, "x", [3], g.node("Sub", ["x", "goal"], ["gradient"]));
  await using program = await LoadedGraph.open(g.encode("descent"));
  let learned = untrained({ x: floats([3], new Float32Array(3)) });
  const [x, m, v] = [[0, 0, 0], [0, 0, 0], [0, 0, 0]];
  for (let step = 1; step <= 20; step++) {
    const feeds = { ...learned, goal: floats([3], goal), ...adamStep(step, 0.1) };
    learned = stepped(learned, await program.run(feeds));
    for (let i = 0; i < 3; i++) {
      const gradient = x[i]! - goal[i]!;
      m[i] = 0.9 * m[i]! + 0.1 * gradient;
      v[i] = 0.999 * v[i]! + 0.001 * gradient ** 2;
      x[i]! -= 0.1 * (m[i]! / (1 - 0.9 ** step)) / (Math.sqrt(v[i]! / (1 - 0.999 ** step)) + 1e-8);
      assertAlmostEquals(learned.x!.values[i] as number, x[i]!, 1e-4);
    }
  }
});
