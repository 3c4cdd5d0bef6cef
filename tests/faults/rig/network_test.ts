/** The tiny network beside the float64 reference of a llama, and every way of asking it beside the plain one. */
import { assertEquals } from "@std/assert";
import { PagedCache } from "../../../engine/mod.ts";
import { f32 } from "../../engine/gguf_file.ts";
import { type Llama, naiveForward } from "../../engine/tiny_llama.ts";
import { adapters, merged } from "./adapters.ts";
import { TinyNetwork } from "./tiny_network.ts";
import { assertNear, EMPTY, pieces, tokensOf, whole } from "./runs.ts";
import { SHAPES, SIZE, tinyWeight, type WeightName } from "./tiny_weights.ts";

const { vocabulary } = SIZE;

function reference(): Llama {
  const tensors = Array.from({ length: SIZE.layers + 1 }, (_, at) => at - 1).flatMap((layer) => {
    const outside = (name: string) => /^(token|output)/.test(name);
    const names = (Object.keys(SHAPES) as WeightName[])
      .filter((name) => outside(name) === layer < 0 && name !== "output_bias");
    return names.map((name) => {
      const full = layer < 0 ? name : `blk.${layer}.${name}`;
      return [full, f32(full, SHAPES[name], Array.from(tinyWeight({ layer, name })))] as const;
    });
  });
  return new Map(tensors);
}

Deno.test("logits equal those of a float64 llama with the same weights", () => {
  const tokens = tokensOf(40, 1);
  const bias = tinyWeight({ layer: -1, name: "output_bias" });
  const wanted = naiveForward(reference(), tokens).flatMap((row) => row.map((value, i) => value + bias[i]!));
  assertNear(whole(tokens), wanted, 1e-4);
});

Deno.test("a chain gives the same bits whole, in chunks, and token by token from the cache", () => {
  const tokens = tokensOf(70, 2);
  const wanted = whole(tokens);
  for (const size of [1, 7, 32]) assertEquals(pieces(tokens, size), wanted);
});

Deno.test("sequences of unlike length and past in one batch give the same bits as each alone", () => {
  const [one, two] = [tokensOf(30, 3), tokensOf(9, 4)];
  const network = new TinyNetwork();
  const cache = new PagedCache(network.shape, 512);
  const { seq } = cache.start(one, "");
  const first = one.slice(0, 25);
  const rows = Int32Array.from(first, (_, i) => i);
  cache.reserve(seq, 25);
  const head = { tokens: Int32Array.from(first), positions: rows, sequence: new Int32Array(25), want: rows };
  cache.commit(seq, network.run({ ...head, past: [cache.view(seq)] }).kv, [...rows], first);
  const rest = one.slice(25);
  const { logits } = network.run({
    tokens: Int32Array.from([...rest, ...two]),
    positions: Int32Array.from([...rest.map((_, i) => 25 + i), ...two.map((_, i) => i)]),
    sequence: Int32Array.from([...rest.map(() => 0), ...two.map(() => 1)]),
    past: [cache.view(seq), EMPTY],
    want: Int32Array.from({ length: 14 }, (_, i) => i),
  });
  assertEquals(logits.slice(0, 5 * vocabulary), whole(one).slice(25 * vocabulary));
  assertEquals(logits.slice(5 * vocabulary), whole(two));
});

Deno.test("each path of a tree gives the same bits as its chain", () => {
  const [stem, left, right] = [tokensOf(12, 5), tokensOf(6, 6), tokensOf(4, 7)];
  const parent = [...stem.map((_, i) => i - 1), 11, 12, 13, 14, 15, 16, 11, 18, 19, 20];
  const tokens = [...stem, ...left, ...right];
  const position: number[] = [];
  for (const row of parent) position.push(row < 0 ? 0 : position[row]! + 1);
  const logits = whole(tokens, {}, {
    positions: Int32Array.from(position),
    parent: Int32Array.from(parent),
  });
  assertEquals(logits.slice(0, 18 * vocabulary), whole([...stem, ...left]));
  assertEquals(logits.slice(18 * vocabulary), whole([...stem, ...right]).slice(12 * vocabulary));
});

Deno.test("only the rows that are wanted have logits", () => {
  const tokens = tokensOf(10, 8);
  const logits = whole(tokens, {}, { want: Int32Array.of(3, 9) });
  const all = whole(tokens);
  assertEquals(logits.slice(0, vocabulary), all.slice(3 * vocabulary, 4 * vocabulary));
  assertEquals(logits.slice(vocabulary), all.slice(9 * vocabulary));
});

Deno.test("an adapter equals the model with its update merged, at each rank", () => {
  const tokens = tokensOf(20, 9);
  for (const adapter of adapters) {
    const wanted = whole(tokens, { weights: (place, values) => merged(adapter, place, values) });
    assertNear(whole(tokens, { lora: { adapters } }, { adapters: [adapter.name] }), wanted, 1e-4);
  }
});

Deno.test("a row without an adapter is the model's own where others have one", () => {
  const tokens = tokensOf(20, 9);
  assertEquals(whole(tokens, { lora: { adapters } }, { adapters: [undefined] }), whole(tokens));
});

Deno.test("the log of the sum of exponentials is that of each row", async () => {
  const logits = Float32Array.from({ length: 2 * vocabulary }, (_, i) => Math.sin(i) * 8);
  const wanted = [0, 1].map((row) =>
    Math.log(
      logits.subarray(row * vocabulary, (row + 1) * vocabulary).reduce((sum, v) => sum + Math.exp(v), 0),
    )
  );
  assertNear(await new TinyNetwork().logSumExp(logits), wanted, 1e-6);
});
