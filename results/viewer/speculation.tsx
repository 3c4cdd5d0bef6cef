/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** What guessing came to, by workload: acceptance, tokens a verification, and what was gained or lost. */
import type { Outcome } from "../../evals/mod.ts";
import { count, percent, times, timesInterval } from "../figures.ts";
import { type Speculation, speculation } from "../speculation.ts";
import { Text } from "./text.tsx";

export function SpeculationSection({ outcome }: { readonly outcome: Outcome }) {
  const rows = speculation(outcome);
  if (rows.length === 0) return null;
  return (
    <section>
      <h2>Guesses</h2>
      <div class="scroll" tabindex={0} role="region" aria-label="Guesses by workload">
        <table class="figures flowing">
          <thead>
            <tr>
              <th scope="col">Workload</th>
              <th scope="col">
                Right <small>of guesses verified</small>
              </th>
              <th scope="col">
                Tokens <small>a verification, 1 is plain decoding</small>
              </th>
              <th scope="col">
                Per token <small>base over own time, p50</small>
              </th>
              <th scope="col">
                Speed <small>tokens/s vs base</small>
              </th>
            </tr>
          </thead>
          <tbody>{rows.map((row) => <Row row={row} />)}</tbody>
        </table>
      </div>
      <p class="hint">
        Counted by the engine over the candidate's timed blocks. A guess is worth what the text lets it be: a
        gain on one workload says nothing of another.
      </p>
    </section>
  );
}

function Row({ row }: { readonly row: Speculation }) {
  const { workload, offered, accepted, perVerification, perToken, ratio, claim } = row;
  return (
    <tr>
      <th scope="row">
        <Text of={workload} most={60} />
      </th>
      <td class="num" data-label="Right">
        {percent(accepted / offered)} <small>of {count(offered)}</small>
      </td>
      <td class="num" data-label="Tokens a verification">{perVerification.toFixed(2)}</td>
      <td class="num" data-label="Per token">{times(perToken)}</td>
      <td class="num" data-label="Speed">
        {times(ratio.estimate)} {timesInterval(ratio.interval)} <small>{claim}</small>
      </td>
    </tr>
  );
}
