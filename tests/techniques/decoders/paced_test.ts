import { assert, assertEquals } from "@std/assert";
import { chain, ManualClock } from "../../../engine/mod.ts";
import { paced } from "../../../techniques/decoders/paced.ts";
import { asking } from "./asking.ts";

/** Steps of one sequence, each guess taking `milliseconds` and right or wrong; returns the steps that had guesses. */
async function drafted(milliseconds: number, right: boolean, steps: number): Promise<number> {
  const clock = new ManualClock();
  const live = paced(
    (given, lengths) => {
      clock.advance(milliseconds * Math.max(...lengths));
      return Promise.resolve(given.map((_, i) => chain(new Array(lengths[i]!).fill(3))));
    },
    2,
    clock,
  );
  let had = 0;
  for (let step = 0; step < steps; step++) {
    const [one] = asking(9);
    const [draft] = await live.propose([one!]);
    const guesses = draft!.tokens.length;
    if (guesses > 0) {
      had++;
      live.observe(one!.sequence, guesses, right ? guesses : 0);
    }
    live.timed({ rows: 1 + guesses, sequences: 1, milliseconds: 10 + guesses });
  }
  return had;
}

Deno.test("guesses that are right and cheap are made in nearly every step", async () => {
  assert(await drafted(1, true, 200) > 180);
});

Deno.test("guesses that are wrong are given up, but for a probe now and then", async () => {
  const had = await drafted(1, false, 400);
  assert(had > 0 && had < 40, `${had} of 400`);
});

Deno.test("guesses that take longer than the steps they save are given up, right as they are", async () => {
  const had = await drafted(30, true, 400);
  assert(had > 0 && had < 40, `${had} of 400`);
});

Deno.test("a sequence without room is given no guess, and the others theirs in their places", async () => {
  const live = paced(
    (given, lengths) => Promise.resolve(given.map(({ room }, i) => chain(new Array(lengths[i]!).fill(room)))),
    2,
    new ManualClock(),
  );
  const drafts = await live.propose(asking(5, 0, 7));
  assertEquals(drafts.map(({ tokens }) => tokens[0]), [5, undefined, 7]);
});

Deno.test("what a request costs once is not held against its guesses", async () => {
  const clock = new ManualClock();
  const live = paced(
    (given, lengths) => {
      clock.advance(1);
      return Promise.resolve(given.map((_, i) => chain(new Array(lengths[i]!).fill(3))));
    },
    2,
    clock,
    () => Promise.resolve(clock.advance(500)),
  );
  let had = 0;
  for (let step = 0; step < 100; step++) {
    const [one] = asking(9);
    const guesses = (await live.propose([one!]))[0]!.tokens.length;
    if (guesses > 0) {
      had++;
      live.observe(one!.sequence, guesses, guesses);
    }
    live.timed({ rows: 1 + guesses, sequences: 1, milliseconds: 10 + guesses });
  }
  assert(had > 80, `${had}`);
});
