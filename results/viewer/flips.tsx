/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** The samples on which the two stacks answered differently, both answers side by side, the losses first. */
import type { Check, PairedSample } from "../../evals/mod.ts";
import { short } from "../columns.ts";
import { isJudged } from "../door.ts";
import { count } from "../figures.ts";
import { flips, graded, isChange } from "../flips.ts";
import { lines, Text } from "./text.tsx";

const SHOWN = 50;
/** Characters of one prompt or answer. */
const LONG = 4000;

/** How much of the samples' text a page still has room for. */
export class Budget {
  #left: number;

  constructor(characters: number) {
    this.#left = characters;
  }

  takes({ id, shown }: PairedSample): boolean {
    if (this.#left <= 0) return false;
    const texts = [id, shown?.prompt ?? "", shown?.base ?? "", shown?.candidate ?? ""];
    this.#left -= texts.reduce((sum, text) => sum + Math.min(text.length, LONG), MARKUP);
    return true;
  }
}

/** What stands around one sample. */
const MARKUP = 400;

type Arms = readonly [string, string];
const ARMS: Arms = ["Baseline", "Candidate"];

/** The flips of one check, folded by kind. */
export function FlipList(
  { check, json, budget, arms = ARMS }: {
    readonly check: Check;
    readonly json: string;
    readonly budget: Budget;
    /** What answered, and what is held against it. */
    readonly arms?: Arms;
  },
) {
  const sorted = flips(check);
  const [lost, won] = check.eitherWay ? ["Rose", "Fell"] : [isChange(check) ? "Changed" : "Lost", "Won"];
  const groups = [[lost, sorted.lost], [won, sorted.won], ["Different", sorted.different]] as const;
  return (
    <section class="flips">
      <h3>
        <Text of={check.eval} most={80} />{" "}
        <span class="muted">
          <Text of={check.metric} most={60} />
          {check.when === "under load" ? ", under load" : ""}
        </span>
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
        const shown = readable.slice(0, SHOWN).filter((sample) => budget.takes(sample));
        return (
          <details open={i === 0 && isJudged(check) && check.unit !== "nats/token"}>
            <summary>{title}: {count(samples.length)}</summary>
            {shown.map((sample) => <Flip sample={sample} check={check} arms={arms} />)}
            {readable.length > shown.length && (
              <p class="hint">
                {count(shown.length)} of {count(readable.length)} shown, the largest differences first;{" "}
                <a href={json}>all of them as JSON</a>.
              </p>
            )}
          </details>
        );
      })}
    </section>
  );
}

/** What may have to be scrolled is reached by keyboard. */
const reachable = (text: string) =>
  text.length > 150 || text.includes("\n")
    ? { tabindex: 0, role: "group", "aria-label": "text that scrolls" }
    : {};

function Flip(
  { sample: { id, base, candidate, shown }, check, arms }: {
    readonly sample: PairedSample;
    readonly check: Check;
    readonly arms: Arms;
  },
) {
  if (shown === undefined) return null;
  return (
    <article class="flip">
      <p class="prompt" {...reachable(shown.prompt)}>
        <span class="sr">Prompt of sample</span>
        <code>
          <Text of={id} most={80} />
        </code>{" "}
        {lines(short(shown.prompt, LONG))}
      </p>
      <div class="sides">
        {([[arms[0], base, shown.base], [arms[1], candidate, shown.candidate]] as const).map((
          [arm, value, answer],
        ) => (
          <div>
            <h4>{[arm, graded(value, check)].filter(Boolean).join(": ")}</h4>
            <pre {...reachable(answer)}>{lines(short(answer, LONG))}</pre>
            {answer.length > LONG && (
              <small>
                cut after {count(LONG)} of {count(answer.length)} characters; the JSON has them all
              </small>
            )}
          </div>
        ))}
      </div>
    </article>
  );
}
