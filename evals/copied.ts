/**
 * What of an answer any drafter would have found easy: what it copies from its prompt, and where it begins to go round
 * in circles. Copying is told as the coverage of Grusky et al. (Newsroom, NAACL 2018, section 4), the share of tokens in
 * fragments that both have, of which only those of `gram` tokens or more count, as shorter ones come by chance.
 */

/** The share of an answer's tokens that lie in some run of `gram` tokens that the prompt has too; 0 of no tokens. */
export function copiedShare(prompt: readonly number[], answer: readonly number[], gram = 8): number {
  const given = new Set(runsOf(prompt, gram));
  let [copied, until] = [0, 0];
  for (const [at, run] of runsOf(answer, gram).entries()) {
    if (!given.has(run)) continue;
    copied += at + gram - Math.max(at, until);
    until = at + gram;
  }
  return answer.length === 0 ? 0 : copied / answer.length;
}

/** How many tokens come before the first run of `gram` tokens that the answer had already; all where none comes again. */
export function beforeRepeat(answer: readonly number[], gram = 16): number {
  const seen = new Set<string>();
  for (const [at, run] of runsOf(answer, gram).entries()) {
    if (seen.has(run)) return at;
    seen.add(run);
  }
  return answer.length;
}

function runsOf(tokens: readonly number[], gram: number): readonly string[] {
  return Array.from(
    { length: Math.max(0, tokens.length - gram + 1) },
    (_, at) => tokens.slice(at, at + gram).join(),
  );
}
