import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { uniform } from "../../../engine/mod.ts";
import { logitKl } from "../../../evals/mod.ts";
import { inMemory } from "../toy_bench.ts";
import { answerTo, scripted } from "./scripted.ts";

const VOCABULARY = 5000;
const sample = { id: "t", cluster: "t", slices: [], text: "abcd" };
const e = logitKl(inMemory("made_up", [sample]), { count: 1, tokens: 512 });

/** Log-probabilities in double precision of seeded logits with a spread, one row each. */
function rows(seed: number, spread: number, count = 3): number[][] {
  return Array.from({ length: count }, (_, t) => {
    const logits = Array.from({ length: VOCABULARY }, (_, v) => spread * uniform(seed + t, v));
    const sum = Math.log(logits.reduce((total, logit) => total + Math.exp(logit), 0));
    return logits.map((logit) => logit - sum);
  });
}

async function graded(base: number[][], candidate: number[][]) {
  const of = async (all: number[][]) => {
    const session = scripted({ rows: () => Float32Array.from(all.flat()) });
    const answer = await answerTo(e, session, sample);
    return answer;
  };
  return e.grade(await of(candidate), sample, await of(base));
}

const exact = (p: number[], q: number[]) =>
  p.reduce((sum, value, v) => sum + Math.exp(value) * (value - q[v]!), 0);

for (const spread of [2, 12, 40]) {
  Deno.test(`the divergence over logits of spread ${spread} is the one summed in double precision`, async () => {
    const [base, candidate] = [rows(1, spread), rows(50, spread)];
    const { kl } = await graded(base, candidate);
    kl!.parts!.forEach((value, t) => {
      const truth = exact(base[t]!, candidate[t]!);
      assertAlmostEquals(value, truth, 1e-5 * Math.max(1, truth));
    });
    assertAlmostEquals(kl!.value, kl!.parts!.reduce((a, b) => a + b) / 3, 1e-12);
    assertEquals(kl!.weight, 3);
  });
}

Deno.test("the direction is base to candidate", async () => {
  const p = [[Math.log(0.9), Math.log(0.1)], [Math.log(0.5), Math.log(0.5)], [0, -50]];
  const q = [[Math.log(0.5), Math.log(0.5)], [Math.log(0.9), Math.log(0.1)], [0, -50]];
  const { kl } = await graded(p, q);
  assertAlmostEquals(kl!.parts![0]!, 0.9 * Math.log(1.8) + 0.1 * Math.log(0.2), 1e-6);
  assertAlmostEquals(kl!.parts![1]!, 0.5 * Math.log(5 / 9) + 0.5 * Math.log(5), 1e-6);
});

Deno.test("equal distributions diverge by nothing and rank the same token first", async () => {
  const { kl, same_top } = await graded(rows(1, 8), rows(1, 8));
  assertEquals([kl!.value, same_top!.value], [0, 1]);
});

Deno.test("the same-top share counts positions whose likeliest token is the same", async () => {
  const at = (top: number) => [0, 1, 2].map((v) => Math.log(v === top ? 0.8 : 0.1));
  const { same_top } = await graded([at(0), at(1), at(2)], [at(0), at(1), at(0)]);
  assertAlmostEquals(same_top!.value, 2 / 3, 1e-12);
});

Deno.test("a token that the candidate rules out is seen in the tail", async () => {
  const base = rows(1, 2);
  const candidate = base.map((row, t) => (t === 1 ? row.map((value, v) => (v === 7 ? -60 : value)) : row));
  const { kl } = await graded(base, candidate);
  assert(kl!.parts![1]! > 100 * Math.max(kl!.parts![0]!, kl!.parts![2]!, 1e-6));
});

Deno.test("a base that is no number is no perfect score", async () => {
  const broken = [new Array<number>(VOCABULARY).fill(NaN), ...rows(1, 12, 2)];
  assert(Number.isNaN((await graded(broken, broken)).kl!.value));
});

Deno.test("texts that were cut into other tokens are not compared", async () => {
  const shorter = await answerTo(
    e,
    scripted({ rows: () => Float32Array.from(rows(1, 12, 2).flat()) }),
    { ...sample, text: "abc" },
  );
  const whole = await answerTo(e, scripted({ rows: () => Float32Array.from(rows(1, 12).flat()) }), sample);
  assertThrows(() => e.grade(whole, sample, shorter), Error, "token by token");
});

Deno.test("shares of tokens beyond 0.2 nats and beyond 1 nat stand for the tails", async () => {
  const base = rows(1, 12);
  const far = [base[0]!, base[1]!, rows(70, 12, 1)[0]!];
  const { kl_p99, kl_p999 } = await graded(base, far);
  assertAlmostEquals(kl_p99!.value, 1 / 3, 1e-9);
  assertAlmostEquals(kl_p999!.value, 1 / 3, 1e-9);
});
