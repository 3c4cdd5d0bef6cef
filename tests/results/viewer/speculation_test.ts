import { assert, assertMatch } from "@std/assert";
import { guessingRows } from "../guessing_rows.ts";
import { filled, idOf, text } from "../pages.ts";

Deno.test("the page of a decoder tells acceptance, tokens a verification and speed by workload, losses among them", async () => {
  const all = await guessingRows();
  using store = filled(all);
  const html = await text(store, `/trial/${idOf(all, "prompt_lookup")}.html`);
  assertMatch(html, /<h2>Guesses<\/h2>/);
  assertMatch(html, /75 % <small>of \d+<\/small>/);
  assertMatch(html, /5\.0 % <small>of \d+<\/small>/);
  assertMatch(html, /1\.90x \[[\d., ]+\] <small>faster<\/small>/);
  assertMatch(html, /0\.80x \[[\d., ]+\] <small>slower<\/small>/);
});

Deno.test("a trial that guessed nothing has no such part", async () => {
  const all = await guessingRows();
  using store = filled(all);
  const html = await text(store, `/trial/${idOf(all, "baseline again")}.html`);
  assert(!html.includes("<h2>Guesses</h2>"));
});
