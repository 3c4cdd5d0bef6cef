/** Two recordings sample by sample: how their pairs meet, what is said of them, and the page. */
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { PairedSample } from "../../evals/mod.ts";
import { openStore, type Recording, UserError } from "../../mod.ts";
import { sideBySide, type SpeedBeside } from "../../results/side_by_side.ts";
import { run } from "../../results/verbs/compare.ts";
import { check, failed, HARDWARE, law, recorded, recording, trial, workload } from "./fixture.ts";
import { filled, text } from "./pages.ts";
import { printed } from "./verbs/console.ts";
import { inPlace } from "./verbs/toy_setting.ts";

const sample = (id: string, base: number, candidate: number, answer?: string): PairedSample => ({
  id,
  cluster: id,
  base,
  candidate,
  weight: 1,
  ...(answer === undefined ? {} : { shown: { prompt: `ask ${id}`, base: `plain ${id}`, candidate: answer } }),
});
const of = (name: string, samples: readonly PairedSample[], over = {}) =>
  recording(recorded(trial(name), [workload(1.5)], [check(0.003, -0.003, 0.009, { samples })]), over);

const one = await of("int8", [
  sample("both", 1, 0, "eight"),
  sample("first", 1, 0, "eight"),
  sample("second", 1, 1),
  sample("neither", 1, 1),
  sample("gone", 1, 1),
]);
const other = await of("int4", [
  sample("both", 1, 0, "four"),
  sample("first", 1, 1),
  sample("second", 1, 0, "four"),
  sample("neither", 1, 1),
]);

Deno.test("samples meet by id, and an answer that was not kept is the baseline's where the other one tells it", () => {
  const { checks: [check], alone } = sideBySide(one, other);
  assertEquals(
    check!.samples.map((
      { id, base, candidate, shown },
    ) => [id, base, candidate, shown?.base, shown?.candidate]),
    [
      ["both", 0, 0, "eight", "four"],
      ["first", 0, 1, "eight", "plain first"],
      ["second", 1, 0, "plain second", "four"],
      ["neither", 1, 1, undefined, undefined],
    ],
  );
  assertEquals([check!.n, check!.base, check!.candidate, check!.loss], [4, 0.5, 0.5, 0]);
  assertEquals([check!.allowed, check!.decision], [undefined, undefined]);
  assertEquals(alone, ["acc of arc_easy: 1 sample of one only, left out."]);
});

Deno.test("speeds are ratios of ratios, as wide as both together, and of one machine only", async () => {
  const { speeds: [speed] } = sideBySide(one, await of("slow", [sample("both", 1, 1)]));
  assertAlmostEquals(speed!.ratio.estimate, 1, 1e-12);
  const half = (ratio: SpeedBeside["a"]) => Math.log(ratio.interval.high / ratio.estimate);
  assertAlmostEquals(half(speed!.ratio), Math.SQRT2 * half(speed!.a), 1e-9);
  const far = await of("far", [sample("both", 1, 1)], { hardware: { ...HARDWARE, id: "b2".repeat(32) } });
  const { speeds, unlike } = sideBySide(one, far);
  assertEquals(speeds, []);
  assert(unlike.some((said) => said.includes("different machines")));
});

Deno.test("metrics of other questions, and laws, which have no pairs, are not compared", async () => {
  const moved = await recording(
    failed(trial("moved", { evals: [{ name: "arc_easy", dataset: "others", digest: "11", count: 5 }] }), [
      check(0.1, 0.05, 0.2),
      law(0.2, 0.1),
    ]),
  );
  const { checks, unlike } = sideBySide(
    await recording(failed(trial("law"), [check(0.1, 0.05, 0.2), law(0.2, 0.1)])),
    moved,
  );
  assertEquals(checks, []);
  assert(unlike.some((said) => said.includes("Other questions were asked of arc_easy")));
});

async function compared(args: readonly string[], all: readonly Recording[] = [one, other]) {
  let lines: string[] = [];
  await inPlace(async ({ store }) => {
    {
      using opened = openStore(store);
      for (const each of all) opened.append(each);
    }
    const { value, out } = await printed(() => run([...args, "--store", store]));
    assertEquals(value, 0);
    lines = out;
  });
  return lines.join("\n");
}

Deno.test("the verb says what each was, what B changed, and the pairs that parted, the worse first", async () => {
  const said = await compared(["int8", "int4"]);
  assertStringIncludes(said, "A: int8, recorded");
  assertStringIncludes(said, "1 worse in B, 1 better, 1 other words, 1 alike");
  assert(said.indexOf("second: right") < said.indexOf("first: wrong"), said);
  assertStringIncludes(said, `/compare/${one.id}..${other.id}.html`);
  const { checks } = JSON.parse(await compared(["int8", "int4", "--json"]));
  assertEquals(checks[0].samples.length, 4);
});

Deno.test("one recording twice, or none, is a user error", async () => {
  await assertRejects(() => compared(["int8", one.id.slice(0, 10)]), UserError, "must be two recordings");
  await assertRejects(() => compared(["int8", "nothing"]), UserError, "Cannot compare nothing");
});

Deno.test("the page shows both, and names of no two recordings are said to be none", async () => {
  using store = filled([one, other]);
  const html = await text(store, `/compare/${one.id.slice(0, 12)}..${other.id}.html`);
  for (const shown of ["int8", "int4", "plain first", "Where they parted", "B over A"]) {
    assertStringIncludes(html, shown);
  }
  const { checks } = JSON.parse(await text(store, `/api/compare/${one.id}..${other.id}.json`));
  assertEquals(checks.length, 1);
  for (const wrong of [one.id, `${one.id}..zz`, `..${one.id}`]) {
    await text(store, `/compare/${wrong}.html`, 404);
  }
});
