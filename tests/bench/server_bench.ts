/**
 * Our endpoint beside the session called directly, beside llama.cpp's server and beside vLLM's CPU build on the same
 * weights, and our load generator beside vLLM's on one server: eight clients, greedy, MT-Bench's first turns, in turns.
 * Goes on where it was cut off; writes server_bench.json and server_bench.md beside this file.
 *
 *   ASSAY_PEER_LLAMA_BIN=DIR ASSAY_PEER_VLLM_VENV=DIR deno run -A tests/bench/server_bench.ts
 *     [--modes endpoint,llama,vllm,generators] [--ours f32,int8] [--theirs F32,…] [--anew]
 */
import { readCommit } from "../../mod.ts";
import { choices } from "./choices.ts";
import { inOwnProcess, rowsHere } from "./report_files.ts";
import { type Config, files, GENERATOR_PAIRS, PAIRS, REQUESTS, type Row } from "./server_report.ts";

const CONFIGS: readonly Config[] = [
  { mode: "endpoint", ours: "f32", theirs: "session" },
  { mode: "llama", ours: "f32", theirs: "F32" },
  { mode: "vllm", ours: "f32", theirs: "float32" },
  { mode: "llama", ours: "int8", theirs: "Q8_0" },
  { mode: "llama", ours: "int8", theirs: "Q4_1" },
  { mode: "vllm", ours: "int8", theirs: "float32" },
  { mode: "vllm", ours: "int8", theirs: "bfloat16" },
  { mode: "generators", ours: "f32", theirs: "vllm bench serve" },
  { mode: "endpoint", ours: "int8", theirs: "session" },
];

const keyOf = ({ mode, ours, theirs }: Config) => `${mode} ${ours} ${theirs}`;
const { chosen, anew } = choices({
  modes: ["endpoint", "llama", "vllm", "generators"],
  ours: ["f32", "int8"],
  theirs: [...new Set(CONFIGS.map(({ theirs }) => theirs))],
});

for (const config of CONFIGS) {
  const { mode, ours, theirs } = config;
  const asked = chosen.modes!.includes(mode) && chosen.ours!.includes(ours) &&
    chosen.theirs!.includes(theirs);
  if (!asked) continue;
  const rows = (await files.read())?.rows ?? [];
  if (rows.some((row) => keyOf(row) === keyOf(config)) && !anew) continue;
  console.error(keyOf(config));
  const [load, { id: commit = "unknown" } = {}] = [Deno.loadavg()[0]!, await readCommit()];
  const found = await inOwnProcess<Row["found"]>("server_child.ts", [
    mode,
    ours,
    theirs,
    `${mode === "generators" ? GENERATOR_PAIRS : PAIRS}`,
    `${REQUESTS}`,
  ]);
  if (found === undefined) {
    console.error(`${keyOf(config)} was not measured`);
    continue;
  }
  const row: Row = { ...config, at: new Date().toISOString(), commit, load, found };
  const order = CONFIGS.map(keyOf);
  const all = [...rows.filter((other) => keyOf(other) !== keyOf(config)), row]
    .toSorted((a, b) => order.indexOf(keyOf(a)) - order.indexOf(keyOf(b)));
  await files.write(await rowsHere(all));
}

// The tables follow their code, also where nothing was left to measure.
const report = await files.read();
if (report) await files.write(report);
