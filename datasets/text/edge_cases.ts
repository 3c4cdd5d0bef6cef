/**
 * Prompts at the edges of use, written for this benchmark: what should be refused, JSON, numbers, code, an empty
 * prompt, a very long one, other scripts. Few of each: they show what breaks, not how well it works.
 */
import type { Dataset, Prompt } from "../dataset.ts";
import prompts from "./edge_cases.json" with { type: "json" };

/** Long prompts repeat the code questions, with a filler between them, up to about 900 tokens. */
const LONG = 3600;

function* all(): Iterable<{ readonly slice: string; readonly turn: string }> {
  for (const [slice, turns] of Object.entries(prompts)) {
    for (const turn of turns) yield { slice, turn };
  }
  for (const [i, question] of prompts.code.entries()) {
    const filler = prompts.numbers.map((text, n) => `Note ${i + n}: ${text} Do not answer this note.\n`).join(
      "",
    );
    const text = filler.repeat(Math.ceil(LONG / filler.length)).slice(0, LONG);
    yield { slice: "very long", turn: `${text}\n${question}` };
  }
}

export const edgeCases: Dataset<Prompt> = {
  name: "edge_cases",
  version: "1",
  source: "datasets/text/edge_cases.json",
  license: "Apache-2.0",
  split: "test",
  digest: "f686f434d3499f52d867f5d9700431a427c45c1430ba51c5fa59a2d545d27629",
  size: 5 * (Object.keys(prompts).length + 1),
  async *samples() {
    let index = 0;
    for (const { slice, turn } of all()) {
      const id = `edge-${index++}`;
      yield { id, cluster: id, slices: [slice], turns: [turn] };
    }
  },
};
