/**
 * Ridge regression (Hoerl and Kennard, 1970), y = x T, from moments that are summed batch by batch: T = (x^T x + d I)^-1
 * x^T y, where d is a share of the mean of the diagonal.
 */
import { type Dense, type Products, UserError } from "../../engine/mod.ts";
import { inverseFactor } from "../quantizers/cholesky.ts";

export class Ridge {
  #gram: Float32Array | undefined;
  #cross: Float32Array | undefined;
  #n = 0;
  #m = 0;

  constructor(private readonly products: Products) {}

  /** Adds rows x [rows, n] and y [rows, m]. */
  async add(x: Dense, y: Dense): Promise<void> {
    [this.#n, this.#m] = [x.columns, y.columns];
    this.#gram = sum(this.#gram, (await this.products.of(x, x, "a")).values);
    this.#cross = sum(this.#cross, (await this.products.of(x, y, "a")).values);
  }

  /** T [n, m]. @throws {UserError} when the rows do not determine it even so. */
  async solve(damping: number): Promise<Dense> {
    const [n, m] = [this.#n, this.#m];
    const h = this.#gram!.slice();
    let trace = 0;
    for (let i = 0; i < n; i++) trace += h[i * n + i]!;
    for (let i = 0; i < n; i++) h[i * n + i]! += damping * trace / n;
    const u = await inverseFactor(h, n, this.products);
    if (u === undefined) {
      throw new UserError(
        `Cannot fit a repair as its ${n} inputs must determine it with damping ${damping}: they do not. ` +
          "Give it more calibration text, or more damping.",
      );
    }
    const factor = { rows: n, columns: n, values: u };
    const cross = { rows: n, columns: m, values: this.#cross! };
    return await this.products.of(factor, await this.products.of(factor, cross), "a");
  }
}

function sum(total: Float32Array | undefined, more: Float32Array): Float32Array {
  if (total === undefined) return more.slice();
  for (let i = 0; i < total.length; i++) total[i]! += more[i]!;
  return total;
}
