/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** Everything needed to run a trial again: the command, both stacks, the machine, versions, data and seed. */
import { SLOTS } from "../../engine/mod.ts";
import { isNamedSuite } from "../../evals/mod.ts";
import { visible } from "../columns.ts";
import type { Shelved } from "../recording.ts";
import { pagePath, places } from "./links.ts";
import { originFacts } from "./origin.tsx";
import { Opening, Text } from "./text.tsx";

/** A command that a person would still copy. */
const LONGEST = 400;

export function WhatRan({ recording: { outcome: { trial }, stamp, origin }, root }: {
  readonly recording: Shelved;
  readonly root: string;
}) {
  const named = isNamedSuite(trial.suite);
  const command = `deno task bench --suite ${named ? trial.suite : "FILE.ts"} --only ${quoted(trial.name)}`;
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
    ...(origin ? originFacts(origin) : []),
  ];
  return (
    <section>
      <h2>What was run</h2>
      {!imported && command.length <= LONGEST && (
        <p class="run">
          <code>{visible(command)}</code> <button type="button" data-copy={command} hidden>Copy</button>
        </p>
      )}
      {!imported && !named && (
        <p class="hint">
          FILE.ts: the file of suite <Text of={trial.suite} most={80} />
        </p>
      )}
      <div class="scroll" tabindex={0} role="region" aria-label="The two stacks">
        <table class="figures slots flowing">
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
                  <td data-label="Baseline">
                    <Opening of={base} most={300} />
                  </td>
                  <td data-label="Candidate">
                    {base === candidate ? "the same" : <Opening of={candidate} most={300} />}
                  </td>
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
              <a href={root + pagePath(places.technique(name))}>
                <Text of={name} most={80} />
              </a>: <Text of={summary} most={400} />{" "}
              <span class="muted">
                Claims {claim} output; relieves {bottleneck}. <Text of={source} most={400} />
              </span>
            </li>
          ))}
        </ul>
      )}
      <dl class="facts">
        {facts.filter(([, value]) => value !== "").map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>
              <Opening of={value} most={600} />
            </dd>
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
