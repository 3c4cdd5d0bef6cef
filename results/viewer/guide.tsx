/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** How to read a board, folded below it. */

export function Guide() {
  return (
    <details class="guide">
      <summary>How to read this</summary>
      <dl>
        <dt>Quality</dt>
        <dd>
          The check that decides: a failed one before others, else the one nearest to its margin, guards and
          laws last, as those can only refuse. Pairs are over the same samples. The dot is the estimate, the
          bar its interval; a bar that stays right of the margin line passes. A guard, which watches a tail,
          passes unless its whole bar is left of the line; a law passes while its p value is right of it. pp
          is percentage points.
        </dd>
        <dt>Held</dt>
        <dd>
          It passed, and no speed is claimed: a technique of it is emulated here, so that its speed would not
          be its own.
        </dd>
        <dt>Try</dt>
        <dd>
          How often a row was tried under its name on this machine, refused and void tries included: a pass
          after refusals is weaker than a first one.
        </dd>
        <dt>Speed</dt>
        <dd>
          Tokens per second over the baseline's, in turn on the same machine, on a log axis. The shaded band
          is the noise: the baseline against itself. Only what clears it is called faster or slower.
        </dd>
        <dt>Latency objective</dt>
        <dd>
          The longest wait that the workload allows, as a percentile of the timed requests. Where it broke,
          more tokens per second are no gain, and the row ranks nowhere.
        </dd>
        <dt>Quality against speed</dt>
        <dd>
          Each technique that passed, at its speed and at what its worst check lost of its margin. A full dot
          is beaten in both by nothing; a ring is. A ring with a bar through it passed but ranks nowhere. ✕
          failed and ◐ is unsure: neither has a speed.
        </dd>
        <dt>Place</dt>
        <dd>
          1= is shared: the data cannot tell these rows apart from the first of them. A margin wider than a
          board allows ranks nowhere.
        </dd>
      </dl>
    </details>
  );
}
