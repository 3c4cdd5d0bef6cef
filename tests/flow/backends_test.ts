/** The real model on every engine that runs it: the same greedy tokens, near-ties aside and counted. */
import { assert, assertEquals } from "@std/assert";
import {
  defaultModel,
  dense,
  divergence,
  type Engine,
  mtBench,
  oneAtATime,
  onnxEngine,
  plain,
  type Request,
  type Session,
  take,
  toRequest,
  type Transcript,
  transformersJs,
} from "../../mod.ts";

const TOKENS = 24;
/** Logits that two orders of 32-bit sums may set apart after thirty layers. */
const NEAR = 1e-3;

async function baseline() {
  return { model: await defaultModel(), cache: dense(), decoder: plain, scheduler: oneAtATime };
}

async function answers(session: Session, requests: readonly Request[]): Promise<Map<string, Transcript>> {
  const answers = new Map(
    requests.map(({ id }) => [id, { tokens: [] as number[], margins: [] as number[] }]),
  );
  for await (const { id, tokens, margins } of session.generate(requests)) {
    answers.get(id)!.tokens.push(...tokens);
    answers.get(id)!.margins.push(...margins);
  }
  return answers;
}

async function ask(engine: Engine): Promise<Map<string, Transcript>> {
  await using session = await engine.open(await baseline());
  const prompts = await take(mtBench, 6, 4);
  return await answers(session, prompts.map((prompt) => toRequest(session, prompt, TOKENS)));
}

const native = ask(onnxEngine({ backend: "native" }));

for (
  const [name, engine] of Object.entries({
    wasm: onnxEngine({ backend: "wasm" }),
    "transformers.js": transformersJs(),
    "native on one thread": onnxEngine({ backend: "native", threads: 1 }),
  })
) {
  Deno.test(`${name} answers with the native engine's greedy tokens`, async () => {
    const [reference, found] = [await native, await ask(engine)];
    let ties = 0;
    for (const [id, transcript] of reference) {
      assertEquals(found.get(id)!.tokens.length, TOKENS);
      const { breach, tie } = divergence(transcript, found.get(id)!, NEAR);
      assert(!breach, `${id} differs where the choice was not near`);
      if (tie) ties++;
    }
    assert(ties <= 1, `${ties} of ${reference.size} answers differ at near-ties`);
  });
}

Deno.test("the model knows its capital cities", async () => {
  await using session = await onnxEngine({ backend: "native" }).open(await baseline());
  const prompt = session.tokenizer.chat([{ role: "user", content: "What is the capital of France?" }]);
  const request = { id: "france", prompt, maxTokens: 12, stop: [session.tokenizer.eos] };
  const text = session.tokenizer.decode((await answers(session, [request])).get("france")!.tokens);
  assert(text.includes("Paris"), text);
});
