/** What a page is about, and the way to the other boards: workloads beside each other, the rest folded. */
import { day, plural } from "../figures.ts";
import type { Board } from "../leaderboard.ts";
import { pagePath, type Place } from "./links.ts";

export function ScopeBar({ boards, board, to, root }: {
  readonly boards: readonly Board[];
  readonly board: Board;
  readonly to: (key: string) => Place;
  readonly root: string;
}) {
  const { hardware, model, suite } = board.scope;
  const link = ({ key }: Board) => root + pagePath(to(key));
  const same = boards.filter(({ scope }) =>
    scope.hardware.id === hardware.id && scope.model.digest === model.digest &&
    scope.model.precision === model.precision && scope.suite === suite
  );
  const others = boards.filter((other) => !same.includes(other));
  const facts = [
    `${hardware.cpu}, ${plural(hardware.cores, "core")}, ${hardware.memoryGiB} GiB`,
    `${hardware.backend}, ${plural(hardware.threads, "thread")}`,
    `suite ${suite}`,
    day(board.at),
  ];
  return (
    <div class="scope">
      <p>
        <span>
          <b>{model.name}</b>, {model.precision}
        </span>
        {facts.map((fact) => <span>{fact}</span>)}
      </p>
      <nav class="tabs" aria-label="Workloads">
        {same.map((other) => (
          <a href={link(other)} aria-current={other.key === board.key ? "true" : undefined}>
            {other.scope.workload}
          </a>
        ))}
      </nav>
      {others.length > 0 && (
        <details>
          <summary>Other machines, models and suites ({others.length})</summary>
          <ul>
            {others.map((other) => (
              <li>
                <a href={link(other)}>
                  {other.scope.model.name} {other.scope.model.precision}, {other.scope.workload}
                </a>{" "}
                on {other.scope.hardware.cpu}, {other.scope.hardware.backend},{" "}
                {plural(other.scope.hardware.threads, "thread")}; suite {other.scope.suite}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
