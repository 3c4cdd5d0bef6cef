/**
 * How far the load generator's times are from when the bytes were really written, by the conformance server, at a rate
 * of arrivals at random. Both run in this process, in threads of their own, on one clock. Writes load_bench.md.
 *
 *   deno run -A tests/bench/load_bench.ts [--rate 50] [--requests 1000]
 */
import { parseArgs } from "@std/cli";
import { type Dataset, type Prompt, readHardware } from "../../mod.ts";
import { loadEndpoint } from "../../evals/mod.ts";
import { conformance } from "../evals/conformance/server.ts";

const GOAL_MS = 2;
const { rate = "50", requests: count = "1000" } = parseArgs(Deno.args, { string: ["rate", "requests"] });
const [perSecond, requests] = [Number(rate), Number(count)];

const prompts: Dataset<Prompt> = {
  name: "names",
  version: "1",
  source: "made here",
  license: "CC0-1.0",
  split: "workload",
  digest: "0".repeat(64),
  size: requests + 1,
  async *samples() {
    for (let i = 0; i <= requests; i++) yield { id: `p${i}`, cluster: `${i}`, slices: [], turns: [`p${i}`] };
  },
};
const arrival = { kind: "poisson", perSecond, seed: 1 } as const;
const workload = { name: "names", summary: "", prompts, arrival, requests, maxTokens: 8, seed: 1 };

await conformance(async (server) => {
  const before = Deno.loadavg()[0]!;
  const report = await loadEndpoint({
    url: server.url,
    model: "steady",
    workload,
    arrival,
    requests,
    naturalEnd: false,
    deadline: 10_000,
    signal: new AbortController().signal,
    progress: (ended) => ended % 200 === 0 && console.error(`${ended} of ${requests}`),
  });
  const served = new Map((await server.served()).map((one) => [one.id, one]));
  const [first, each, sending]: [number[], number[], number[]] = [[], [], []];
  for (const { id, arrived, events } of report.requests) {
    const { read, written } = served.get(id)!;
    events.forEach((at, i) => each.push(report.startedAt + at - written[i]!));
    first.push(each.at(-events.length)!);
    sending.push(read - report.startedAt - arrived);
  }
  const { cpu, cores, memoryGiB } = await readHardware("native", navigator.hardwareConcurrency);
  const row = (name: string, values: readonly number[]) => {
    const sorted = values.toSorted((a, b) => a - b);
    const at = (q: number) => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!.toFixed(2);
    return `| ${name} | ${values.length} | ${at(0.5)} | ${at(0.9)} | ${at(0.99)} | ${at(1)} |`;
  };
  const met = each.toSorted((a, b) => a - b)[Math.ceil(0.99 * each.length) - 1]! < GOAL_MS;
  const lines = [
    "# The load generator beside when the bytes were written",
    "",
    `\`deno run -A tests/bench/load_bench.ts --rate ${rate} --requests ${count}\`, ${
      new Date().toISOString().slice(0, 10)
    }, ${cpu}, ${cores} cores, ${memoryGiB} GiB, Deno ${Deno.version.deno}; load average ${
      before.toFixed(1)
    } before, ${
      Deno.loadavg()[0]!.toFixed(1)
    } after (the server's thread and the generator's are part of it).`,
    "",
    `${report.answered} of ${requests} answers of 8 tokens, ${perSecond} a second at random. Milliseconds:`,
    "",
    "| from … to | n | p50 | p90 | p99 | most |",
    "| --- | ---: | ---: | ---: | ---: | ---: |",
    row("a first event was written … noted as come", first),
    row("any event was written … noted as come", each),
    row("a request was to arrive … the server had read it", sending),
    "",
    "The first two are the generator's error; the third is part of what a client waits for, and counts as latency.",
    `Goal: an error below ${GOAL_MS} ms at p99, ${met ? "met" : "missed"}.`,
  ];
  await Deno.writeTextFile(new URL("load_bench.md", import.meta.url), `${lines.join("\n")}\n`);
  console.log(lines.join("\n"));
});
