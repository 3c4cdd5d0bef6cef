/** A stack taken apart: its gain beside the product of its members' own, and what each adds among the others. */
import type { Composition, Gain } from "../composition.ts";
import { added, basis, isApart, missing, summary } from "../composition_text.ts";
import { times, timesInterval } from "../figures.ts";

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
          <h3>{workload}</h3>
          <p>{summary(composition)}</p>
          <Members composition={composition} workload={workload} />
        </>
      ))}
      {[...new Set(notes)].map((text) => text !== undefined && <p class="hint">{text}</p>)}
    </section>
  );
}

function Members(
  { composition, workload }: { readonly composition: Composition; readonly workload: string },
) {
  return (
    <div class="scroll" tabindex={0} role="region" aria-label={`Members on ${workload}`}>
      <table class="figures members">
        <thead>
          <tr>
            <th scope="col">Member</th>
            <th scope="col">
              Alone <small>vs base</small>
            </th>
            <th scope="col">
              In the stack <small>vs without it</small>
            </th>
            <th scope="col">
              Loss added <small>less is better</small>
            </th>
          </tr>
        </thead>
        <tbody>
          {composition.members.map((member) => (
            <tr>
              <th scope="row">{member.name}</th>
              <GainCell of={member.single} />
              <GainCell of={member.marginal} />
              <td class="num">{added(composition, member)}</td>
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
