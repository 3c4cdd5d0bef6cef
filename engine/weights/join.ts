/** Arrays one after another, e.g. the rows of matrices that stand one under the other. */
export function join<T extends Uint8Array | Float32Array>(
  parts: readonly T[],
  of: new (length: number) => T,
): T {
  if (parts.length === 1) return parts[0]!;
  const all = new of(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
