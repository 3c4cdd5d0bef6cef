/** What the maker of a model's weights works with: the file's weights, calibration text, products, and kept pieces. */
import type { Model } from "../stack.ts";
import type { ModelConfig, Weights } from "../weights/mod.ts";
import type { Head } from "./head.ts";
import type { LayerWalk } from "./layer_walk.ts";
import type { Piece } from "./piece.ts";
import type { Products } from "./products.ts";

export interface Workbench {
  readonly model: Model;
  readonly weights: Weights;
  readonly config: ModelConfig;
  readonly products: Products;
  /**
   * The layers over `count` texts of `tokens` tokens, from the texts kept under a digest (see calibrationTexts), each
   * set in turn. @throws {UserError} when they do not hold as many.
   */
  walk(texts: string, count: number, tokens: number): Promise<LayerWalk>;
  /** What follows the last layer. */
  head(): Head;
  /** The piece of this name as an earlier run left it, or made now and kept, so that a making goes on where it ended. */
  piece(name: string, make: () => Promise<Piece>): Promise<Piece>;
  /** Told the share that is done. */
  progress(done: number): void;
}

/** What a maker's module exports as `make`: all its pieces are in the bench when it returns. */
export type Maker = (bench: Workbench) => Promise<void>;
