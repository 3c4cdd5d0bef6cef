import { assert, assertEquals } from "@std/assert";
import { boards, type Recording, renderBoard, summarise, tryOf } from "../../results/mod.ts";
import {
  alone,
  breaches,
  check,
  clock,
  DAY,
  failed,
  HARDWARE,
  objective,
  recorded,
  recording,
  trial,
  unmeasured,
  workload,
} from "./fixture.ts";

const one = async (...outcomes: Parameters<typeof recording>[0][]) =>
  boards(await Promise.all(outcomes.map((outcome) => recording(outcome))))[0]!;

Deno.test("recorded rows rank by ratio and share a place with the first that they cannot be told from", async () => {
  const board = await one(
    recorded(trial("c"), [workload(1.2)]),
    recorded(trial("a"), [workload(1.62)]),
    recorded(trial("b"), [workload(1.58)]),
  );
  assertEquals(board.ranked.map(({ name, place, tied }) => [name, place, tied]), [["a", 1, true], [
    "b",
    1,
    true,
  ], ["c", 3, false]]);
});

Deno.test("a tie is with the first of the group: it does not chain from row to row", async () => {
  const board = await one(
    recorded(trial("a"), [workload(1.6, 0.03)]),
    recorded(trial("b"), [workload(1.565, 0.03)]),
    recorded(trial("c"), [workload(1.53, 0.03)]),
  );
  assertEquals(board.ranked.map(({ place }) => place), [1, 1, 3]);
});

Deno.test("hardware, model and suite each have their own board", async () => {
  const outcome = recorded(trial("int8"), [workload(1.5)]);
  const base = await recording(outcome);
  const all = [
    base,
    await recording(outcome, { hardware: { ...HARDWARE, id: "b0".repeat(32) } }),
    await recording(outcome, { model: { ...base.stamp.model, precision: "f32 from Q8_0" } }),
    await recording(recorded(trial("int8", { suite: "smoke" }), [workload(1.5)])),
  ];
  const found = boards(all);
  assertEquals(found.length, 4);
  assertEquals(new Set(found.map(({ key }) => key)).size, 4);
  assert(found.every(({ ranked }) => ranked.length === 1 && ranked[0]!.place === 1));
});

Deno.test("of each name the latest judged recording counts, and what was tried before it is counted", async () => {
  const at = (outcome: Recording["outcome"], day: number) =>
    recording(outcome, { at: clock.now() + day * DAY });
  const t = trial("int8");
  const all = [
    await at(recorded(t, [workload(1.6)]), 0),
    await at(failed(t), 1),
    await at(unmeasured(t, "void", "slept"), 2),
  ];
  const [board] = boards(all);
  assertEquals(board!.ranked, []);
  assertEquals(board!.refused.map(({ kind, tried }) => [kind, tried]), [["rejected", {
    count: 2,
    refused: 0,
  }]]);
});

Deno.test("a wide margin ranks nowhere", async () => {
  const board = await one(recorded(trial("loose"), [workload(3)], [check(0.01, 0, 0.02, { allowed: 0.05 })]));
  assertEquals([board.ranked.length, board.wide.length], [0, 1]);
});

Deno.test("the baseline against itself is the noise row and has no place", async () => {
  const board = await one(recorded(trial("baseline again", { techniques: [] }), [workload(1.001, 0.01)]));
  assertEquals([board.ranked.length, board.noise?.name], [0, "baseline again"]);
  assertEquals(summarise(board).headline, "No technique has run here yet, only the baseline.");
});

Deno.test("the worst check is the failed one, then the one nearest to its margin, without its samples", async () => {
  const near = check(0.004, 0.001, 0.019, { eval: "near" });
  const board = await one(
    recorded(trial("ok"), [workload(1.5)], [check(0, -0.004, 0.004), near]),
    failed(trial("bad"), [near, breaches(3)]),
  );
  assertEquals([board.ranked[0]!.worst?.eval, board.refused[0]!.worst?.eval], ["near", "token_match"]);
  assertEquals(board.ranked[0]!.worst?.samples, []);
});

Deno.test("a refused row carries no figures", async () => {
  const board = await one(failed(trial("int4")));
  assert(!/figures|tokensPerSecond|ratio|ttft/i.test(JSON.stringify(board)));
});

Deno.test("the peer engine stands beside the techniques, without a place", async () => {
  const board = await one(
    recorded(trial("transformers_js", { techniques: [] }), [alone(workload(0.91))]),
    recorded(trial("int8"), [workload(1.62)]),
  );
  assertEquals([board.peer?.name, board.ranked.map(({ name, place }) => [name, place])], ["transformers_js", [
    [
      "int8",
      1,
    ],
  ]]);
});

Deno.test("a refused peer is a refused row and has no figures", async () => {
  const board = await one(failed(trial("transformers_js", { techniques: [] }), [breaches(2)]));
  assertEquals([board.peer, board.refused.map(({ name }) => name)], [undefined, ["transformers_js"]]);
});

Deno.test("the headline names the fastest with its ratio to the baseline and to the peer", async () => {
  const board = await one(
    recorded(trial("transformers_js", { techniques: [] }), [alone(workload(0.91))]),
    recorded(trial("int8"), [workload(1.62)]),
  );
  assertEquals(
    summarise(board).headline,
    "1 of 1 technique held quality. Fastest: int8, 1.62x the baseline, 1.78x transformers_js.",
  );
});

Deno.test("rows that tie for the first place are named with their ratios, more than three by their range", async () => {
  const fast = (name: string, ratio: number) => recorded(trial(name), [alone(workload(ratio, 0.1))]);
  const two = await one(fast("a", 1.62), fast("b", 1.6));
  assertEquals(
    summarise(two).headline,
    "2 of 2 techniques held quality. Fastest, tied: a and b, 1.62x and 1.60x the baseline.",
  );
  const four = await one(fast("a", 1.62), fast("b", 1.6), fast("c", 1.59), fast("d", 1.58));
  assertEquals(
    summarise(four).headline,
    "4 of 4 techniques held quality. Fastest: 4 tied, from 1.58x to 1.62x the baseline.",
  );
});

Deno.test("a gain over a slow baseline that the peer has too is none", async () => {
  const board = await one(
    recorded(trial("transformers_js", { techniques: [] }), [alone(workload(1.7))]),
    recorded(trial("int8"), [workload(1.6, 0.05, { overPeer: 1.6 / 1.7 })]),
  );
  assertEquals(
    summarise(board).headline,
    "1 of 1 technique held quality. None is faster than transformers_js beyond the noise.",
  );
});

Deno.test("no row is called fastest where none clears the noise", async () => {
  const board = await one(recorded(trial("a"), [workload(1.01)]), recorded(trial("b"), [workload(1)]));
  assertEquals(
    summarise(board).headline,
    "2 of 2 techniques held quality. None is faster than the baseline beyond the noise.",
  );
});

Deno.test("the fastest whose latency objective broke ranks nowhere and is not called fastest", async () => {
  const late = workload(3, 0.05, { claim: "no difference", objective: objective("broke") });
  const board = await one(
    recorded(trial("late"), [late]),
    recorded(trial("int8"), [workload(1.62, 0.05, { objective: objective("held") })]),
  );
  assertEquals([board.ranked.map(({ name }) => name), board.late.map(({ name }) => name)], [["int8"], [
    "late",
  ]]);
  assertEquals(summarise(board), {
    headline: "2 of 2 techniques held quality. Fastest: int8, 1.62x the baseline, 1.78x the peer engine.",
    rest: "1 broke the latency objective.",
  });
  const text = renderBoard(board, { colour: false });
  for (
    const said of [
      "TTFT p95 held",
      "TTFT p95 broke",
      "Not ranked, as its latency objective broke: late, TTFT p95 84.0",
    ]
  ) assert(text.includes(said), text);
});

Deno.test("a gain over the peer counts only where its whole interval does", async () => {
  const overPeerInterval = { low: 0.98, high: 1.3, level: 0.95 };
  const board = await one(
    recorded(trial("int8"), [workload(1.62, 0.05, { overPeer: 1.14, overPeerInterval })]),
  );
  assertEquals(
    summarise(board).headline,
    "1 of 1 technique held quality. None is faster than the peer engine beyond the noise.",
  );
});

Deno.test("a board of some recordings counts the tries among all that are known", async () => {
  const t = trial("int8");
  const before = await recording(failed({ ...t, id: "another trial" }), { at: clock.now() - DAY });
  const passed = await recording(recorded(t, [workload(1.5)]));
  const [board] = boards([passed], [before, passed].map(tryOf));
  assertEquals(board!.ranked[0]!.tried, { count: 2, refused: 1 });
});

Deno.test("the headline says of the fastest after how many refusals it passed", async () => {
  const t = trial("lucky");
  const before = await recording(failed(t), { at: clock.now() - DAY });
  const [board] = boards([before, await recording(recorded(t, [workload(1.62)]))]);
  assertEquals(
    summarise(board!).headline,
    "1 of 1 technique held quality. Fastest: lucky (2nd try, 1 refused), 1.62x the baseline, 1.78x the peer engine.",
  );
});
