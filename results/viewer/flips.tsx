/** The samples on which the two stacks answered differently, both answers side by side, the losses first. */
import type { Check, PairedSample } from "../../evals/mod.ts";
import { isJudged } from "../door.ts";
import { breachCount, count, level } from "../figures.ts";

const SHOWN = 50;

export interface Flips {
  readonly lost: readonly PairedSample[];
  readonly won: readonly PairedSample[];
  /** The same grade for another answer. */
  readonly different: readonly PairedSample[];
  readonly same: number;
}

/** Sorts a check's pairs into lost, won, different and same; the largest differences first. */
export function flips(check: Check): Flips {
  const sign = gainSign(check);
  const gain = ({ base, candidate }: PairedSample) => sign * (candidate - base);
  const by = (test: (sample: PairedSample) => boolean) =>
    check.samples.filter(test).toSorted((a, b) => Math.abs(gain(b)) - Math.abs(gain(a)));
  const lost = by((sample) => gain(sample) < 0);
  const won = by((sample) => gain(sample) > 0);
  const different = by((sample) => gain(sample) === 0 && sample.shown !== undefined);
  return { lost, won, different, same: check.samples.length - lost.length - won.length - different.length };
}

/** +1 where a higher score is better: as the check's own loss says, else as its unit usually is. */
function gainSign({ base, candidate, loss, unit }: Check): 1 | -1 {
  if (candidate !== base && loss !== 0) return (candidate - base) * loss < 0 ? 1 : -1;
  return unit === "fraction" ? 1 : -1;
}

/** The flips of one check, folded by kind. */
export function FlipList({ check, json }: { readonly check: Check; readonly json: string }) {
  const sorted = flips(check);
  const groups = [["Lost", sorted.lost], ["Won", sorted.won], ["Different", sorted.different]] as const;
  return (
    <section class="flips">
      <h3>
        {check.eval}{" "}
        <span class="muted">{check.metric}{check.when === "under load" ? ", under load" : ""}</span>
      </h3>
      <p class="counts">
        {groups.map(([title, samples]) => (
          <span>
            {title} <b>{count(samples.length)}</b>
          </span>
        ))}
        <span>
          Same <b>{count(sorted.same)}</b>
        </span>
      </p>
      {groups.map(([title, samples], i) => {
        const readable = samples.filter(({ shown }) => shown !== undefined);
        if (readable.length === 0) return null;
        return (
          <details open={i === 0 && isJudged(check) && check.unit !== "nats/token"}>
            <summary>{title}: {count(samples.length)}</summary>
            {readable.slice(0, SHOWN).map((sample) => <Flip sample={sample} check={check} />)}
            {readable.length > SHOWN && (
              <p class="hint">
                {SHOWN} of {count(readable.length)} shown, the largest differences first;{" "}
                <a href={json}>all of them as JSON</a>.
              </p>
            )}
          </details>
        );
      })}
    </section>
  );
}

/** One sample's score in words where it is a yes or a no. */
function grade(value: number, unit: Check["unit"]): string {
  if (unit === "fraction" && (value === 0 || value === 1)) return value === 1 ? "right" : "wrong";
  if (unit === "breaches") return value === 0 ? "" : breachCount(value);
  return level(value, unit);
}

function Flip(
  { sample: { id, base, candidate, shown }, check }: { readonly sample: PairedSample; readonly check: Check },
) {
  if (shown === undefined) return null;
  return (
    <article class="flip">
      <p class="prompt">
        <span class="sr">Prompt of sample</span>
        <code>{id}</code> {shown.prompt}
      </p>
      <div class="sides">
        {([["Baseline", base, shown.base], ["Candidate", candidate, shown.candidate]] as const).map((
          [arm, value, answer],
        ) => (
          <div>
            <h4>{[arm, grade(value, check.unit)].filter(Boolean).join(": ")}</h4>
            <pre>{answer}</pre>
          </div>
        ))}
      </div>
    </article>
  );
}
