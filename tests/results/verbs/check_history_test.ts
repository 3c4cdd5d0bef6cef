import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { digest, type Stack, UserError } from "../../../engine/mod.ts";
import { openStore } from "../../../results/mod.ts";
import type { CheckReport } from "../../../results/check/report.ts";
import { readReport } from "../../../results/check/report_file.ts";
import { run as bench } from "../../../results/verbs/bench.ts";
import { run } from "../../../results/verbs/check.ts";
import type { Setting } from "../../../results/verbs/setting.ts";
import { isInt8, timedEngine, toyBench } from "../../evals/toy_bench.ts";
import { DAY } from "../fixture.ts";
import { printed } from "./console.ts";
import { inPlace, type Place } from "./toy_setting.ts";

/** A setting with a peer, in which a step of a stack costs so many times what it costs elsewhere. */
function setting(slower: (stack: Stack) => number = () => 1): () => Promise<Setting> {
  const cost = (stack: Stack) => ({ cost: { step: 8 * slower(stack), row: 0.25 } });
  const { suite: _, clock, ...own } = toyBench({ per: cost });
  const peer = { ...timedEngine(clock as Parameters<typeof timedEngine>[0]), name: "peer" };
  return () => Promise.resolve({ ...own, clock: clock!, peer });
}

/** A place whose store holds three runs of a suite, each at a commit before this one. */
async function recordedBefore(
  use: (place: Place & { readonly suitePath: string }) => Promise<void>,
): Promise<void> {
  await inPlace(async (place) => {
    const suitePath = place.suite("candidates: { int8: [toyInt8] }");
    const made = `${place.folder}/made.sqlite`;
    await printed(() => bench(["--suite", suitePath, "--store", made], setting()));
    using from = openStore(made);
    using store = openStore(place.store);
    for (const day of [3, 2, 1]) {
      for (const { schema, stamp, outcome } of from.read()) {
        const earlier = {
          ...stamp,
          at: stamp.at - day * DAY,
          commit: { id: `${day}`.padEnd(40, "c"), dirty: false },
        };
        store.append({ schema, stamp: earlier, outcome, id: await digest({ stamp: earlier, outcome }) });
      }
    }
    await use({ ...place, suitePath });
  });
}

async function checked(args: readonly string[], slower?: (stack: Stack) => number) {
  const { value, out, err } = await printed(() => run(["--history", "--json", ...args], setting(slower)));
  return {
    code: value,
    report: JSON.parse(out.at(-1)!) as CheckReport,
    text: out.slice(0, -1).join("\n"),
    err,
  };
}

const kinds = ({ rows }: CheckReport) => Object.fromEntries(rows.map(({ name, kind }) => [name, kind]));

Deno.test("a head that is as it was is the same in every row, nothing is recorded, and all outputs are written", async () => {
  await recordedBefore(async ({ suitePath, store, folder }) => {
    const { code, report, text } = await checked([
      "--suite",
      suitePath,
      "--store",
      store,
      "--out",
      `${folder}/out`,
    ]);
    assertEquals([code, kinds(report)], [0, { baseline: "same", int8: "same" }]);
    assertEquals([report.base, report.history!.recordings], [undefined, 9]);
    assertEquals(await readReport(`${folder}/out/check.json`), report);
    assertStringIncludes(text.replaceAll(/\s+/g, " "), "9 recordings of ");
    const comment = await Deno.readTextFile(`${folder}/out/check.md`);
    for (
      const said of ["### Assay: ● NO REGRESSION", "head over recordings", "`deno task check --history`"]
    ) {
      assertStringIncludes(comment, said);
    }
    assertStringIncludes(await Deno.readTextFile(`${folder}/out/check.xml`), 'failures="0" skipped="0"');
    assertStringIncludes(await Deno.readTextFile(`${folder}/out/check.svg`), "no regression");
    using opened = openStore(store);
    assertEquals([...opened.read()].length, 9);
  });
});

Deno.test("a technique that got slower regresses alone with code 2; an engine that got slower shows beside the peer", async () => {
  await recordedBefore(async ({ suitePath, store }) => {
    const args = ["--suite", suitePath, "--store", store];
    const technique = await checked(args, (stack) => isInt8(stack) ? 1.2 : 1);
    assertEquals([technique.code, kinds(technique.report)], [2, { baseline: "same", int8: "regressed" }]);
    const engine = await checked(args, () => 1.2);
    assertEquals([engine.code, kinds(engine.report)], [2, { baseline: "regressed", int8: "same" }]);
    const { code, report } = await checked([...args, "--only", "int8"], () => 1.2);
    assertEquals([code, kinds(report)], [0, { int8: "same" }]);
  });
});

Deno.test("a promoted recording is what a row is held against, and the report says so", async () => {
  await recordedBefore(async ({ suitePath, store }) => {
    {
      using opened = openStore(store);
      const one = [...opened.read()].find(({ outcome }) => outcome.trial.name === "int8")!;
      const now = Date.now();
      opened.promote({ recording: one.id, at: now, by: "me", why: "release 1.2", expires: now + DAY });
    }
    const { report, code } = await checked(["--suite", suitePath, "--store", store]);
    assertEquals([code, report.rows[1]!.workloads[0]!.pace.beside!.runs], [0, 1]);
    assert(report.notes.some((note) => note.includes("(me: release 1.2)")), report.notes.join("\n"));
  });
});

Deno.test("no recordings, no store, an unknown row, and options that do not go together are one sentence each", async () => {
  await inPlace(async ({ suite, store }) => {
    const suitePath = suite("candidates: { int8: [toyInt8] }");
    const refused = (why: string, ...args: string[]) =>
      assertRejects(() => printed(() => run(["--suite", suitePath, ...args], setting())), UserError, why);
    await refused("Cannot check as --base REF or --history must say", "--json");
    await refused("neither is there.");
    await refused("both are there.", "--history", "--base", "HEAD");
    await refused("Cannot check with --minutes", "--history", "--minutes", "3");
    await refused("Cannot check against ", "--history", "--store", store);
    openStore(store)[Symbol.dispose]();
    await refused("found none of that suite.", "--history", "--store", store);
  });
  await recordedBefore(async ({ suitePath, store }) => {
    await assertRejects(
      () => checked(["--suite", suitePath, "--store", store, "--only", "nosuch"]),
      UserError,
      "Cannot check nosuch as the rows of the suite are baseline, int8.",
    );
  });
});
