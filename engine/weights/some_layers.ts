/** A model made of some of its layers: the same weights, the layers that are kept counted anew. */
import { UserError } from "../engine.ts";
import type { ModelConfig } from "./config.ts";
import type { Held } from "./packed.ts";
import type { TokenizerFiles, Weights } from "./weights.ts";

/**
 * The weights with `layers` of theirs, in ascending order; they own what is beneath from now on. Absent: all, as they are.
 * @throws {UserError} when there are none, or not such layers, or not in order.
 */
export function someLayers(weights: Weights, layers?: readonly number[]): Weights {
  if (layers === undefined) return weights;
  try {
    checkLayers(weights, layers);
  } catch (error) {
    weights[Symbol.dispose]();
    throw error;
  }
  return new SomeLayers(weights, layers);
}

function checkLayers(weights: Weights, layers: readonly number[]): void {
  const { layers: all } = weights.dimensions();
  const there = (layer: number, i: number) =>
    Number.isInteger(layer) && layer < all && layer > (i === 0 ? -1 : layers[i - 1]!);
  if (layers.length > 0 && layers.every(there)) return;
  throw new UserError(
    `Cannot run some layers of ${weights.path} as they must be one or more of 0 to ${
      all - 1
    }, each once and in ` +
      `order: found ${layers.join(", ") || "none"}.`,
  );
}

const LAYER = /^blk\.(\d+)\./;

class SomeLayers implements Weights {
  readonly #places: ReadonlyMap<number, number>;

  constructor(private readonly base: Weights, private readonly layers: readonly number[]) {
    this.#places = new Map(layers.map((layer, place) => [layer, place]));
  }

  get path(): string {
    return this.base.path;
  }

  dimensions(): ModelConfig {
    return { ...this.base.dimensions(), layers: this.layers.length };
  }

  tokenizerFiles(): TokenizerFiles {
    return this.base.tokenizerFiles();
  }

  names(): readonly string[] {
    return this.base.names().flatMap((name) => {
      const layer = LAYER.exec(name)?.[1];
      if (layer === undefined) return [name];
      const place = this.#places.get(Number(layer));
      return place === undefined ? [] : [name.replace(LAYER, `blk.${place}.`)];
    });
  }

  called(name: string): string {
    return this.base.called(this.#beneath(name));
  }

  shape(name: string): readonly number[] {
    return this.base.shape(this.#beneath(name));
  }

  stored(name: string): string {
    return this.base.stored(this.#beneath(name));
  }

  read(name: string): Float32Array {
    return this.base.read(this.#beneath(name));
  }

  rows(name: string): ReturnType<Weights["rows"]> {
    return this.base.rows(this.#beneath(name));
  }

  held(name: string): Held | undefined {
    return this.base.held?.(this.#beneath(name));
  }

  #beneath(name: string): string {
    return name.replace(LAYER, (_, place) => `blk.${this.layers[Number(place)]}.`);
  }

  [Symbol.dispose](): void {
    this.base[Symbol.dispose]();
  }
}
