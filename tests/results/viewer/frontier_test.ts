import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { boards } from "../../../results/leaderboard.ts";
import { renderBoard } from "../../../results/mod.ts";
import { smallestHeld } from "../../../results/smallest.ts";
import { boardTable } from "../../../results/viewer/board_lines.ts";
import { leastOf, weighedIn } from "../../../results/viewer/frontier.tsx";
import { everything } from "../every_row.ts";
import { recorded, recording, trial, workload } from "../fixture.ts";
import { filled, idOf, text } from "../pages.ts";
import { nats, weighedRows, weighing } from "../weighed_rows.ts";

const boardOf = async () => boards(await weighedRows())[0]!;

Deno.test("rows stand at their bits and at the greatest of their losses of likelihood, refused ones too", async () => {
  const points = weighedIn(await boardOf()).toSorted((a, b) => a.bits - b.bits);
  assertEquals(points.map(({ row, bits, check }) => [row.name, bits, check.eval, check.loss]), [
    ["int2", 2.5, "wiki_text_nll", 6.2],
    ["int3", 3.5, "wiki_text_nll", 1.4],
    ["int4_body", 4.97, "wiki_text_nll", 0.29],
    ["gptq4", 4.98, "code_text_nll", 0.31],
    ["mixed_6", 6.5, "wiki_text_nll", 0.011],
    ["int8", 8.5, "wiki_text_nll", 0.0036],
  ]);
});

Deno.test("the line joins what nothing beats in bits and in loss", async () => {
  const names = leastOf(weighedIn(await boardOf())).map(({ row }) => row.name);
  assertEquals(names, ["int2", "int3", "int4_body", "mixed_6", "int8"]);
});

Deno.test("the picture of bits marks what was refused, and holds no speed of anything", async () => {
  using store = filled(await weighedRows());
  const html = await text(store, "/");
  const figure = /<h2 id="frontier">[\s\S]*?<\/figure>/.exec(html)![0];
  assertEquals(figure.match(/class="mark fail"/g)?.length, 8);
  assertEquals(figure.match(/class="mark ranked"/g)?.length, 4);
  assertStringIncludes(figure, "int3: 3.50 bits a weight; −1.400 nats [−1.680, −1.120]");
  assertStringIncludes(figure, "The smallest that held: <b>mixed_6</b>, 6.50 bits a weight");
  assert(!/\dx\b|tokens\/s|speed/.test(figure), figure);
});

Deno.test("a board whose rows were not weighed has no picture of bits", async () => {
  using store = filled(await everything());
  assert(!(await text(store, "/")).includes("frontier"));
});

Deno.test("the smallest that held is one that passed, with fewer bytes than the baseline", async () => {
  assertEquals(smallestHeld(await boardOf())?.name, "mixed_6");
  const same = { ...recorded(trial("kv"), [workload(1)], [nats(0.001)]), ...weighing(32) };
  assertEquals(smallestHeld(boards([await recording(same)])[0]!), undefined);
});

Deno.test("the table and the terminal tell bits of every row that was weighed, and a speed of none that was refused", async () => {
  const board = await boardOf();
  const row = boardTable(board).find(({ name }) => name === "int3")!;
  assertEquals([row.bits_per_weight, row.weight_bytes, row.nats_loss, row.tokens_per_second], [
    3.5,
    58_850_316,
    1.4,
    undefined,
  ]);
  const terminal = renderBoard(board, { colour: false, gate: "" });
  assertStringIncludes(terminal, "3.50 bits a weight");
  assertStringIncludes(terminal, "Smallest that held: mixed_6, 6.50 bits a weight.");
});

Deno.test("the page of a trial says what its weights take and where it loses, and draws each layer's figures", async () => {
  const all = await weighedRows();
  using store = filled(all);
  const html = await text(store, `/trial/${idOf(all, "mixed_6")}.html`);
  for (
    const shown of [
      "Its weights take 104 MiB, 6.50 bits a weight, 20 % of the baseline&#39;s 513 MiB.",
      "They were made by gptq in 188 s.",
      "what loses most: ffn_down of layer 6 (0.11), ffn_down of layer 13 (0.11)",
      "Where it loses",
      "eight_streams: slower, 0.82x the baseline&#39;s tokens per second",
      "<title>gate_up of layer 29: 0.018</title>",
    ]
  ) assertStringIncludes(html, shown);
  assertEquals(html.match(/<figure class="heat">/g)?.length, 3);
});

Deno.test("the page of a refused trial draws its layers, and names no speed beside its bytes", async () => {
  const all = await weighedRows();
  using store = filled(all);
  const id = idOf(all, "gptq4");
  const html = await text(store, `/trial/${id}.html`);
  assertStringIncludes(html, '<figure class="heat">');
  assert(!html.includes("Where it loses") && !/\d\.\d\dx/.test(html));
  const json = JSON.parse(await text(store, `/api/trial/${id}.json`));
  assertEquals(json.outcome.weights.candidate.bits, 4.98);
  assertEquals(json.loses, []);
});
