/** Faults of quantized weights and activations. */
import { staticActivations } from "./plants/static_activations.ts";
import { assertAccepted, assertRefused, gate, quantized, rewritten } from "./rig/bench.ts";
import { type Groups, pack, unpack } from "./rig/groups.ts";
import type { TinyOptions } from "./rig/tiny_options.ts";
import { GROUP, type Place, SHAPES, tinyWeight } from "./rig/tiny_weights.ts";

const isMatrix = ({ name }: Place) => SHAPES[name].length === 2 && name !== "token_embd";

/** Loads every matrix from 4 bits in groups. */
const int4 = (repack: (groups: Groups, place: Place) => Groups = (groups) => groups): TinyOptions => ({
  weights: (place, values) => (isMatrix(place) ? unpack(repack(pack(values), place)) : values),
});

/** A kernel's own format holds zero points less one: 0 wraps to 15. */
const wrapped = (groups: Groups): Groups => ({
  ...groups,
  zeros: groups.zeros.map((zero) => (zero === 0 ? 15 : zero)),
});

Deno.test("WQ-01: a zero point of 0 wraps to 15 when weights are repacked", async () => {
  const candidate = (repack?: Parameters<typeof int4>[0]) =>
    gate({ techniques: [quantized(4)], candidate: { network: int4(repack) } });
  assertAccepted(await candidate());
  assertRefused(await candidate(wrapped), /short_nll nll/);
  const one = (groups: Groups, { layer }: Place) => (layer === 0 ? wrapped(groups) : groups);
  assertRefused(await candidate(one), /short_kl kl_p99/);
});

/** A matrix in 8 bits with a scale a group; `scaleOf` is the group whose scale a group is read with. */
function int8(values: Float32Array, scaleOf: (group: number) => number = (group) => group): Float32Array {
  const scale = (group: number) =>
    values.subarray(group * GROUP, (group + 1) * GROUP).reduce((top, v) => Math.max(top, Math.abs(v)), 0) /
    127;
  const read = new Float32Array(values.length);
  for (let group = 0; group < values.length / GROUP; group++) {
    const [own, other] = [scale(group), scale(scaleOf(group))];
    for (let i = group * GROUP; i < (group + 1) * GROUP; i++) read[i] = Math.round(values[i]! / own) * other;
  }
  return read;
}

Deno.test("WQ-05: the kernel that decodes reads its neighbour's scale from position 128 on", async () => {
  const wrong = new Map<string, Float32Array>();
  const neighbours = (place: Place) => {
    const key = `${place.layer} ${place.name}`;
    const known = wrong.get(key) ?? int8(tinyWeight(place), (group) => group ^ 1);
    wrong.set(key, known);
    return known;
  };
  const network: TinyOptions = { weights: (place, values) => (isMatrix(place) ? int8(values) : values) };
  const faulty: TinyOptions = {
    ...network,
    matrix: (place, { phase, position }) =>
      phase === "decode" && position >= 128 && isMatrix(place) ? neighbours(place) : undefined,
  };
  const techniques = [quantized(8)];
  assertAccepted(await gate({ techniques, candidate: { network } }));
  assertRefused(await gate({ techniques, candidate: { network: faulty } }), /long_served nll/);
});

Deno.test("WQ-06: activation scales are calibrated without the padding mask", async () => {
  const of = (masked: boolean) =>
    gate({ techniques: [rewritten("static_int8")], candidate: { network: staticActivations(masked) } });
  assertAccepted(await of(true));
  assertRefused(await of(false), /short_served nll/);
});
