/** Each arrangement that a fault may be planted in, with the fault off, beside the plain network. */
import { assert, assertEquals } from "@std/assert";
import { type KvView, PagedCache } from "../../../engine/mod.ts";
import { pack, unpack } from "./groups.ts";
import { longRope, plainAngle } from "./rotary.ts";
import { assertNear, EMPTY, pieces, tokensOf, whole } from "./runs.ts";
import { TinyNetwork } from "./tiny_network.ts";
import type { AttentionPart, Row, TinyOptions } from "./tiny_options.ts";
import { type Place, SHAPES, SIZE } from "./tiny_weights.ts";

const { vocabulary, width, headDim } = SIZE;
const ROUNDING = 1e-4;
const tokens = tokensOf(90, 1);
const isMatrix = ({ name }: Place) => SHAPES[name].length === 2;

/** The last row of two logits: [rows x vocabulary]. */
const last = (logits: Float32Array) => logits.slice(-vocabulary);

Deno.test("attention in parts equals attention in one, in any chunks", () => {
  for (const chunk of [Infinity, 1, 16]) {
    assertNear(pieces(tokens, 13, { attention: { chunk } }), whole(tokens), ROUNDING);
  }
});

Deno.test("chunks beyond a short past count for nothing beside a longer one", () => {
  const network = new TinyNetwork({ attention: { chunk: 8 } });
  const cache = new PagedCache(network.shape, 512);
  const texts = [tokens.slice(0, 60), tokensOf(11, 2)];
  const seqs = texts.map((text) => {
    const { seq } = cache.start(text, "");
    const rows = text.map((_, i) => i);
    const at = Int32Array.from(rows);
    cache.reserve(seq, 62);
    const head = { tokens: Int32Array.from(text), positions: at, sequence: new Int32Array(rows.length) };
    cache.commit(seq, network.run({ ...head, past: [cache.view(seq)], want: at }).kv, rows, text);
    return seq;
  });
  const { logits } = network.run({
    tokens: Int32Array.of(5, 6),
    positions: Int32Array.of(60, 11),
    sequence: Int32Array.of(0, 1),
    past: seqs.map((seq) => cache.view(seq)),
    want: Int32Array.of(0, 1),
  });
  assertNear(logits.slice(0, vocabulary), last(whole([...texts[0]!, 5])), ROUNDING);
  assertNear(logits.slice(vocabulary), last(whole([...texts[1]!, 6])), ROUNDING);
});

Deno.test("a merge is told each part, empty ones too, and its word is taken", () => {
  const parts: AttentionPart[] = [];
  const lse = (value: number, part: AttentionPart, { position }: Row) => {
    if (position === 80) parts.push(part);
    return value;
  };
  pieces(tokens.slice(0, 81), 80, { attention: { chunk: 50, lse } });
  const told = [
    { of: "past", index: 0, keys: 50 },
    { of: "past", index: 1, keys: 30 },
    { of: "new", index: 0, keys: 1 },
  ];
  assertEquals(parts.slice(0, 3), told as AttentionPart[]);
  const base2 = (value: number, { of }: AttentionPart) => (of === "past" ? value / Math.LN2 : value);
  const wrong = pieces(tokens, 80, { attention: { chunk: Infinity, lse: base2 } });
  assert(Math.abs(last(wrong)[5]! - last(whole(tokens))[5]!) > 0.01);
});

Deno.test("a row sees what it is told to, of the past and of new rows, whole or in parts", () => {
  const even = (seen: Int32Array, { past, index }: Row) =>
    seen.filter((key) => key % 2 === 0 || key === past + index);
  const wanted = whole(tokens, { attention: { sees: even } });
  assert(Math.abs(last(wanted)[5]! - last(whole(tokens))[5]!) > 0.01);
  assertEquals(pieces(tokens, 8, { attention: { sees: even } }), wanted);
  assertNear(pieces(tokens, 8, { attention: { sees: even, chunk: Infinity } }), wanted, ROUNDING);
});

Deno.test("a window as long as the text sees all, and rows that it hides may leave the cache", () => {
  const attention = { window: 20 };
  assertEquals(whole(tokens, { attention: { window: 90 } }), whole(tokens));
  const wanted = whole(tokens, { attention });
  assert(Math.abs(last(wanted)[5]! - last(whole(tokens))[5]!) > 0.01);
  const kept = (view: KvView): KvView => {
    const gone = Math.max(0, view.length - 20);
    return {
      ...view,
      length: view.length - gone,
      copy: (layer, kind, from, to, into, offset, stride) =>
        view.copy(layer, kind, from + gone, to + gone, into, offset - gone * headDim, stride),
    };
  };
  assertEquals(pieces(tokens, 1, { attention, past: kept }), wanted);
});

Deno.test("keys that are kept plain and turned by their reader equal keys that are kept turned", () => {
  assertEquals(whole(tokens, { rope: { keys: "plain" } }), whole(tokens));
  assertEquals(pieces(tokens, 7, { rope: { keys: "plain" } }), whole(tokens));
  assertEquals(whole(tokens, { rope: longRope(40, [1, 1, 1, 1]) }), whole(tokens));
});

Deno.test("scaling for long context is the same whole, in chunks and token by token, across its threshold", () => {
  const rope = longRope(40, [1, 1.5, 4, 8]);
  const wanted = whole(tokens, { rope });
  assertEquals(wanted.slice(0, 40 * vocabulary), whole(tokens).slice(0, 40 * vocabulary));
  assert(Math.abs(last(wanted)[5]! - last(whole(tokens))[5]!) > 0.01);
  for (const size of [1, 7, 50]) assertEquals(pieces(tokens, size, { rope }), wanted);
});

Deno.test("pairs half a head apart equal neighbours where the rows of q and k are moved along", () => {
  const weights: TinyOptions["weights"] = ({ name }, values) => {
    if (name !== "attn_q" && name !== "attn_k") return values;
    const half = headDim / 2;
    return values.map((_, at) => {
      const [row, column] = [Math.floor(at / width), at % width];
      const [head, d] = [row - row % headDim, row % headDim];
      const from = head + (d < half ? 2 * d : 2 * (d - half) + 1);
      return values[from * width + column]!;
    });
  };
  assertNear(whole(tokens, { weights, rope: { pairs: "halves" } }), whole(tokens), ROUNDING);
});

Deno.test("a position of one's own turns keys and queries by it", () => {
  const shifted = whole(tokens, { rope: { position: ({ position }) => position + 100 } });
  assertNear(shifted, whole(tokens), ROUNDING);
  const wrong = whole(tokens, { rope: { position: ({ position }) => position * 1.5 } });
  assert(Math.abs(last(wrong)[5]! - last(whole(tokens))[5]!) > 0.01);
});

Deno.test("a table is chosen by row", () => {
  const tables = [plainAngle, () => 0];
  const rope = { tables, table: ({ phase }: Row) => (phase === "decode" ? 1 : 0) };
  assertEquals(whole(tokens, { rope }), whole(tokens));
  assertEquals(pieces(tokens, 80, { rope }), whole(tokens));
  assert(Math.abs(last(pieces(tokens, 89, { rope }))[5]! - last(whole(tokens))[5]!) > 0.01);
});

Deno.test("four bits by the smallest and the largest value are the model's own matrices", () => {
  const weights: TinyOptions["weights"] = (place, values) =>
    isMatrix(place) && place.name !== "token_embd" ? unpack(pack(values)) : values;
  assertNear(whole(tokens, { weights }), whole(tokens), ROUNDING);
});

Deno.test("some groups lie wholly above zero", () => {
  const zeros: number[] = [];
  new TinyNetwork({
    weights: (place, values) => {
      if (isMatrix(place) && place.layer >= 0) zeros.push(...pack(values).zeros);
      return values;
    },
  });
  assert(zeros.filter((zero) => zero === 0).length >= 10);
});

Deno.test("a third block that adds nothing leaves the answer as it was, from the cache too", () => {
  const weights: TinyOptions["weights"] = ({ layer, name }, values) =>
    layer === 2 && (name === "attn_output" || name === "ffn_down") ? values.map(() => 0) : values;
  const deeper = { blocks: [0, 1, 2], weights };
  assertEquals(whole(tokens, deeper), whole(tokens));
  assertEquals(pieces(tokens, 7, deeper), whole(tokens));
});

Deno.test("another matrix for decoding is used by rows that come alone", () => {
  const matrix: TinyOptions["matrix"] = ({ layer, name }, { phase }) =>
    phase === "decode" && layer === 0 && name === "attn_output" ? new Float32Array(width * width) : undefined;
  assertEquals(pieces(tokens, 45, { matrix }), whole(tokens));
  assert(Math.abs(last(pieces(tokens, 89, { matrix }))[5]! - last(whole(tokens))[5]!) > 0.01);
});

Deno.test("hooks that change nothing leave every bit", () => {
  const idle: TinyOptions = {
    activation: () => {},
    projected: () => {},
    logits: () => {},
    kv: () => {},
    past: (view) => view,
    weights: (_, values) => values,
    matrix: () => undefined,
  };
  assertEquals(pieces(tokens, 7, idle), whole(tokens));
});

Deno.test("activations are changed where they enter a product, and only those of the name", () => {
  const names = new Set<string>();
  const activation: TinyOptions["activation"] = (name, layer, x) => {
    names.add(`${layer} ${name} ${x.length}`);
    if (name === "ffn_down") x.fill(0);
  };
  const wrong = whole(tokens, { activation });
  assertEquals([...names].sort(), [
    "-1 output 32",
    ...[0, 1].flatMap((layer) => [
      `${layer} attn 32`,
      `${layer} attn_output 32`,
      `${layer} ffn 32`,
      `${layer} ffn_down 64`,
    ]),
  ]);
  assert(Math.abs(last(wrong)[5]! - last(whole(tokens))[5]!) > 0.01);
});

Deno.test("what is written to the cache is what later rows read", () => {
  const kv = (rows: Float32Array) => void rows.fill(0);
  const options: TinyOptions = { kv };
  const wrong = pieces(tokens, 45, options);
  assertEquals(wrong.slice(0, 45 * vocabulary), whole(tokens).slice(0, 45 * vocabulary));
  assert(Math.abs(last(wrong)[5]! - last(whole(tokens))[5]!) > 0.01);
  assertEquals(whole(tokens, options, { past: [EMPTY] }), whole(tokens));
});
