/**
 * What each channel of K and V spans over a calibration text: static grids are taken from it (as for activations in
 * SmoothQuant, Xiao et al., ICML 2023; per channel for K, as KVQuant, Hooper et al., NeurIPS 2024, has it). Keys are
 * looked at as they are held, after the rotary embedding, which mixes pairs of channels.
 */
import { createHash } from "node:crypto";
import { cacheFolder } from "./assets/mod.ts";
import type { KvRows, KvShape } from "./cache.ts";
import { UserError } from "./engine.ts";
import type { Digest } from "./stack.ts";

/** Where extents are in the cache folder. */
export const EXTENTS = "kv_extents";
/** A channel's grid reaches so much further than what calibration saw of it, as a share of that. */
const HEADROOM = 0.05;

/** Least and greatest values, each [layers, 2, kvHeads, headDim]. */
export class Extent {
  readonly #width: number;
  readonly #min: Float32Array;
  readonly #max: Float32Array;
  readonly #known = new Map<string, { readonly low: Float32Array; readonly step: Float32Array }>();

  constructor(private readonly shape: KvShape, kept?: Float32Array) {
    this.#width = shape.layers * 2 * shape.kvHeads * shape.headDim;
    this.#min = kept?.subarray(0, this.#width) ?? new Float32Array(this.#width).fill(Infinity);
    this.#max = kept?.subarray(this.#width) ?? new Float32Array(this.#width).fill(-Infinity);
  }

  /** Widens it by every row. @throws {UserError} at what is not a number. */
  widen(kv: KvRows): void {
    for (let i = 0; i < kv.length; i++) {
      const [at, value] = [i % this.#width, kv[i]!];
      if (!Number.isFinite(value)) {
        const { kvHeads, headDim } = this.shape;
        const part = Math.floor(at / (kvHeads * headDim));
        throw new UserError(
          `Cannot calibrate the KV cache as every value must be a finite number: the ${
            part % 2 === 0 ? "keys" : "values"
          } of layer ${part >> 1} have ${value} in head ${
            Math.floor(at / headDim) % kvHeads
          }. The model itself is at fault.`,
        );
      }
      if (value < this.#min[at]!) this.#min[at] = value;
      if (value > this.#max[at]!) this.#max[at] = value;
    }
  }

  /** What a file keeps of it: SHA-256 of the rest, then `min`, then `max`. */
  bytes(): Uint8Array<ArrayBuffer> {
    const kept = new Uint8Array(new Float32Array([...this.#min, ...this.#max]).buffer);
    const file = new Uint8Array(32 + kept.length);
    file.set(sha256(kept));
    file.set(kept, 32);
    return file;
  }

  /** The grid of each channel of K or V, [layers, kvHeads, headDim]: where it starts, and its step. */
  grids(kind: 0 | 1, levels: number): { readonly low: Float32Array; readonly step: Float32Array } {
    const key = `${kind} ${levels}`;
    const known = this.#known.get(key);
    if (known) return known;
    const { layers, kvHeads, headDim } = this.shape;
    const part = kvHeads * headDim;
    const at = (i: number) => (Math.floor(i / part) * 2 + kind) * part + i % part;
    const room = (i: number) => (this.#max[at(i)]! - this.#min[at(i)]!) * HEADROOM;
    const made = {
      low: Float32Array.from({ length: layers * part }, (_, i) => this.#min[at(i)]! - room(i) / 2),
      step: Float32Array.from({ length: layers * part }, (_, i) => {
        const reach = this.#max[at(i)]! - this.#min[at(i)]! + room(i);
        return reach > 0 ? reach / levels : 1;
      }),
    };
    this.#known.set(key, made);
    return made;
  }
}

/** The extent in the cache folder. @throws {UserError} when it is missing, damaged or of another shape. */
export function readExtent(name: Digest, shape: KvShape): Extent {
  const path = `${cacheFolder()}/${EXTENTS}/${name}`;
  const refuse = (found: string) =>
    new UserError(
      `Cannot round the KV cache per channel as ${path} must tell what each channel spans: ${found}. ` +
        "Remove it and start again: it is made anew from the calibration texts.",
    );
  let file: Uint8Array<ArrayBuffer>;
  try {
    file = Deno.readFileSync(path);
  } catch {
    throw refuse("it cannot be read");
  }
  const kept = file.slice(32);
  if (file.length < 32 || sha256(kept).some((byte, i) => byte !== file[i])) throw refuse("it is damaged");
  const floats = shape.layers * 2 * shape.kvHeads * shape.headDim * 2;
  if (kept.length !== floats * 4) throw refuse("it is of a model with another shape");
  return new Extent(shape, new Float32Array(kept.buffer));
}

const sha256 = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();
