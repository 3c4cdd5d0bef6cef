/** A stack's rows without each of its members: what each gains and costs among the others. */
import type { Technique } from "../../techniques/mod.ts";

/** The rows by name, e.g. "stack without int8"; none of fewer than two techniques, as that is a single's own row. */
export function withoutEach(
  name: string,
  techniques: readonly Technique[],
): Readonly<Record<string, readonly Technique[]>> {
  if (techniques.length < 3) return {};
  return Object.fromEntries(
    techniques.map((left, i) =>
      [`${name} without ${left.name}`, techniques.filter((_, j) => j !== i)] as const
    ),
  );
}
