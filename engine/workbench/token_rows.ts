/** Rows of a model's embedding table or LM head: what a drafter of one's own reads tokens by, and scores them with. */
import type { Model } from "../stack.ts";
import { modelConfig, openWeights, type Weights } from "../weights/mod.ts";

export class TokenRows implements Disposable {
  readonly width: number;
  readonly #weights: Weights;
  readonly #read: ReturnType<Weights["rows"]>;

  /** Of a model's file, as it stores them. @throws {UserError} when it cannot be read. */
  constructor({ file }: Pick<Model, "file">, table: "embedding" | "head") {
    this.#weights = openWeights(file);
    const { width, tiedHead } = modelConfig(this.#weights);
    this.width = width;
    this.#read = this.#weights.rows(
      table === "embedding" || tiedHead ? "token_embd.weight" : "output.weight",
    );
  }

  /** [tokens x width] */
  of(tokens: readonly number[]): Float32Array {
    const rows = new Float32Array(tokens.length * this.width);
    tokens.forEach((token, i) => this.#read(token, rows, i * this.width));
    return rows;
  }

  [Symbol.dispose](): void {
    this.#weights[Symbol.dispose]();
  }
}
