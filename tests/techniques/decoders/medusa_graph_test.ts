/** What ranks Medusa's guesses, beside the heads written plainly. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { floats, LoadedGraph } from "../../../engine/mod.ts";
import { rankGraph } from "../../../techniques/decoders/medusa_graph.ts";
import { shapes } from "../../../techniques/decoders/medusa_step.ts";
import { random } from "../quantizers/tiny_matrices.ts";

const [WIDTH, TOKENS, N, MOST] = [32, 20, 5, 4];
const next = random(3);
const values = (count: number, size = 1) => Float32Array.from({ length: count }, () => size * next());
const head = () =>
  Object.fromEntries(
    Object.entries(shapes(WIDTH)).map(([name, dims]) => [name, values(dims[0]! * (dims[1] ?? 1), 0.2)]),
  );
const heads = [head(), head()];
const rows = { width: WIDTH, values: values(TOKENS * WIDTH) };
const x = values(N * 2 * WIDTH);

const rowOf = (all: Float32Array, row: number, width: number) => [
  ...all.subarray(row * width, (row + 1) * width),
];
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

/** The law of a head for a row, in 64-bit floats. */
function lawOf({ a, w, b }: Readonly<Record<string, Float32Array>>, row: number): number[] {
  const own = rowOf(x, row, 2 * WIDTH);
  const state = Array.from({ length: WIDTH }, (_, i) => {
    const z = dot(own, rowOf(w!, i, 2 * WIDTH)) + b![i]!;
    return dot(own, rowOf(a!, i, 2 * WIDTH)) + z / (1 + Math.exp(-z));
  });
  const chances = Array.from(
    { length: TOKENS },
    (_, v) => Math.exp(dot(state, rowOf(rows.values, v, WIDTH))),
  );
  const all = chances.reduce((sum, chance) => sum + chance, 0);
  return chances.map((chance) => chance / all);
}

Deno.test("each head's best guesses come first, with about what it holds of them", async () => {
  await using graph = await LoadedGraph.open(rankGraph(rows, heads, MOST));
  const { places, chances } = await graph.run({ x: floats([N, 2 * WIDTH], x) });
  assertEquals([[...places!.dims], [...chances!.dims]], [[N, 2, MOST], [N, 2, MOST]]);
  for (let row = 0; row < N; row++) {
    heads.forEach((own, i) => {
      const at = (row * heads.length + i) * MOST;
      const law = lawOf(own, row);
      const best = law.toSorted((a, b) => b - a);
      const found = Array.from(places!.values.subarray(at, at + MOST) as BigInt64Array, Number);
      const sure = Array.from(chances!.values.subarray(at, at + MOST) as Float32Array);
      assertEquals(new Set(found).size, MOST);
      assertEquals(sure, sure.toSorted((a, b) => b - a));
      // Eight bits move chances a little, and so what is nearly as likely.
      sure.forEach((chance, rank) => {
        assertAlmostEquals(chance, law[found[rank]!]!, 0.03);
        assertAlmostEquals(chance, best[rank]!, 0.03);
      });
      assert(found[0] === law.indexOf(best[0]!) || best[0]! - best[1]! < 0.03);
    });
  }
});
