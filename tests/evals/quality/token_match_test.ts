import { assert, assertEquals } from "@std/assert";
import type { Request, ScoreItem } from "../../../engine/mod.ts";
import { divergence, TIE, tokenMatch, toRequest } from "../../../evals/mod.ts";
import { inMemory } from "../toy_bench.ts";
import { answerTo, codePoints, scripted } from "./scripted.ts";

const sample = { id: "p", cluster: "p", slices: [], turns: ["hello", "again"] };
const e = tokenMatch(inMemory("made_up", [sample]), { count: 1, tokens: 4 });
type Step = { readonly token: number; readonly margin: number };
const steps = (tokens: readonly number[], margins: readonly number[] = tokens.map(() => 1)): Step[] =>
  tokens.map((token, i) => ({ token, margin: margins[i]! }));

/** The answer of a session that writes `written` and, reading it again, finds other tokens likelier at `flips`. */
async function answer(written: readonly Step[], flips: readonly number[] = []) {
  const session = scripted({
    answer: () => written,
    logProb: () => -2,
    top: (_, at) => (flips.includes(at) ? -1 : -2),
  });
  return await answerTo(e, session, sample);
}

const grade = (candidate: Awaited<ReturnType<typeof answer>>, base: typeof candidate) => {
  const { divergent, ties } = e.grade(candidate, sample, base);
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

Deno.test("where rounding alone turns the base's own choice, the band of ties is as wide as that", async () => {
  const base = await answer(steps([65, 66, 67, 68], [1, 0.02, 0.015, 1]), [1]);
  assertEquals(grade(await answer(steps([65, 66, 90, 68])), base), { divergent: 0, ties: 1 });
  assertEquals(grade(base, base), { divergent: 0, ties: 1 });
});

Deno.test("a base that does not stand by its own sure choices has no band of ties as wide as that", async () => {
  const base = await answer(steps([65, 66, 67, 68], [1, 3, 2, 1]), [1]);
  assertEquals(grade(await answer(steps([65, 66, 90, 68])), base), { divergent: 1, ties: 0 });
});

Deno.test("an answer that is cut short is a breach even at a tie", () => {
  const reference = { tokens: [1, 2, 3], margins: [1, 1, 0] };
  assertEquals(divergence(reference, { tokens: [1, 2] }, TIE), { breach: true, tie: false });
});

Deno.test("an answer that goes on too long is a breach", () => {
  const reference = { tokens: [1, 2], margins: [1, 1] };
  assertEquals(divergence(reference, { tokens: [1, 2, 3] }, TIE), { breach: true, tie: false });
});

Deno.test("all prompts are asked at once, so that batches are mixed", async () => {
  const many = [sample, { ...sample, id: "q" }];
  const handed: number[] = [];
  const session = scripted({ answer: () => steps([65, 66, 67, 68]) });
  const watched = {
    ...session,
    generate: (requests: readonly Request[]) => {
      handed.push(requests.length);
      return session.generate(requests);
    },
  } as typeof session;
  await Array.fromAsync(e.ask(watched, many));
  assertEquals(handed, [2]);
});

Deno.test("the answer is read again after the prompt it was given to", async () => {
  const asked: ScoreItem[] = [];
  await Array.fromAsync(e.ask(scripted({ answer: () => steps([65, 66, 67, 68]) }, asked), [sample]));
  assertEquals(codePoints.decode(asked[0]!.context), "<user>hello");
  assertEquals(codePoints.decode(asked[0]!.continuations[0]!), "ABCD");
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
