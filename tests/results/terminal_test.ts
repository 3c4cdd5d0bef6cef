import { assert, assertEquals } from "@std/assert";
import { boards, renderBoard, why } from "../../results/mod.ts";
import { everything } from "./every_row.ts";
import {
  breaches,
  emulated,
  failed,
  guard,
  held,
  law,
  recorded,
  recording,
  trial,
  unmeasured,
  workload,
} from "./fixture.ts";

const one = async (...outcomes: Parameters<typeof recording>[0][]) =>
  boards(await Promise.all(outcomes.map((outcome) => recording(outcome))))[0]!;

Deno.test("no line of the terminal board is wider than 80 columns, and verdicts are words", async () => {
  const all = [
    ...await everything(),
    await recording(failed(trial("a very long technique name + another one + a third one"))),
    await recording(unmeasured(trial("x"), "void", "because-of-an-unbroken-word-".repeat(9))),
  ];
  const text = boards(all).map((board) => renderBoard(board, { colour: false, reasons: why(all) })).join(
    "\n",
  );
  for (const line of text.split("\n")) assert(line.length <= 80, `${line.length}: ${line}`);
  for (const word of ["PASS", "FAIL", "UNSURE", "VOID", "SKIPPED"]) assert(text.includes(word));
  assert(!text.includes("\u001b"));
});

Deno.test("what holds and is emulated has its verdict and its checks on the board, and no speed but a reason", async () => {
  const all = [
    await recording(recorded(trial("int8"), [workload(1.5)])),
    await recording(held(emulated("fp8"))),
  ];
  const text = renderBoard(boards(all)[0]!, { colour: false, reasons: why(all) });
  const row = text.split("\n").find((line) => line.includes("HELD"))!;
  assertEquals(row.trim().split(/ {2,}/), ["-", "HELD", "fp8", "-0.3 pp [-0.9,+0.3]", "none claimed"]);
  const said = text.replaceAll(/\s+/g, " ");
  for (
    const sentence of [
      "): its quality holds; fp8 is emulated here: its floats are computed as wider ones.",
      "2 of 2 techniques held quality.",
      "1 emulated, so not timed.",
    ]
  ) assert(said.includes(sentence), `${sentence} in ${said}`);
});

Deno.test("a name cannot steer the terminal", async () => {
  const all = [await recording(failed(trial("evil\u001b[2J\u202ename\r\n")))];
  const text = renderBoard(boards(all)[0]!, { colour: false, reasons: why(all) });
  // deno-lint-ignore no-control-regex
  assert(!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/.test(text));
});

Deno.test("colour appears only when asked for", async () => {
  const board = await one(recorded(trial("int8"), [workload(1.5)]));
  assert(renderBoard(board, { colour: true }).includes("\u001b[32m"));
});

Deno.test("the terminal sets each row's figures beside those of its own baseline", async () => {
  const board = await one(
    recorded(trial("a"), [workload(2)]),
    recorded(trial("b"), [{ ...workload(1.5), base: workload(0.5).candidate }]),
  );
  const lines = renderBoard(board, { colour: false }).split("\n");
  assert(lines.some((line) => /^ a +41\.2 +82\.\d +58\.3ms +29\.\dms /.test(line)), lines.join("\n"));
  assert(lines.some((line) => /^ b +20\.\d +61\.8 +11[78]ms +3[89]\.\dms /.test(line)), lines.join("\n"));
});

Deno.test("the terminal says in words what is no difference, the peer and the noise", async () => {
  const text = renderBoard(boards(await everything())[0]!, { colour: false }).replaceAll(/\s+/g, " ");
  for (
    const said of [
      "No difference beyond the noise: prefix_cache.",
      "Not ranked, as a margin is wider than a board allows: int6 loose (acc of arc_easy, 5.0 pp).",
      "peer transformers_js",
      "noise baseline again",
    ]
  ) assert(text.includes(said), said);
});

Deno.test("a narrow terminal gets every figure in lines that fit", async () => {
  const text = renderBoard(boards(await everything())[0]!, { colour: false, width: 44 });
  for (const line of text.split("\n")) assert(line.length <= 44, line);
  for (const figure of ["-0.004 nats [-0.018,-0.001]", "1.62x [1.57,1.67]", "int8 + prompt_lookup"]) {
    assert(text.includes(figure), figure);
  }
});

Deno.test("the terminal says where the baseline against itself misses 1x", async () => {
  const own = (low: number, high: number) =>
    recorded(trial("baseline again", { techniques: [] }), [
      workload(1, 0.01, { ratio: { estimate: (low + high) / 2, interval: { low, high, level: 0.95 } } }),
    ]);
  const said = async (outcome: ReturnType<typeof own>) =>
    renderBoard(await one(outcome), { colour: false }).replaceAll(/\s+/g, " ").includes("It misses 1x");
  assertEquals([await said(own(0.98, 1.03)), await said(own(0.75, 0.94))], [false, true]);
});

Deno.test("a board says the rate at which the gate refuses the baseline itself", async () => {
  const board = await one(recorded(trial("int8"), [workload(1.5)]));
  const text = renderBoard(board, { colour: false, gate: "gate: of 60 runs 1 was refused" });
  assert(text.includes("gate: of 60 runs 1 was refused"), text);
});

Deno.test("the terminal says what each row's quality rests on: its margin or guard, and n", async () => {
  const text = renderBoard(
    await one(
      recorded(trial("a"), [workload(2)]),
      recorded(trial("b"), [workload(1.5)], [guard(0.02, 0.01, 0.13)]),
      recorded(trial("c"), [workload(1.4)], [breaches(0)]),
      recorded(trial("d"), [workload(1.3)], [law(0.3, 0.01)]),
    ),
    { colour: false },
  );
  for (
    const said of [
      "margin -2.0 pp, n=600",
      "guard -0.100 nats, n=600",
      "none allowed, n=600",
      "limit p 0.001, n=600",
    ]
  ) {
    assert(text.includes(said), said);
  }
});
