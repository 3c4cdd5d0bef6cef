/**
 * Tango's score interval worked out slowly: the nuisance probability by a direct search of the likelihood instead of its
 * closed form, for any quantile. Shares nothing with evals/tango.ts.
 */
export function slowTango(
  n: number,
  up: number,
  down: number,
  z: number,
  continuity = 0,
): readonly [number, number] {
  const score = (delta: number, shift: number) => {
    const q = likeliest(n, up, down, delta);
    return (up - down - n * delta + shift) / Math.sqrt(n * (2 * q + delta * (1 - delta)));
  };
  const crossing = (from: number, to: number, target: number, shift: number) => {
    let [low, high] = [from, to];
    for (let i = 0; i < 50; i++) {
      const middle = (low + high) / 2;
      if (score(middle, shift) > target) low = middle;
      else high = middle;
    }
    return low;
  };
  const mean = (up - down) / n;
  return [crossing(-1 + 1e-9, mean, z, -continuity), crossing(mean, 1 - 1e-9, -z, continuity)];
}

/** The probability of a fall that makes the counts likeliest where the difference is `delta`, by golden section. */
function likeliest(n: number, up: number, down: number, delta: number): number {
  const term = (count: number, p: number) => (count === 0 ? 0 : count * Math.log(Math.max(p, 1e-300)));
  const likelihood = (q: number) =>
    term(up, q + delta) + term(down, q) + term(n - up - down, 1 - 2 * q - delta);
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.max(0, -delta), (1 - delta) / 2];
  for (let i = 0; i < 120; i++) {
    const [a, b] = [high - golden * (high - low), low + golden * (high - low)];
    if (likelihood(a) < likelihood(b)) low = a;
    else high = b;
  }
  return (low + high) / 2;
}
