/**
 * Our perplexity and KL divergence beside llama.cpp's `llama-perplexity --kl-divergence` on the same logits, those
 * that it computed: a tap writes them as it reads them, and a session replays them to our evals. numpy in 64 bits
 * judges both. llama.cpp keeps the base's log-probabilities in 16 bits; both formulas are given that form too.
 *
 * Needs Linux, a C++ compiler, cmake and Python 3.11. It builds llama.cpp and a Python with numpy in --folder
 * (default: assay-parity-llama-cpp in the folder for temporary files), takes 3 GB there, and goes on where it was cut
 * off (remove it when what is compared has changed); run, for 20 minutes on two cores:
 * deno run -A tests/parity/llama_cpp/parity.ts [--folder DIR] [--llama-bin DIR] [--python VENV/bin/python]
 */
import { workFolder } from "../environment.ts";
import { keep, main } from "../peer.ts";
import { Comparison } from "./comparison.ts";

await main(async () => {
  const comparison = await Comparison.start(await workFolder("llama-cpp"));
  const cases = [
    await comparison.of("q4_0", "wiki"),
    await comparison.of("q8_0", "wiki"),
    await comparison.of("itself", "wiki"),
    await comparison.of("q4_0", "shuffled"),
  ];
  const halves = await comparison.halves("wiki");
  await keep(import.meta.url, comparison.versions, { base: "SmolLM2-135M-Instruct.Q4_1", cases, halves });
  const found = cases.flatMap(({ llamaCpp, judge }) => [...Object.values(llamaCpp), ...Object.values(judge)]);
  return found.every(({ equal }) => equal);
});
