/** Fixtures: GuideLLM 0.8.1, AIPerf 0.13.0 and vLLM 0.33's bench serve, each on two stand-in servers of unlike speed. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { ApartSpeed } from "../../../evals/mod.ts";
import { readServed } from "../../../results/imported/read_served.ts";
import { apart, type Served } from "../../../results/imported/served.ts";
import { FIXTURES, inFolder } from "./logs.ts";

const SPEED = `${FIXTURES}speed/`;
const FILES = {
  vllm: (arm: string) => `${SPEED}vllm_${arm}.json`,
  guidellm: (arm: string) => `${SPEED}guidellm_${arm}.json`,
  aiperf: (arm: string) => `${SPEED}aiperf_${arm}/profile_export.jsonl`,
};
const of = async (path: (arm: string) => string): Promise<ApartSpeed> =>
  apart(await readServed(path("base")), await readServed(path("candidate")));

for (const [tool, path] of Object.entries(FILES)) {
  Deno.test(`${tool}: both arms have figures of all 24 requests, and the faster server is faster`, async () => {
    const { base, candidate } = await of(path);
    assertEquals([base.requests, candidate.requests, base.ttft.n, base.tpot.n, base.e2e.n], [
      24,
      24,
      24,
      24,
      24,
    ]);
    assert(candidate.tokensPerSecond > base.tokensPerSecond && candidate.tpot.p50 < base.tpot.p50);
    assertEquals([base.ttft.p95 !== undefined, base.ttft.p99], [true, undefined]);
    assertEquals(base.model, "stand-in");
  });
}

Deno.test("tokens a second are vLLM's own, and AIPerf's over its own duration", async () => {
  const vllm = JSON.parse(await Deno.readTextFile(FILES.vllm("base")));
  assertAlmostEquals((await of(FILES.vllm)).base.tokensPerSecond, vllm.output_throughput, 1e-6);
  const aiperf = JSON.parse(await Deno.readTextFile(`${SPEED}aiperf_base/profile_export_aiperf.json`));
  const { base } = await of(FILES.aiperf);
  // AIPerf's duration ends with the last token, ours with the end of the last response.
  assertAlmostEquals(base.tokensPerSecond, 24 * 12 / aiperf.benchmark_duration.avg, 0.1);
});

Deno.test("times a request are those that GuideLLM reports", async () => {
  const { requests } = JSON.parse(await Deno.readTextFile(FILES.guidellm("base"))).benchmarks[0];
  const served = await readServed(FILES.guidellm("base"));
  served.requests.forEach(({ first, last, output }, i) => {
    const said = requests.successful[i];
    assertAlmostEquals(first, said.time_to_first_token_ms, 1e-6);
    assertAlmostEquals((last - first) / (output - 1), said.inter_token_latency_ms, 1e-6);
  });
});

Deno.test("the load is said in words", async () => {
  assertEquals(await Promise.all(Object.values(FILES).map(async (path) => (await of(path)).load)), [
    "rate inf, burstiness 1, at most 4 at once",
    "concurrent, max_concurrency 4, streams 4, rampup_duration 0",
    "concurrency, requests 24, concurrency 4",
  ]);
});

const served = (over: Partial<Served> = {}): Served => ({
  tool: "x",
  model: "m",
  load: "4 at once",
  duration: 100,
  requests: [{ input: 3, output: 2, first: 5, last: 9 }],
  unanswered: 0,
  file: { path: "/a", name: "a", digest: "" },
  ...over,
});

const REFUSED: readonly (readonly [string, Partial<Served>, RegExp])[] = [
  ["another tool", { tool: "y" }, /the tool is x for the baseline and y for the candidate\.$/],
  ["another load", { load: "8 at once" }, /the load is 4 at once for the baseline and 8 at once/],
  [
    "another number of requests",
    { requests: [...served().requests, ...served().requests] },
    /the number of requests is 1 .* and 2/,
  ],
  [
    "prompts of other lengths",
    { requests: [{ input: 4, output: 2, first: 5, last: 9 }] },
    /the length of a prompt is 3 .* and 4/,
  ],
  ["a request that failed", { unanswered: 1 }, /every request must have been answered: 1 of 2 were not/],
  [
    "an answer that was not streamed",
    { requests: [{ input: 3, output: 2, first: NaN, last: 9 }] },
    /those of request 1 are missing or out of order/,
  ],
  [
    "a last token before the first",
    { requests: [{ input: 3, output: 2, first: 9, last: 5 }] },
    /those of request 1 are missing or out of order/,
  ],
  ["a run that took no time", { duration: NaN }, /the run took no time/],
];

for (const [what, over, message] of REFUSED) {
  Deno.test(`speeds are refused in one sentence for ${what}`, () => {
    let found = "";
    try {
      apart(served(), served(over));
    } catch (error) {
      found = `${(error as Error).name}: ${(error as Error).message}`;
    }
    assert(/^UserError: Cannot (compare|import) the speed/.test(found) && message.test(found), found);
  });
}

for (
  const [what, name, text, message] of [
    [
      "a result without --save-detailed",
      "v.json",
      '{"request_throughput":1,"total_input_tokens":1}',
      /Run vllm bench serve with --save-detailed\.$/,
    ],
    [
      "a sweep",
      "g.json",
      '{"metadata":{"guidellm_version":"1"},"benchmarks":[{},{}]}',
      /must hold one benchmark: found 2/,
    ],
    [
      "records without a summary",
      "profile_export.jsonl",
      "{}\n",
      /profile_export_aiperf\.json must lie beside it: there is none/,
    ],
    ["other JSON", "o.json", "{}", /it is none\.$/],
    ["half a file", "h.json", '{"benchmarks":[', /must be whole JSON: it is cut short or damaged\.$/],
  ] as const
) {
  Deno.test(`${what} is refused in one sentence`, async () => {
    await inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/${name}`, text);
      const found = await readServed(`${folder}/${name}`).catch(({ name, message }) => `${name}: ${message}`);
      assert(
        typeof found === "string" && /^UserError: Cannot import /.test(found) && message.test(found),
        String(found),
      );
    });
  });
}

Deno.test("AIPerf's records are refused where its summary does not say which load ran", async () => {
  await inFolder(async (folder) => {
    await Deno.copyFile(FILES.aiperf("base"), `${folder}/profile_export.jsonl`);
    await Deno.writeTextFile(`${folder}/profile_export_aiperf.json`, "{}");
    const found = await readServed(`${folder}/profile_export.jsonl`).catch(({ message }) => message);
    assertEquals(
      found,
      "Cannot import the speed in profile_export.jsonl as profile_export_aiperf.json must say which load ran: it does not.",
    );
  });
});
