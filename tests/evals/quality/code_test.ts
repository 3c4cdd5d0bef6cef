import { assertEquals, assertMatch } from "@std/assert";
import { code } from "../../../evals/mod.ts";
import type { Request } from "../../../engine/mod.ts";
import { inChat, toProblem } from "../../../datasets/text/human_eval.ts";
import { inMemory } from "../toy_bench.ts";
import { answerTo, codePoints, scripted } from "./scripted.ts";

const completed = toProblem({
  task_id: "t",
  prompt: "def f(x):\n",
  test: "def check(candidate):\n    assert candidate(1) == 2",
  entry_point: "f",
});

async function asked(text: string, problem = completed) {
  const e = code(inMemory("made_up", [problem]), { count: 1, tokens: 30 });
  const requests: Request[] = [];
  const session = {
    ...scripted({
      answer(request) {
        requests.push(request);
        return codePoints.encode(text).map((token) => ({ token, margin: 1 }));
      },
    }),
    context: 1000,
  };
  const answer = await answerTo(e, session, problem);
  const prompt = codePoints.decode(requests[0]!.prompt);
  return {
    prompt,
    passed: e.grade(answer, problem, answer)["pass_at_1"]!.value,
    shown: e.show(answer, problem),
  };
}

Deno.test("a function gone on with passes its tests, whatever is written after its end", async () => {
  const { prompt, passed, shown } = await asked("    return 2 * x\n\ndef g(:");
  assertEquals([prompt, passed, shown], ["def f(x):\n", 1, "    return 2 * x\n"]);
});

Deno.test("a function that answers wrongly fails, and its reason is shown beside it", async () => {
  const { passed, shown } = await asked("    return x\n");
  assertEquals([passed, shown], [0, "    return x\n\n[failed: AssertionError]"]);
});

Deno.test("in the chat format the question is the user's, and the answer begins with the function and ends with its fence", async () => {
  const { prompt, passed, shown } = await asked("    return 2 * x\n```\nThis doubles x.", inChat(completed));
  assertMatch(
    prompt,
    /^<user>Write a solution [^]*```\nHere is the completed function:\n```python\ndef f\(x\):\n\n$/,
  );
  assertEquals([passed, shown], [1, "    return 2 * x\n"]);
});
