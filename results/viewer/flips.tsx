/** The samples on which the two stacks answered differently, both answers side by side, the losses first. */
import type { Check, PairedSample } from "../../evals/mod.ts";
import { visible } from "../columns.ts";
import { isJudged } from "../door.ts";
import { count } from "../figures.ts";
import { flips, graded } from "../flips.ts";

const SHOWN = 50;

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

function Flip(
  { sample: { id, base, candidate, shown }, check }: { readonly sample: PairedSample; readonly check: Check },
) {
  if (shown === undefined) return null;
  return (
    <article class="flip">
      <p class="prompt">
        <span class="sr">Prompt of sample</span>
        <code>{visible(id)}</code> {inLines(shown.prompt)}
      </p>
      <div class="sides">
        {([["Baseline", base, shown.base], ["Candidate", candidate, shown.candidate]] as const).map((
          [arm, value, answer],
        ) => (
          <div>
            <h4>{[arm, graded(value, check.unit)].filter(Boolean).join(": ")}</h4>
            <pre>{inLines(answer)}</pre>
          </div>
        ))}
      </div>
    </article>
  );
}

/** Its lines as they are, with everything else that is not to be seen made visible. */
const inLines = (text: string) => text.split("\n").map(visible).join("\n");
