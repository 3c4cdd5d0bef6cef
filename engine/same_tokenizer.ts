/** Whether two models read and write text by the same ids: only then can one guess for the other. */
import { UserError } from "./engine.ts";
import { canonical, type Json, type Model } from "./stack.ts";
import { openWeights, type Weights } from "./weights/mod.ts";

/**
 * Compares the files' tokenizers: every id's text, the merges, and how text is cut before merging.
 * @throws {UserError} where they differ, or a file is missing or holds none that is known.
 */
export function checkSameTokenizer(draft: Model, target: Model): void {
  if (draft.params.weights === target.params.weights) return;
  const differs = difference(read(draft), read(target));
  if (differs === undefined) return;
  throw new UserError(
    `Cannot draft with ${draft.name} as its tokenizer must be the target's: ${differs}. ` +
      `Draft with a model of the family of ${target.name}.`,
  );
}

interface Rules {
  readonly rows: number;
  readonly texts: ReadonlyMap<number, string>;
  readonly merges: Json;
  readonly cut: Json;
}

function read({ file }: Model): Rules {
  using weights: Weights = openWeights(file);
  const { tokenizer } = weights.tokenizerFiles();
  const { added_tokens, normalizer = null, pre_tokenizer = null } = tokenizer;
  const { vocab = {}, merges = [] } = tokenizer.model as {
    readonly vocab?: Readonly<Record<string, number>>;
    readonly merges?: readonly (string | readonly string[])[];
  };
  const texts = new Map(Object.entries(vocab).map(([text, id]) => [id, text]));
  for (const { id, content } of added_tokens) texts.set(id, content);
  const added = added_tokens.map(({ id, special }) => [id, special]);
  return {
    rows: weights.shape("token_embd.weight")[0]!,
    texts,
    merges: merges.map((merge) => typeof merge === "string" ? merge : merge.join(" ")),
    cut: [added, normalizer, pre_tokenizer] as Json,
  };
}

/** The first difference, as half a sentence; undefined where there is none. */
function difference(draft: Rules, target: Rules): string | undefined {
  if (draft.rows !== target.rows) return `it has ${draft.rows} ids where the target has ${target.rows}`;
  for (let id = 0; id < target.rows; id++) {
    const [own, other] = [draft, target].map(({ texts }) => JSON.stringify(texts.get(id) ?? null));
    if (own !== other) return `id ${id} is ${own} where the target's is ${other}`;
  }
  if (canonical(draft.merges) !== canonical(target.merges)) return "it merges other pairs of tokens";
  if (canonical(draft.cut) !== canonical(target.cut)) return "it cuts text in another way before merging";
  return undefined;
}
