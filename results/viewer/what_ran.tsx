/** Everything needed to run a trial again: the command, both stacks, the machine, versions, data and seed. */
import { SLOTS } from "../../engine/mod.ts";
import type { Recording } from "../recording.ts";

export function WhatRan({ recording: { outcome: { trial }, stamp } }: { readonly recording: Recording }) {
  const command = `deno task bench --suite ${quoted(trial.suite)} --only ${quoted(trial.name)}`;
  const { hardware, versions, commit, model } = stamp;
  const { imported } = trial;
  const facts: readonly (readonly [string, string])[] = [
    ["Model", `${model.name}, ${model.precision}, ${model.digest.slice(0, 12)}`],
    [
      "Machine",
      imported
        ? "not told by the files"
        : `${hardware.cpu}, ${hardware.cores} cores, ${hardware.memoryGiB} GiB, ${hardware.os} ${hardware.arch}; ${hardware.backend}, ${hardware.threads} threads`,
    ],
    ["Engine", trial.engine],
    ["Seed", imported ? "" : String(trial.seed)],
    ["Versions", Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ")],
    [
      "Commit",
      commit === undefined ? "none" : `${commit.id}${commit.dirty ? ", with uncommitted changes" : ""}`,
    ],
    ["Files", imported?.files.map(fileOf).join("; ") ?? ""],
    ["Data", trial.evals.map(({ name, dataset, count: n }) => `${name}: ${n} of ${dataset}`).join("; ")],
  ];
  return (
    <section>
      <h2>What was run</h2>
      {!imported && (
        <p class="run">
          <code>{command}</code> <button type="button" data-copy={command} hidden>Copy</button>
        </p>
      )}
      <div class="scroll" tabindex={0} role="region" aria-label="The two stacks">
        <table class="figures slots">
          <thead>
            <tr>
              <th scope="col">Slot</th>
              <th scope="col">Baseline</th>
              <th scope="col">Candidate</th>
            </tr>
          </thead>
          <tbody>
            {SLOTS.map((slot) => {
              const [base, candidate] = [part(trial.base[slot]), part(trial.candidate[slot])];
              return (
                <tr class={base === candidate ? "" : "changed"}>
                  <th scope="row">{slot}</th>
                  <td>{base}</td>
                  <td>{base === candidate ? "the same" : candidate}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {trial.techniques.length > 0 && (
        <ul class="techniques">
          {trial.techniques.map(({ name, summary, claim, bottleneck, source }) => (
            <li>
              <b>{name}</b>: {summary}{" "}
              <span class="muted">Claims {claim} output; relieves {bottleneck}. {source}</span>
            </li>
          ))}
        </ul>
      )}
      <dl class="facts">
        {facts.filter(([, value]) => value !== "").map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}

const fileOf = (
  { arm, name, digest }: { readonly arm: string; readonly name: string; readonly digest: string },
) => `${arm}: ${name} ${digest.slice(0, 12)}`;

/** A digest and the part of it that people compare. */
const DIGEST = /\b([0-9a-f]{12})[0-9a-f]{52}\b/g;

function part(
  { name, params }: { readonly name: string; readonly params: Readonly<Record<string, unknown>> },
): string {
  const entries = Object.entries(params).map(([key, value]) =>
    `${key} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`.replaceAll(DIGEST, "$1")
  );
  return entries.length === 0 ? name : `${name} (${entries.join(", ")})`;
}

const quoted = (text: string) => /^[\w./+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
