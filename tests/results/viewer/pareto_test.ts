import { assert, assertEquals } from "@std/assert";
import { boards } from "../../../results/leaderboard.ts";
import { Labels } from "../../../results/viewer/labels.ts";
import { frontierOf, pointsOf } from "../../../results/viewer/pareto.tsx";
import { everything } from "../every_row.ts";
import { check, failed, recorded, recording, trial, workload } from "../fixture.ts";
import { filled, text } from "../pages.ts";

const boardOf = async (...outcomes: Parameters<typeof recording>[0][]) =>
  boards(await Promise.all(outcomes.map((outcome) => recording(outcome))))[0]!;
const losing = (loss: number) => [check(loss, loss - 0.002, loss + 0.002)];

Deno.test("the frontier holds what nothing beats in both, and neither wide margins nor refusals", async () => {
  const board = await boardOf(
    recorded(trial("fast"), [workload(2)], losing(0.01)),
    recorded(trial("beaten"), [workload(1.5)], losing(0.012)),
    recorded(trial("good"), [workload(1.2)], losing(0.001)),
    recorded(trial("wide"), [workload(3)], [check(0, -0.002, 0.002, { allowed: 0.05 })]),
    failed(trial("lost")),
  );
  assertEquals(frontierOf(pointsOf(board)).map(({ name }) => name), ["fast", "good"]);
});

Deno.test("what was refused stands in the picture without a speed", async () => {
  const points = pointsOf(boards(await everything())[0]!);
  const refused = points.filter(({ mark }) => mark === "fail" || mark === "unsure");
  assertEquals(refused.map(({ name, figures }) => [name, figures]), [
    ["kv_int8", undefined],
    ["int4", undefined],
    ["early_exit", undefined],
  ]);
  using store = filled(await everything());
  const marks = (await text(store, "/")).match(/<a [^>]*class="mark (?:fail|unsure)"[^>]*>/g)!;
  assertEquals(marks.length, 6);
  for (const mark of marks) assert(/not timed/.test(mark) && !/\d\.\d\dx/.test(mark), mark);
});

Deno.test("a label goes where it covers neither a mark nor another label, or nowhere", () => {
  const labels = new Labels({ left: 0, right: 100, top: 0, bottom: 60 });
  labels.take(50, 30);
  const first = labels.place("abc", 50, 30)!;
  const second = labels.place("abc", 50, 30)!;
  assert(first.x !== second.x || first.y !== second.y);
  assertEquals(labels.place("a name much too long for this", 50, 30), undefined);
});
