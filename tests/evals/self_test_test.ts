/** Sessions whose scores are and are not those of their own answers. */
import { assert, assertEquals } from "@std/assert";
import { ManualClock, type Scored, type Session } from "../../engine/mod.ts";
import { misread } from "../../evals/mod.ts";
import { baseline, prompts, timedEngine } from "./toy_bench.ts";

async function said(change?: (scored: Scored, i: number) => Scored): Promise<string | undefined> {
  const session = await timedEngine(new ManualClock(0)).open(baseline);
  const changed: Session = {
    tokenizer: session.tokenizer,
    context: session.context,
    generate: (requests) => session.generate(requests),
    async *score(items) {
      let i = 0;
      for await (const scored of session.score(items)) yield change?.(scored, i++) ?? scored;
    },
    stats: () => session.stats(),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
  return await misread(changed, prompts, 1);
}

Deno.test("a session whose scores are those of its own answers is fit", async () => {
  assertEquals(await said(), undefined);
});

for (
  const [what, change, why] of [
    [
      "of the token before",
      ({ logProbs: [own] }) => Float32Array.from(own!, (_, i) => own![i - 1] ?? -9),
      /token 1 is told -\d\.\d{3} when it is chosen and -9\.000 when it is scored$/,
    ],
    [
      "one more than there are tokens",
      ({ logProbs: [own] }) => Float32Array.of(...own!, -60),
      /^.* \d+ scores for \d+ tokens$/,
    ],
    ["that are no numbers", ({ logProbs: [own] }) => own!.map(() => NaN), /NaN when it is scored$/],
    [
      "that hold what is scored beside them",
      ({ logProbs: [own] }, i) => (i === 0 ? own! : own!.map((v) => v - 2)),
      /when it is scored$/,
    ],
  ] as readonly (readonly [string, (scored: Scored, i: number) => Float32Array, RegExp])[]
) {
  Deno.test(`found: scores ${what}`, async () => {
    const reason = await said((scored, i) => ({ ...scored, logProbs: [change(scored, i)] }));
    assert(why.test(reason ?? ""), reason);
  });
}
