/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** A stack taken apart: its gain beside the product of its members' own, and what each adds among the others. */
import type { Composition, Gain } from "../composition.ts";
import { added, basis, isApart, missing, summary } from "../composition_text.ts";
import { short, visible } from "../columns.ts";
import { times, timesInterval } from "../figures.ts";
import { Text } from "./text.tsx";

/** `apart`: by workload. */
export function CompositionSection({ apart }: { readonly apart: Readonly<Record<string, Composition>> }) {
  const notes = Object.values(apart).flatMap((composition) => [
    isApart(composition) ? basis(composition) : undefined,
    missing(composition),
  ]);
  return (
    <section>
      <h2>Taken apart</h2>
      {Object.entries(apart).map(([workload, composition]) => (
        <>
          <h3>
            <Text of={workload} most={80} />
          </h3>
          <p>
            <Text of={summary(composition)} most={800} />
          </p>
          <Members composition={composition} workload={workload} />
        </>
      ))}
      {[...new Set(notes)].map((text) =>
        text !== undefined && (
          <p class="hint">
            <Text of={text} most={1200} />
          </p>
        )
      )}
    </section>
  );
}

function Members(
  { composition, workload }: { readonly composition: Composition; readonly workload: string },
) {
  return (
    <div class="scroll" tabindex={0} role="region" aria-label={`Members on ${visible(short(workload, 60))}`}>
      <table class="figures members">
        <thead>
          <tr>
            <th scope="col">Member</th>
            <th scope="col">
              Alone <small>vs base</small>
            </th>
            {isApart(composition) && (
              <>
                <th scope="col">
                  In the stack <small>vs without it</small>
                </th>
                <th scope="col">
                  Loss added <small>less is better</small>
                </th>
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {composition.members.map((member) => (
            <tr>
              <th scope="row">
                <Text of={member.name} most={80} />
              </th>
              <GainCell of={member.single} />
              {isApart(composition) && (
                <>
                  <GainCell of={member.marginal} />
                  <td class="num">{added(composition, member)}</td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function GainCell({ of }: { readonly of: Gain | undefined }) {
  return of === undefined ? <td class="num">–</td> : (
    <td class="num">
      <b>{times(of.estimate)}</b>
      <small>{timesInterval(of)}</small>
    </td>
  );
}
