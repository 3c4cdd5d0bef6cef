/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** What a page is about, and the way to the boards beside it: its workloads here, all others on a page of their own. */
import { day, plural } from "../figures.ts";
import type { Board } from "../leaderboard.ts";
import type { Scope } from "../scope.ts";
import type { BoardEntry } from "./catalogue.ts";
import { pagePath, type Place, places } from "./links.ts";
import { Text } from "./text.tsx";

export function ScopeBar({ entries, board, to, root }: {
  readonly entries: readonly BoardEntry[];
  readonly board: Board;
  readonly to: (key: string) => Place;
  readonly root: string;
}) {
  const { model, suite } = board.scope;
  const scope = entries.find(({ key }) => key === board.key)?.scope;
  const same = entries.filter((entry) => entry.scope === scope);
  const others = entries.length - same.length;
  const facts = [...machine(board.scope.hardware), `suite ${suite}`, day(board.at)];
  return (
    <div class="scope">
      <p>
        <span>
          <b>
            <Text of={model.name} most={60} />
          </b>, <Text of={model.precision} most={40} />
        </span>
        {facts.map((fact) => (
          <span>
            <Text of={fact} most={80} />
          </span>
        ))}
      </p>
      <nav class="tabs" aria-label="Workloads">
        {same.map(({ key, workload }) => (
          <a href={root + pagePath(to(key))} aria-current={key === board.key ? "true" : undefined}>
            <Text of={workload} most={40} />
          </a>
        ))}
        {others > 0 && (
          <a class="more" href={root + pagePath(places.boards())}>{plural(others, "other board")}</a>
        )}
      </nav>
    </div>
  );
}

/** The machine, and how it was used. */
export const machine = (
  { cpu, cores, memoryGiB, backend, threads }: Scope["hardware"],
): readonly [string, string] => [
  `${cpu}, ${plural(cores, "core")}, ${memoryGiB} GiB`,
  `${backend}, ${plural(threads, "thread")}`,
];
