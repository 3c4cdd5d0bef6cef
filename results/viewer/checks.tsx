/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** Every check of a trial with its figures against its margin, judged or only reported. */
import type { Check } from "../../evals/mod.ts";
import type { Table } from "../csv.ts";
import { amount, change, changeInterval, count, level, limit, measured, plural } from "../figures.ts";
import { Chip } from "./page.tsx";
import { CheckPlot } from "./quality_strip.tsx";
import { Text } from "./text.tsx";

export const checksTable = (checks: readonly Check[]): Table =>
  checks.map((
    {
      eval: name,
      metric,
      unit,
      rule,
      when,
      against,
      decision,
      n,
      clusters,
      base,
      candidate,
      loss,
      interval,
      allowed,
    },
  ) => ({
    eval: name,
    metric,
    unit,
    rule,
    when,
    against,
    decision: decision ?? "reported",
    pairs: n,
    clusters,
    base,
    candidate,
    loss,
    loss_low: interval.low,
    loss_high: interval.high,
    loss_allowed: allowed,
  }));

export function Checks({ checks }: { readonly checks: readonly Check[] }) {
  return (
    <section>
      <h2>Every check</h2>
      <div class="scroll" tabindex={0} role="region" aria-label="Every check">
        <table class="figures flowing">
          <thead>
            <tr>
              <th scope="col">Check</th>
              <th scope="col">Verdict</th>
              <th scope="col">
                Change <small>more is better</small>
              </th>
              <th scope="col">Against the margin</th>
              <th scope="col">Base → candidate</th>
              <th scope="col">Pairs</th>
            </tr>
          </thead>
          <tbody>{checks.map((check) => <CheckRow check={check} />)}</tbody>
        </table>
      </div>
    </section>
  );
}

const WORDS = { pass: "PASS", fail: "FAIL", unsure: "UNSURE" } as const;

function CheckRow({ check }: { readonly check: Check }) {
  const { unit, decision, n, clusters, tail, slices = [] } = check;
  const failed = slices.filter((slice) => slice.failed);
  return (
    <tr>
      <th scope="row">
        <Text of={check.eval} most={80} />{" "}
        <span class="muted">
          <Text of={check.metric} most={60} />
        </span>
        <small>
          {check.when}, against {check.against}
          {check.note !== undefined && (
            <>
              ; <Text of={check.note} most={300} />
            </>
          )}
        </small>
        {tail && (
          <small>
            by token: p99 {level(tail.p99, unit)}, p99.9 {level(tail.p999, unit)}, largest{" "}
            {level(tail.max, unit)}
          </small>
        )}
        {slices.length > 0 && failed.length === 0 && (
          <small>none of {plural(slices.length, "part")} shown to lose more than is allowed</small>
        )}
        {failed.length > 0 && (
          <small>
            {count(failed.length)} of {plural(slices.length, "part")} shown to lose more than is allowed:{" "}
            {failed.map(({ name, n, loss, low }, i) => (
              <>
                {i > 0 && ", "}
                <b>
                  <Text of={name} most={60} />
                </b>{" "}
                ({measured(loss, unit)}, at least {amount(low, unit)}, n={count(n)})
              </>
            ))}
          </small>
        )}
      </th>
      <td>
        {decision === undefined ? <span class="muted">reported</span> : <Chip verdict={WORDS[decision]} />}
      </td>
      <td>
        <span class="num">
          <b>{change(check)}</b> {changeInterval(check)}
        </span>
        <small>{limit(check)}</small>
      </td>
      <td>
        <CheckPlot check={check} width={260} />
      </td>
      <td class="num">
        {check.rule === "law" ? "–" : `${level(check.base, unit)} → ${level(check.candidate, unit)}`}
      </td>
      <td data-label="Pairs">{count(n)}{clusters !== n && <small>{count(clusters)} clusters</small>}</td>
    </tr>
  );
}
