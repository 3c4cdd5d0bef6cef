import { assert, assertEquals } from "@std/assert";
import { changePoints, ERROR, levels, noiseFloor, type Pace, paceOfRuns } from "../../../evals/mod.ts";
import { normals } from "./normals.ts";

const MARGIN = 0.05;

/** A head of so many runs beside `past` runs, all of one spread; the head lies `shift` lower. */
function held(
  seed: number,
  { past = 12, head = 1, shift = 0, spread = 0.02, again = 0.01, within = 0, tail = ERROR },
): Pace {
  const [before, after, aa] = [0, 1, 2].map((part) => normals(3 * seed + part, past));
  const reference = before!.map((z) => 0.6 + spread * z);
  return paceOfRuns(
    {
      head: after!.slice(0, head).map((z) => 0.6 - shift + spread * z),
      reference,
      levels: levels(reference, changePoints(reference)),
      again: aa!.map((z) => again * z),
      within,
    },
    MARGIN,
    tail,
  );
}

const share = (runs: number, is: Pace["kind"], given: Parameters<typeof held>[1]) =>
  Array.from({ length: runs }, (_, i) => held(i, given)).filter(({ kind }) => kind === is).length / runs;

Deno.test("a head that is the same is called regressed in no more than the allowed share of checks", () => {
  // A floor of nothing, so that the interval alone is tried; 25 of 1,000 are allowed, 36 come in one of 80 such tests.
  const wrong = share(1000, "regressed", { again: 1e-9 });
  assert(wrong < 0.036, `${wrong}`);
  assert(share(1000, "regressed", { past: 4, again: 1e-9 }) < 0.036);
});

Deno.test("a slowdown far beyond the spread of runs is found", () => {
  assert(share(200, "regressed", { shift: 0.12 }) > 0.95);
});

Deno.test("nothing within the noise floor is called a regression, however little runs spread", () => {
  const quiet = { spread: 0.002, shift: 0.06 };
  assertEquals(held(1, { ...quiet, again: 0.005 }).kind, "regressed");
  const loud = held(1, { ...quiet, again: 0.06 });
  assertEquals(loud.kind, "unsure");
  assert(loud.beside!.floor > 0.06, `${loud.beside!.floor}`);
  assertEquals(held(1, { spread: 0.002, shift: 0.001, again: 0.06 }).kind, "same");
});

Deno.test("where the baseline was never raced against itself no noise is known, and nothing is called a regression", () => {
  assertEquals(noiseFloor([]), Infinity);
  const runs = { head: [-0.5], reference: [0, 0.001, 0], levels: [[0, 0.001, 0]], again: [], within: 0 };
  assertEquals(paceOfRuns(runs, MARGIN, ERROR).kind, "unsure");
});

Deno.test("one recording cannot tell how far runs spread, so nothing is decided and no number of runs is promised", () => {
  const runs = { head: [-0.5], reference: [0], levels: [[0]], again: [0.001, 0.001], within: 0.001 };
  const { kind, ratio, needed } = paceOfRuns(runs, MARGIN, ERROR);
  assertEquals([kind, ratio.interval.low, ratio.interval.high, needed], ["unsure", 0, 1e9, undefined]);
});

Deno.test("where more runs of the head would decide, it says how many, and they do", () => {
  const reference = normals(1, 40).map((z) => 0.04 * z);
  const level = reference.reduce((sum, log) => sum + log / 40, 0) - 0.05;
  const beside = (runs: number) => {
    const head = Array.from({ length: runs }, () => level);
    const again = [0.001, 0.001, 0.001];
    return paceOfRuns({ head, reference, levels: [reference], again, within: 0 }, MARGIN, ERROR);
  };
  const { kind, needed = 0 } = beside(1);
  assertEquals([kind, beside(needed - 1).kind, beside(needed).kind], ["unsure", "unsure", "regressed"]);
});

Deno.test("a run of the head that was noisier than its forerunners counts with its own noise", () => {
  const given = { shift: 0.12, spread: 0.01, again: 0.005 };
  assertEquals(held(2, given).kind, "regressed");
  assertEquals(held(2, { ...given, within: 0.1 }).kind, "unsure");
});

Deno.test("runs spread about their levels: a change in the past widens nothing", () => {
  const past = [...normals(1, 12).map((z) => 0.01 * z), ...normals(2, 12).map((z) => 0.5 + 0.01 * z)];
  const parts = levels(past, changePoints(past));
  const head = { head: [0.38], reference: parts.at(-1)!, again: [0.01, 0.01, 0.01], within: 0 };
  assertEquals(paceOfRuns({ ...head, levels: parts }, MARGIN, ERROR).kind, "regressed");
  assertEquals(paceOfRuns({ ...head, levels: [past] }, MARGIN, ERROR).kind, "unsure");
});
