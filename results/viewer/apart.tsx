/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** What another tool timed of either arm, in a run of its own: figures side by side, and no ratio. */
import type { ApartSpeed } from "../../evals/mod.ts";
import { count, duration, rate } from "../figures.ts";
import { Text } from "./text.tsx";

const SHARES = ["p50", "p95", "p99"] as const;
const KINDS = [["ttft", "TTFT"], ["tpot", "TPOT"], ["e2e", "E2E"]] as const;

export function Apart({ speed: { tool, load, base, candidate } }: { readonly speed: ApartSpeed }) {
  const arms = [["baseline", base], ["candidate", candidate]] as const;
  const columns = KINDS.flatMap(([kind, short]) =>
    SHARES.filter((share) => base[kind][share] !== undefined).map((share) => [kind, short, share] as const)
  );
  return (
    <section>
      <h2>Timed apart</h2>
      <p class="hint">
        <Text of={tool} most={60} />{" "}
        timed each arm once, not in turn (<Text of={load} most={200} />). How far two runs of one arm differ
        is not known, so no ratio is claimed and no place is given.
      </p>
      <div class="scroll" tabindex={0} role="region" aria-label="Timed apart">
        <table class="figures">
          <thead>
            <tr>
              <th scope="col">Arm</th>
              <th scope="col">Tokens/s</th>
              {columns.map(([, short, share]) => <th scope="col">{short} {share}</th>)}
              <th scope="col">Requests</th>
            </tr>
          </thead>
          <tbody>
            {arms.map(([name, arm]) => (
              <tr>
                <th scope="row">
                  {name}{" "}
                  <small>
                    <Text of={arm.model} most={80} />
                  </small>
                </th>
                <td class="num">{rate(arm.tokensPerSecond)}</td>
                {columns.map(([kind, , share]) => <td class="num">{duration(arm[kind][share])}</td>)}
                <td>{count(arm.requests)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
