import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Request } from "../../../engine/mod.ts";
import { divergence, NO_NOISE, type Noise, TIE, tokenMatch, toRequest } from "../../../evals/mod.ts";
import { inMemory } from "../toy_bench.ts";
import { answerTo, codePoints, scripted } from "./scripted.ts";

const sample = { id: "p", cluster: "p", slices: [], turns: ["hello", "again"] };
const e = tokenMatch(inMemory("made_up", [sample]), { count: 1, tokens: 4 });
type Step = { readonly token: number; readonly margin: number };
const steps = (tokens: readonly number[], margins: readonly number[] = tokens.map(() => 1)): Step[] =>
  tokens.map((token, i) => ({ token, margin: margins[i]! }));

/** The answer of a session that writes `written`, and `crowded` when it is asked with others. */
async function answer(written: readonly Step[], crowded = written) {
  let asked = 0;
  return await answerTo(e, scripted({ answer: () => (asked++ === 0 ? written : crowded) }), sample);
}
const NOISE: Noise = { drift: 0.01, sum: 0.02, positions: 20, ties: 1, answers: 10 };

const grade = (candidate: Awaited<ReturnType<typeof answer>>, base: typeof candidate, noise = NO_NOISE) => {
  const { divergent, ties } = e.grade(candidate, sample, base, noise);
  return { divergent: divergent!.value, ties: ties!.value };
};

Deno.test("equal tokens are neither a breach nor a tie", async () => {
  const [base, candidate] = [await answer(steps([65, 66, 67, 68])), await answer(steps([65, 66, 67, 68]))];
  assertEquals(grade(candidate, base), { divergent: 0, ties: 0 });
});

Deno.test("a first difference where the base was sure is a breach", async () => {
  const base = await answer(steps([65, 66, 67, 68]));
  assertEquals(grade(await answer(steps([65, 66, 90, 68])), base), { divergent: 1, ties: 0 });
});

Deno.test("a first difference where the base stood at a tie is a tie, and what follows it is not looked at", async () => {
  const base = await answer(steps([65, 66, 67, 68], [1, TIE / 2, 1, 1]));
  assertEquals(grade(await answer(steps([65, 90, 91, 92])), base), { divergent: 0, ties: 1 });
});

Deno.test("the candidate's own doubt excuses nothing", async () => {
  const base = await answer(steps([65, 66, 67, 68]));
  const candidate = await answer(steps([65, 90, 67, 68], [1, 0, 1, 1]));
  assertEquals(grade(candidate, base), { divergent: 1, ties: 0 });
});

Deno.test("the band of ties is twice what rounding alone moves", async () => {
  const base = await answer(steps([65, 66, 67, 68], [1, 1, 0.019, 0.021]));
  assertEquals(grade(await answer(steps([65, 66, 90, 68])), base, NOISE), { divergent: 0, ties: 1 });
  assertEquals(grade(await answer(steps([65, 66, 67, 90])), base, NOISE), { divergent: 1, ties: 0 });
});

Deno.test("rounding that moves more than a logit excuses no more than one", async () => {
  const base = await answer(steps([65, 66, 67, 68], [1, 3, 2, 1]));
  const noise = { ...NOISE, drift: 5 };
  assertEquals(grade(await answer(steps([65, 66, 90, 68])), base, noise), { divergent: 1, ties: 0 });
});

Deno.test("the base's own ties are those of its rounding", async () => {
  const base = await answer(steps([65, 66, 67, 68]));
  assertEquals(grade(base, base, NOISE), { divergent: 0, ties: 0.1 });
});

Deno.test("an answer that changes in a crowd alone is a breach", async () => {
  const base = await answer(steps([65, 66, 67, 68]));
  const crowded = steps([65, 66, 67, 90]);
  assertEquals(grade(await answer(base.alone.tokens.map((token) => ({ token, margin: 1 })), crowded), base), {
    divergent: 1,
    ties: 0,
  });
});

Deno.test("drift is how far margins move, beside how far rounding moves them", async () => {
  const base = await answer(steps([65, 66, 67, 68], [1, 1, 1, 1]));
  const moved = await answer(steps([65, 66, 67, 68], [1.004, 1, 0.996, 1]));
  const drift = (answer: typeof base) => e.grade(answer, sample, base, NOISE).drift!.value;
  assertAlmostEquals(drift(moved), 2, 1e-9);
  assertEquals(drift(base), 1);
});

Deno.test("noise is the drift up to where an answer turns over, and both margins there", async () => {
  const base = await answer(steps([65, 66, 67, 68], [1, 0.3, 1, 1]));
  const turned = await answer(steps([65, 90, 67, 68], [1.1, 0.2, 9, 9]));
  const { drift, positions, ties, answers } = e.noiseOf!(turned, base);
  assertAlmostEquals(drift, 0.5, 1e-9);
  assertEquals({ positions, ties, answers }, { positions: 4, ties: 2, answers: 2 });
});

Deno.test("an answer that is cut short is a breach even at a tie", () => {
  const reference = { tokens: [1, 2, 3], margins: [1, 1, 0] };
  assertEquals(divergence(reference, { tokens: [1, 2] }, TIE), { breach: true, tie: false });
});

Deno.test("an answer that goes on too long is a breach", () => {
  const reference = { tokens: [1, 2], margins: [1, 1] };
  assertEquals(divergence(reference, { tokens: [1, 2, 3] }, TIE), { breach: true, tie: false });
});

Deno.test("prompts are asked one by one, and all at once among neighbours", async () => {
  const many = [sample, { ...sample, id: "q" }];
  const handed: string[][] = [];
  const session = scripted({ answer: () => steps([65, 66, 67, 68]) });
  const watched = {
    ...session,
    generate: (requests: readonly Request[]) => {
      handed.push(requests.map(({ id }) => id));
      return session.generate(requests);
    },
  } as typeof session;
  await Array.fromAsync(e.ask(watched, many)).catch(() => {});
  assertEquals(handed, [["p"], ["q"], ["neighbour 0", "p", "q"]]);
});

Deno.test("a request is the first turn in chat format with the system's words before it, never stopped early", () => {
  const { prompt, maxTokens, stop, sampling } = toRequest(scripted({}), { ...sample, system: "be brief" }, 9);
  assertEquals(codePoints.decode(prompt), "<system>be brief<user>hello");
  assertEquals([maxTokens, stop, sampling], [9, [], undefined]);
});

Deno.test("a prompt too long for the context leaves room for its answer", () => {
  const { prompt } = toRequest(scripted({}), { ...sample, turns: ["x".repeat(100)] }, 10);
  assert(prompt.length === 54, `${prompt.length}`);
});
