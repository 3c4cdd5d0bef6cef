import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "../../engine/mod.ts";
import type { SweepPoint } from "../../evals/mod.ts";
import { SweepFile } from "../../results/sweep_file.ts";
import { sweepText, type Swept } from "../../results/sweep_text.ts";
import { sweepPicture } from "../../results/viewer/sweep_picture.tsx";

const point = (level: number, tokensPerSecond: number, share: number): SweepPoint => ({
  level,
  requests: 2 * level,
  answered: 2 * level - (level > 8 ? 1 : 0),
  failures: level > 8 ? { "status 429: \u001b[2Jfull": 1 } : {},
  duration: 1000,
  requestsPerSecond: tokensPerSecond / 10,
  tokensPerSecond,
  ttft: { n: 2, p50: 20 * level, ...(level > 4 ? { p90: 44 * level } : {}) },
  tpot: { n: 2, p50: 5 },
  itl: { n: 2 },
  e2e: { n: 2 },
  goodput: { objective: { ttft: 200 }, share, requestsPerSecond: share * tokensPerSecond / 10 },
});

const swept: Swept = {
  url: "http://127.0.0.1:8080/v1",
  model: 'm<script>&"\u001b[2J',
  workload: "sharegpt_clients",
  by: "clients",
  arrival: "clients in a closed loop",
  points: [point(1, 50, 1), point(2, 90, 1), point(4, 150, 1), point(16, 161, 0.4), point(8, 160, 0.95)],
  ended: "saturated",
};

Deno.test("a sweep's table has a line a level in their order, and says what was found", () => {
  const text = sweepText(swept);
  const lines = text.split("\n");
  assertEquals(
    lines.filter((line) => /^ +\d+ +\d/.test(line)).map((line) => line.trim().split(/ +/)[0]),
    ["1", "2", "4", "8", "16"],
  );
  assert(/^ +8 +160 .*◂ objective$/m.test(text), text);
  assert(/^ +4 +150 .*◂ knee$/m.test(text), text);
  assertStringIncludes(text, "Knee: 4 clients");
  assertStringIncludes(
    text.replaceAll(/\s+/g, " "),
    "Most within the objective (a first token within 200 ms): 8 clients, where 95 %",
  );
  assertStringIncludes(text, "Failed: status 429");
  assert(!text.includes("\u001b"), "a server's words steer no terminal");
  assert(lines.every((line) => line.length <= 112), text);
});

Deno.test("a sweep without an objective says nothing of one", () => {
  const points = swept.points.map(({ goodput: _, ...rest }) => rest);
  const text = sweepText({ ...swept, points });
  assert(!/objective|GOODPUT/.test(text), text);
});

Deno.test("a sweep's picture is one SVG document with its figures in words, and no server's words are markup in it", () => {
  const svg = sweepPicture(swept);
  assert(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"') && svg.endsWith("</svg>\n"));
  assertStringIncludes(svg, "m&lt;script&gt;&amp;");
  assert(!svg.includes("<script") && !svg.includes("NaN") && !svg.includes("Infinity"), svg);
  assertStringIncludes(svg, "4 clients: 150 tokens/s, first token p50 80.0 ms");
  assertStringIncludes(svg, "knee: 4 clients");
  assertStringIncludes(svg, "within the objective: 8 clients");
});

for (
  const [what, points] of [
    ["one level", [point(1, 50, 1)]],
    [
      "levels without an answer",
      [point(1, 0, 0), point(2, 0, 0)].map((one) => ({
        ...one,
        answered: 0,
        ttft: { n: 0 },
        tpot: { n: 0 },
      })),
    ],
  ] as const
) {
  Deno.test(`a sweep of ${what} is told and drawn too`, () => {
    const svg = sweepPicture({ ...swept, points });
    assert(!svg.includes("NaN") && !svg.includes("Infinity"), svg);
    assertStringIncludes(sweepText({ ...swept, points }), "No knee");
  });
}

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const before = Deno.env.get("ASSAY_STORE");
  Deno.env.set("ASSAY_STORE", `${folder}/results.sqlite`);
  try {
    await use(folder);
  } finally {
    if (before === undefined) Deno.env.delete("ASSAY_STORE");
    else Deno.env.set("ASSAY_STORE", before);
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a sweep that was cut off has its points, another has none of them, and one that ended begins anew", async () => {
  await inFolder(async () => {
    const first = await SweepFile.open({ url: "a" });
    for (const one of swept.points.slice(0, 2)) await first.add(one);
    // Cut off while a line was written.
    await Deno.writeTextFile(first.path, '{"level": 4, "tok', { append: true });
    const second = await SweepFile.open({ url: "a" });
    assertEquals(second.points, swept.points.slice(0, 2));
    await second.add(swept.points[2]!);
    assertEquals((await SweepFile.open({ url: "a" })).points, swept.points.slice(0, 3));
    assertEquals((await SweepFile.open({ url: "b" })).points, []);
    await second.end();
    assertEquals((await SweepFile.open({ url: "a" })).points, []);
  });
});

Deno.test("a sweep's file that is damaged, or that cannot be written, is one sentence", async () => {
  await inFolder(async (folder) => {
    const { path } = await SweepFile.open({ url: "a" });
    await Deno.writeTextFile(path, "{}\nnonsense\n");
    await assertRejects(
      () => SweepFile.open({ url: "a" }),
      UserError,
      "as its lines must be JSON: line 2 is not.",
    );
    Deno.env.set("ASSAY_STORE", `${folder}/file/results.sqlite`);
    await Deno.writeTextFile(`${folder}/file`, "");
    await assertRejects(() => SweepFile.open({ url: "a" }), UserError, "as it must be writable");
  });
});
