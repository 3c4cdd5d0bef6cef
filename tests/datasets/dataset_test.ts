import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Dataset, hash, type Sample, take } from "../../datasets/mod.ts";

const dataset = (ids: readonly string[]): Dataset<Sample> => ({
  name: "made up",
  version: "1",
  source: "here",
  license: "none",
  split: "test",
  digest: "",
  size: ids.length,
  async *samples() {
    yield* ids.map((id) => ({ id, cluster: id, slices: [] }));
  },
});

const idsOf = (samples: readonly Sample[]) => samples.map(({ id }) => id);

Deno.test("a draw has no sample twice and depends on the ids and the seed, not on their order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.string(), { maxLength: 40 }),
      fc.nat(50),
      fc.nat(9),
      async (ids, count, seed) => {
        const drawn = idsOf(await take(dataset(ids), count, seed));
        assertEquals(drawn.length, Math.min(count, ids.length));
        assertEquals(new Set(drawn).size, drawn.length);
        assertEquals(idsOf(await take(dataset(ids.toReversed()), count, seed)), drawn);
      },
    ),
    { seed: 1 },
  );
});

Deno.test("a larger draw begins with the smaller one", async () => {
  const ids = Array.from({ length: 100 }, (_, i) => `q${i}`);
  assertEquals(idsOf(await take(dataset(ids), 60, 3)).slice(0, 20), idsOf(await take(dataset(ids), 20, 3)));
});

Deno.test("a draw takes from the whole set alike, and seeds draw independently", async () => {
  const ids = Array.from({ length: 1000 }, (_, i) => `${i}`);
  const draws = await Promise.all(
    Array.from({ length: 40 }, async (_, seed) => idsOf(await take(dataset(ids), 100, seed))),
  );
  const tenths = new Array<number>(10).fill(0);
  for (const id of draws.flat()) tenths[Math.floor(Number(id) / 100)]!++;
  // Chi-square with nine degrees of freedom at 0.9999: expected 400 from each tenth.
  const statistic = tenths.reduce((sum, n) => sum + (n - 400) ** 2 / 400, 0);
  assert(statistic < 33.7, `${tenths}`);
  const shared = draws[0]!.filter((id) => draws[1]!.includes(id)).length;
  // A hundred of a thousand, twice: ten in common expected, of standard deviation below three.
  assert(shared > 0 && shared < 25, `${shared}`);
});

Deno.test("the hash is that of every machine", () => {
  assertEquals(["", "a", "split:8725526"].map(hash), ["", "a", "split:8725526"].map(slowHash));
});

/** FNV-1a and MurmurHash3's finaliser, worked with big integers. */
function slowHash(text: string): number {
  const mask = (1n << 32n) - 1n;
  let h = 0x811c9dc5n;
  for (const char of text) h = ((h ^ BigInt(char.charCodeAt(0))) * 0x01000193n) & mask;
  h = ((h ^ (h >> 16n)) * 0x85ebca6bn) & mask;
  h = ((h ^ (h >> 13n)) * 0xc2b2ae35n) & mask;
  return Number(h ^ (h >> 16n));
}
