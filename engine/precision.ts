/** Which precisions there are: a file that no compiler saw may ask for any. */
import { UserError } from "./engine.ts";
import type { Float8, Integers, Precision } from "./stack.ts";

const BITS = [8, 6, 4, 3, 2];
const BLOCKS = [16, 32, 64, 128, 256, "channel"];

/** @throws {UserError} when there is no such precision, or its blocks do not divide rows of so many inputs. */
export function checkPrecision(precision: Precision, inputs: readonly number[] = []): void {
  if ("float" in precision) return checkFloat(precision);
  if (precision.bits === 32) return;
  checkIntegers(precision);
  const { block } = precision;
  // A row that is shorter than a block is one.
  const odd = inputs.find((width) => block !== "channel" && width > block && width % block !== 0);
  if (odd === undefined) return;
  const fitting = BLOCKS.filter((one) =>
    one === "channel" || inputs.every((width) => width % Number(one) === 0)
  );
  throw new UserError(
    `Cannot round a matrix of ${odd} inputs in blocks of ${block} as they must divide its inputs: take ` +
      `${fitting.join(", ")}.`,
  );
}

function checkFloat({ bits, float, per }: Float8): void {
  if (bits === 8 && ["e4m3", "e5m2"].includes(float) && ["channel", "tensor"].includes(per)) return;
  throw new UserError(
    "Cannot round weights to floats as they must be e4m3 or e5m2 of 8 bits, and their scales per channel or tensor: " +
      `found ${float} of ${bits} and ${per}.`,
  );
}

function checkIntegers({ bits, block, symmetric, activations }: Integers): void {
  if (!BITS.includes(bits) || !BLOCKS.includes(block) || typeof symmetric !== "boolean") {
    throw new UserError(
      `Cannot round weights as bits must be 8, 6, 4, 3 or 2, block 16, 32, 64, 128, 256 or "channel", and symmetric true ` +
        `or false: found ${bits}, ${block} and ${symmetric}.`,
    );
  }
  if (activations === undefined) return;
  const alike = bits === 8 && block === "channel" && symmetric;
  if (alike && ["token", "tensor"].includes(activations)) return;
  throw new UserError(
    "Cannot multiply integers by integers as weights must be symmetric 8 bits by channel, and activations per token or " +
      `tensor: found ${symmetric ? "symmetric" : "asymmetric"} ${bits} bits by ${block}, and ${activations}.`,
  );
}
