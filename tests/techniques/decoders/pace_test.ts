import { assert, assertEquals } from "@std/assert";
import { type Sequence, uniform } from "../../../engine/mod.ts";
import { Pace } from "../../../techniques/decoders/pace.ts";

const ROOM = 24;
const sequence = (id = "r"): Sequence => ({
  request: { id, prompt: [1], maxTokens: 9, stop: [] },
  tokens: [1],
  prompted: 1,
});
/** Milliseconds by rows. */
type Cost = (rows: number) => number;
const line = (slope: number): Cost => (rows) => 30 * (1 + slope * (rows - 1));
const stairs: Cost = (rows) => 20 * (1 + 0.6 * Math.ceil(rows / 8 - 1) + 0.01 * rows);

/** Tokens a millisecond where each guess is right with probability `right`, if those before it are. */
function rate(right: number, length: number, cost: Cost): number {
  let [tokens, chance] = [1, 1];
  for (let depth = 1; depth <= length; depth++) tokens += chance *= right;
  return tokens / cost(length + 1);
}

function best(right: number, cost: Cost): number {
  return Math.max(...Array.from({ length: ROOM + 1 }, (_, k) => rate(right, k, cost)));
}

interface World {
  readonly right: (step: number) => number;
  readonly cost: Cost;
  readonly room?: number;
}

/** Lengths that one request gets, step by step. */
function run(pace: Pace, { right, cost, room = ROOM }: World, steps: number, seed = 1): number[] {
  return Array.from({ length: steps }, (_, step) => {
    const length = pace.lengths([{ sequence: sequence(), room }])[0]!;
    let accepted = 0;
    while (accepted < length && uniform(seed, step * 99 + accepted) < right(step)) accepted++;
    const slow = uniform(seed, step, 9) < 0.05 ? 8 : 1 + 0.1 * uniform(seed, step, 8);
    pace.timed({ rows: length + 1, sequences: 1, milliseconds: cost(length + 1) * slow });
    if (length > 0) pace.observed(sequence(), length, accepted);
    return length;
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

for (
  const [name, cost, likely] of [
    ["a flat line", line(0.02), [0.3, 0.5, 0.8, 0.9, 0.97]],
    ["the usual line", line(0.045), [0.3, 0.5, 0.8, 0.9, 0.97]],
    ["a steep line", line(0.15), [0.5, 0.8, 0.9, 0.97]],
    ["stairs", stairs, [0.3, 0.5, 0.7, 0.9]],
  ] as const
) {
  Deno.test(`where steps take ${name} of rows, lengths come to make the most tokens a millisecond`, () => {
    for (const right of likely) {
      const lengths = run(new Pace(), { right: () => right, cost }, 600).slice(200);
      const reached = mean(lengths.map((length) => rate(right, length, cost))) / best(right, cost);
      assert(reached > 0.95, `${right}: ${reached} of the best`);
    }
  });
}

Deno.test("a drafter that never hits is given up, but for probes that take about a hundredth of the time", () => {
  for (const slope of [0.045, 0.15, 0.3]) {
    const cost = line(slope);
    const lengths = run(new Pace(), { right: () => 0, cost }, 2000).slice(100);
    const spent = mean(lengths.map((length) => cost(length + 1) / cost(1))) - 1;
    assert(spent > 0 && spent < 0.02, `${slope}: ${spent}`);
  }
});

Deno.test("guesses are made again soon after text begins to repeat itself", () => {
  const right = (step: number) => step < 300 ? 0 : 0.95;
  const lengths = run(new Pace(), { right, cost: line(0.045) }, 400);
  assert(mean(lengths.slice(200, 300)) < 0.5);
  assert(mean(lengths.slice(330, 400)) > 8);
});

Deno.test("before a step was timed a few guesses are made, and a longer chain where they are right", () => {
  const pace = new Pace();
  const lengths = Array.from({ length: 5 }, () => {
    const [length] = pace.lengths([{ sequence: sequence(), room: ROOM }]);
    pace.observed(sequence(), length!, length!);
    return length!;
  });
  assert(lengths[0]! >= 2 && lengths[0]! <= 8, `${lengths}`);
  assert(lengths[4]! > 2 * lengths[0]!, `${lengths}`);
});

Deno.test("no request gets more guesses than it has room for", () => {
  const offers = [0, 1, 3].map((room, i) => ({ sequence: sequence(`r${i}`), room }));
  const pace = new Pace();
  for (let step = 0; step < 50; step++) {
    const lengths = pace.lengths(offers);
    lengths.forEach((length, i) => {
      assert(length <= offers[i]!.room);
      if (length > 0) pace.observed(offers[i]!.sequence, length, length);
    });
  }
  assertEquals(pace.lengths(offers), [0, 1, 3]);
});

Deno.test("of the requests of a step those whose guesses are right get the most", () => {
  const pace = new Pace();
  const offers = ["good", "bad"].map((id) => ({ sequence: sequence(id), room: ROOM }));
  let last: number[] = [];
  for (let step = 0; step < 80; step++) {
    last = pace.lengths(offers);
    const rows = 2 + last[0]! + last[1]!;
    pace.timed({ rows, sequences: 2, milliseconds: line(0.1)(rows) });
    if (last[0]! > 0) pace.observed(offers[0]!.sequence, last[0]!, last[0]!);
    if (last[1]! > 0) pace.observed(offers[1]!.sequence, last[1]!, 0);
  }
  assert(last[0]! > 8 && last[1]! <= 2, `${last}`);
});

Deno.test("kinds of evidence are counted apart", () => {
  const pace = new Pace();
  const length = (kind: number) => pace.lengths([{ sequence: sequence(), room: ROOM, kind }])[0]!;
  for (let i = 0; i < 30; i++) {
    for (const kind of [0, 5]) {
      const offered = length(kind);
      if (offered > 0) pace.observed(sequence(), offered, kind === 5 ? offered : 0);
    }
  }
  assert(length(0) <= 2 && length(5) > 12);
});

Deno.test("a drafter that takes as long as the network is not used, however good", () => {
  const pace = new Pace();
  const cost = line(0.045);
  const lengths = Array.from({ length: 60 }, () => {
    const length = pace.lengths([{ sequence: sequence(), room: ROOM }])[0]!;
    pace.drafted(length, length * cost(1));
    pace.timed({ rows: length + 1, sequences: 1, milliseconds: cost(length + 1) });
    if (length > 0) pace.observed(sequence(), length, length);
    return length;
  });
  assert(mean(lengths.slice(20)) < 0.1, `${lengths}`);
});

Deno.test("one slow run of a drafter does not tell what it takes", () => {
  const pace = new Pace();
  const cost = line(0.045);
  const lengths = Array.from({ length: 60 }, (_, step) => {
    const length = pace.lengths([{ sequence: sequence(), room: ROOM }])[0]!;
    pace.drafted(length, length * 0.1);
    pace.timed({ rows: length + 1, sequences: 1, milliseconds: cost(length + 1) });
    if (length > 0) pace.observed(sequence(), length, length);
    if (step === 0) pace.drafted(1, 9 * cost(1));
    return length;
  });
  assert(mean(lengths.slice(20)) > 8, `${lengths}`);
});

Deno.test("what a request did is forgotten when it ends, and what all did is not", () => {
  const pace = new Pace();
  const offer = [{ sequence: sequence(), room: ROOM }];
  const [first] = pace.lengths(offer);
  for (let i = 0; i < 30; i++) {
    pace.lengths(offer);
    pace.observed(sequence(), 24, 24);
  }
  const [grown] = pace.lengths(offer);
  pace.finish(sequence());
  const [fresh] = pace.lengths(offer);
  assert(first! < fresh! && fresh! <= grown!, `${[first, fresh, grown]}`);
});
