import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import { annotations } from "../../../results/check/annotations.ts";
import { badge } from "../../../results/check/badge.ts";
import { checkText } from "../../../results/check/check_text.ts";
import { junit } from "../../../results/check/junit.ts";
import { markdown, marker } from "../../../results/check/markdown.ts";
import { exitCode, headline, verdictOf } from "../../../results/check/report.ts";
import { readReport } from "../../../results/check/report_file.ts";
import { writeFiles } from "../../../results/check/write_outputs.ts";
import { dueled, report, row } from "./made_report.ts";

const clear = report({ rows: [row("baseline", "same")] });
const open = report({ rows: [row("baseline", "same"), row("lookup", "unsure")] });
const HOSTILE =
  "x|](http://evil.example)<img src=x>@everyone ```$(touch /tmp/pwned)`\n::error::pwned\u202e -->";

Deno.test("the exit code is 2 on a regression and on what is required in vain, and 0 where it is clear or undecided", () => {
  const required = { ...clear, missing: ["int8"] };
  assertEquals([report(), required, open, clear].map(exitCode), [2, 2, 0, 0]);
  assertEquals([report(), required, open, clear].map(verdictOf), [
    "regressed",
    "regressed",
    "unsure",
    "clear",
  ]);
});

Deno.test("a sentence says what the whole comes to", () => {
  assertEquals([report(), open, clear, { ...clear, missing: ["int8"] }].map(headline), [
    "2 of 4 rows regressed: int8, int4.",
    "No regression is shown; 1 row undecided: lookup.",
    "No regression in 1 row.",
    "Required and not held: int8.",
  ]);
});

Deno.test("the comment has its marker first, then the verdict, then the rows; what is the same, flips and curves are folded", () => {
  const text = markdown(report());
  const order = [
    "assay-check smoke",
    "### Assay: ✕ REGRESSED",
    "2 of 4 rows regressed",
    "| ✕ regressed | int8 |",
  ];
  const places = order.map((part) => text.indexOf(part));
  assertEquals(places, places.toSorted((a, b) => a - b));
  assert(places.every((place) => place >= 0), text);
  const before = text.slice(0, text.indexOf("<details>"));
  assert(before.split("\n").length <= 25, "it fits a screen");
  assert(!before.includes("baseline") && text.includes("baseline"));
  assertStringIncludes(text, "- the sky\n+ the sea");
  assertStringIncludes(text, "0.94x [0.91, 0.97], 60 pairs, about 30 more pairs would decide");
});

Deno.test("a row that lost answers has no speed in any output", () => {
  const only = report({ rows: [report().rows[3]!] });
  for (const text of [markdown(only), junit(only), JSON.stringify(only.rows), annotations(only).join()]) {
    assert(!/\d\.\d\dx/.test(text), text);
  }
});

Deno.test("names, reasons and answers of strangers are text everywhere: no markup, mention, command or end of a comment", () => {
  const hostile = { ...row(HOSTILE, "regressed"), why: HOSTILE };
  const flips = [{ where: HOSTILE, asked: HOSTILE, base: HOSTILE, head: HOSTILE }];
  const all = report({
    suite: HOSTILE,
    model: HOSTILE,
    notes: [HOSTILE],
    missing: [HOSTILE],
    rows: [{ ...hostile, workloads: hostile.workloads.map((one) => ({ ...one, workload: HOSTILE, flips })) }],
  });
  const comment = markdown(all);
  const [outside, fenced] = [comment.split("```").filter((_, i) => i % 2 === 0).join(""), comment];
  for (const part of ["<img", "@everyone", "](http", "$(touch", "\u202e"]) {
    assert(!outside.includes(part), part);
  }
  assertEquals(fenced.split("```").length % 2, 1, "every fence is closed");
  assertEquals(comment.indexOf("-->"), comment.split("\n")[0]!.indexOf("-->"));
  for (const line of annotations(all)) assertEquals(line.split("\n").length, 1);
  assert(!/<img|<failure[^>]*<img/.test(junit(all)));
  assert(!checkText(all, { colour: false, width: 80 }).includes("\u202e"));
  assert(/^<!-- assay-check [\w.]+ -->$/.test(marker(HOSTILE)));
});

Deno.test("a comment of more rows than GitHub takes is cut by what is folded, and keeps its verdict", () => {
  const flip = { where: "e", asked: "e", base: "a".repeat(590), head: "b".repeat(590) };
  const rows = Array.from({ length: 60 }, (_, i) => {
    const one = row(`row${i}`, "same");
    return { ...one, workloads: one.workloads.map((lane) => ({ ...lane, flips: [flip, flip, flip] })) };
  });
  const text = markdown(report({ rows }));
  assert(text.length < 65_536);
  assertStringIncludes(text, "No regression in 60 rows");
});

Deno.test("JUnit counts a regression as a failure and what is undecided as skipped", () => {
  assertStringIncludes(junit(report()), 'tests="7" failures="2" skipped="1"');
});

Deno.test("annotations are an error for each regression and a warning for what is undecided", () => {
  assertEquals(annotations(report()).map((line) => line.slice(0, line.indexOf("::", 2))), [
    "::error title=int8 regressed",
    "::error title=int4 regressed",
    "::warning title=lookup unsure",
  ]);
});

Deno.test("the badge says its verdict in words and as its label", () => {
  assertStringIncludes(badge(report()), 'aria-label="assay: regressed"');
  assertStringIncludes(badge(clear), "<title>assay: no regression</title>");
});

Deno.test("a head held against recordings says how many, from when to when, its noise floor and what would decide", () => {
  const { base: _, ...rest } = report();
  const lane = (open?: "noise" | "baseline", needed?: number) => {
    const { needed: __, ...pace } = dueled("unsure").pace;
    const beside = { runs: 8, floor: 0.04, ...(open ? { open } : {}) };
    return dueled("unsure", { pace: { ...pace, pairs: 1, beside, ...(needed ? { needed } : {}) } });
  };
  const lanes = [lane(undefined, 4), lane(), lane("noise"), lane("constructor" as "noise")];
  const rows = [{ ...row("int8", "unsure"), workloads: lanes }];
  const history = { recordings: 24, from: Date.UTC(2026, 10, 1), to: Date.UTC(2026, 10, 24) };
  const all = { ...rest, rows, history };
  const text = markdown(all);
  assertStringIncludes(
    text,
    "24 recordings of 1 Nov 2026 to 24 Nov 2026 → head `bbbbbbbbbb`, over the baseline",
  );
  assertStringIncludes(
    text,
    "0.94x [0.91, 0.97], 1 run beside 8, noise 4.0 %, about 3 more runs would decide",
  );
  assertEquals(text.split("more recordings would decide").length, 3);
  assertStringIncludes(text, "noise 4.0 %, within the noise");
  assertStringIncludes(text, "Again: `deno task check --history`");
  assertStringIncludes(checkText(all, { colour: false, width: 80 }), "24 recordings of");
});

Deno.test("the terminal has the worst rows first, the verdict last, and no line beyond 80 columns", () => {
  const lines = checkText(report(), { colour: false, width: 80 }).split("\n");
  assert(lines.every((line) => line.length <= 80), lines.join("\n"));
  assertStringIncludes(lines.at(-1)!, "2 of 4 rows regressed: int8, int4.");
  const at = (name: string) => lines.findIndex((line) => line.endsWith(` ${name}`));
  assert(at("int8") < at("lookup") && at("lookup") < at("baseline"));
});

Deno.test("a report is written as four files and read back; what is no report is one sentence", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await writeFiles(report(), folder);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      "check.json",
      "check.md",
      "check.svg",
      "check.xml",
    ]);
    assertEquals(await readReport(`${folder}/check.json`), report());
    const forged = { ...report(), rows: [{ name: "x", kind: "same", workloads: [{ workload: "w" }] }] };
    for (
      const [text, why] of [
        ["{", "it must be a report"],
        [JSON.stringify(forged), "it.rows[0].workloads[0].pace is no object"],
        [JSON.stringify(report({ base: { id: "`x`", subject: "" } })), "its commits are no commits"],
        [JSON.stringify({ ...report(), base: undefined }), "it is held against no one thing"],
      ] as const
    ) {
      await Deno.writeTextFile(`${folder}/bad.json`, text);
      await assertRejects(() => readReport(`${folder}/bad.json`), UserError, why);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
