/** Margins of one's own. Those of a board are the widest that rank; a narrower one asks for more samples. */
import { UserError } from "../engine/mod.ts";
import type { Eval } from "./eval.ts";
import type { Sample } from "../datasets/mod.ts";

/**
 * The eval with other margins, by the name of the metric: the largest loss that passes, in the metric's unit. One
 * that was only reported is then judged.
 * @throws {UserError} for a metric that it has not, or that has no margin by its rule.
 */
export function allowing<S extends Sample, A>(
  one: Eval<S, A>,
  margins: Readonly<Record<string, number>>,
): Eval<S, A> {
  for (const [name, allowed] of Object.entries(margins)) {
    const metric = one.metrics.find((metric) => metric.name === name);
    const rule = metric?.rule ?? "margin";
    if (metric === undefined || !["margin", "guard"].includes(rule)) {
      const all = one.metrics.filter(({ rule = "margin" }) => rule === "margin" || rule === "guard");
      throw new UserError(
        `Cannot set the margin of ${name} in eval ${one.name} as it must be one of ${
          all.map(({ name }) => name).join(", ") || "none: it has no margins"
        }.`,
      );
    }
    if (!(allowed > 0 && allowed < Infinity)) {
      throw new UserError(
        `Cannot set the margin of ${name} in eval ${one.name} as it must be a number above 0: found ${allowed}.`,
      );
    }
  }
  const metrics = one.metrics.map((metric) =>
    Object.hasOwn(margins, metric.name) ? { ...metric, allowed: margins[metric.name]! } : metric
  );
  return { ...one, metrics };
}
