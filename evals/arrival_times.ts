/** When requests of an open load arrive: drawn at random, alone or in bursts, or as they came once. */
import { type Milliseconds, uniform, UserError } from "../engine/mod.ts";
import type { Arrival, OpenArrival } from "../datasets/mod.ts";

/** Whether requests arrive at times of their own, whatever has ended by then. */
export const isOpen = (arrival: Arrival): arrival is OpenArrival =>
  arrival.kind === "poisson" || arrival.kind === "gamma" || arrival.kind === "replayed";

/** The times of `count` arrivals, in order. @throws {UserError} where a trace has fewer. */
export function arrivalTimes(count: number, arrival: OpenArrival): readonly Milliseconds[] {
  if (arrival.kind === "replayed") {
    const { trace, times } = arrival;
    if (times.length >= count) return times.slice(0, count);
    throw new UserError(
      `Cannot replay ${count} arrivals of ${trace} as it must tell when each came: it tells ${times.length}.`,
    );
  }
  const { perSecond, seed } = arrival;
  const gap = arrival.kind === "poisson" ? exponential : gamma(1 / arrival.cv ** 2);
  let at = 0;
  return Array.from({ length: count }, (_, i) => at += gap(seed, i) / perSecond * 1000);
}

/** The same arrivals, `count` of them, so many a second on average: gaps are drawn for that rate, a trace's are stretched. */
export function atRate(arrival: OpenArrival, perSecond: number, count: number): OpenArrival {
  if (arrival.kind !== "replayed") return { ...arrival, perSecond };
  const times = arrivalTimes(count, arrival);
  const span = times.at(-1)!;
  if (span === 0) {
    throw new UserError(
      `Cannot replay ${arrival.trace} at ${perSecond} a second as its first ${count} arrivals must lie apart: they came at once.`,
    );
  }
  const stretch = (count - 1) / perSecond * 1000 / span;
  return { ...arrival, times: times.map((at) => at * stretch) };
}

/** A draw with mean 1. */
const exponential = (seed: number, index: number): number => -Math.log(1 - uniform(seed, index));

/** Draws with mean 1 and this shape, by rejection (Marsaglia and Tsang, ACM TOMS 26, 2000); below 1 by their section 6. */
function gamma(shape: number): (seed: number, index: number) => number {
  const raised = shape < 1 ? shape + 1 : shape;
  const d = raised - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  return (seed, index) => {
    const draw = (stream: number) => 1 - uniform(seed, index, stream);
    const lift = shape < 1 ? draw(0) ** (1 / shape) : 1;
    for (let stream = 1;; stream += 3) {
      const normal = Math.sqrt(-2 * Math.log(draw(stream))) * Math.cos(2 * Math.PI * draw(stream + 1));
      const v = (1 + c * normal) ** 3;
      if (v > 0 && Math.log(draw(stream + 2)) < normal ** 2 / 2 + d * (1 - v + Math.log(v))) {
        return d * v * lift / shape;
      }
    }
  };
}
