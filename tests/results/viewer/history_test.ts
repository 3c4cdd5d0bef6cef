import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Recording } from "../../../results/mod.ts";
import { normals } from "../../evals/check/normals.ts";
import { commitOf, runs } from "../check/runs_over_time.ts";
import { DAY, failed, recording, trial } from "../fixture.ts";
import { filled, text } from "../pages.ts";

/** Runs a day that spread by one hundredth about each level in turn. */
const about = (seed: number, count: number, ...levels: readonly number[]) =>
  levels.flatMap((level, i) => normals(10 * seed + i, count).map((z) => level * Math.exp(z / 100)));

const STEADY = await runs("lookup", about(1, 12, 1.2));
const FALLEN = await runs("int8", about(2, 6, 1.8, 1.6));
const NOISE = await runs("baseline again", about(3, 12, 1));

/** The page as words on one line. */
async function page(recordings: readonly Recording[], path = "/history.html"): Promise<string> {
  using store = filled(recordings);
  return (await text(store, path)).replaceAll(/<\/?(a|b|bdi|code)\b[^>]*>|[\u2068\u2069]/g, "").replaceAll(
    /<[^>]*>/g,
    " ",
  ).replaceAll(/\s+/g, " ");
}

Deno.test("a change point is told with its levels, commit and runs, and marked at the run where it came", async () => {
  using store = filled([...STEADY, ...FALLEN, ...NOISE]);
  const { series, noise } = JSON.parse(await text(store, "/api/history.json"));
  const of = (name: string) => series.find((one: { name: string }) => one.name === name);
  assertEquals([of("lookup").changes, of("int8").changes.length, noise.runs], [[], 1, 12]);
  const [change] = of("int8").changes;
  assertEquals([change.id, change.commit, change.runs], [FALLEN[6]!.id, commitOf(6).slice(0, 8), [6, 6]]);
  const said = await page([...STEADY, ...FALLEN, ...NOISE]);
  assertStringIncludes(said, "1 change point ");
  assertStringIncludes(
    said,
    `int8 fell from 1.81x to 1.59x on 11 Jan 2026, commit ${change.commit}: 6 runs before`,
  );
  assertEquals(said.split("changed here").length, 2);
  const rows = (await text(store, "/api/history.csv")).split("\r\n").filter((line) =>
    line.includes(FALLEN[6]!.id)
  );
  assert(/,1\.80\d*,1\.58\d*,/.test(rows[0]!), rows[0]);
});

Deno.test("the noise floor is told with its runs, drawn about 1x, and said to be unknown where there is none", async () => {
  const said = await page([...STEADY, ...NOISE]);
  assert(/Noise floor: ±[12]\.\d %, within which 95 % of runs .* lie, from 12 runs\./.test(said), said);
  assertStringIncludes(await page(STEADY), "so no noise floor is known");
  using store = filled([...STEADY, ...NOISE]);
  const drawn = Number(/data-noise="([^"]+)"/.exec(await text(store, "/history.html"))![1]);
  assert(drawn > 0.01 && drawn < 0.03, `${drawn}`);
});

Deno.test("few runs say how many a change takes, and a history without a speed says nothing of changes", async () => {
  const said = await page(STEADY.slice(0, 5));
  assertStringIncludes(
    said,
    "No change point A change takes 8 runs of a row to be told from chance; none here has more than 5.",
  );
  assert(!(await page([await recording(failed(trial("int4")))])).includes("hange point"));
});

Deno.test("a promoted run is marked with why and until when, as long as it holds", async () => {
  using store = filled(STEADY);
  const promote = (recording: string, expires: number) =>
    store.promote({ recording, at: Date.now(), by: "me", why: "release <b>1</b>", expires });
  promote(STEADY[3]!.id, Date.now() + 90 * DAY);
  promote(STEADY[4]!.id, 1);
  const html = await text(store, "/history.html");
  assertEquals(html.split("reference until").length, 2);
  assert(html.includes("release &lt;b&gt;1") && !html.includes("<b>1</b>"));
  assertEquals(JSON.parse(await text(store, "/api/history.json")).references.length, 1);
});
