/** Made-up recordings by the thousand for benchmarks of the store and the pages: no figure in here was measured. */
import type { Recording } from "../../results/mod.ts";
import {
  check,
  clock,
  failed,
  HARDWARE,
  recorded,
  recording,
  trial,
  unmeasured,
  unsure,
  workload,
} from "../results/fixture.ts";

/** `count` recordings of 40 techniques on 5 machines and 4 suites, a minute apart; two in five without a speed. */
export async function* manyRecordings(count: number): AsyncIterable<Recording> {
  for (let i = 0; i < count; i++) {
    const of = trial(`technique_${i % 40}`, {
      suite: `suite_${Math.floor(i / 40) % 4}`,
      workloads: ["single_stream"],
    });
    const machine = Math.floor(i / 160) % 5;
    const ratio = 0.9 + (i % 17) / 16;
    const outcome = i % 5 < 3
      ? recorded(of, [workload(ratio)], [
        check(0.003, -0.003, 0.009),
        check(0.001, -0.006, 0.008, { eval: "hellaswag" }),
      ])
      : i % 5 === 3
      ? failed(of)
      : i % 2 === 0
      ? unsure(of)
      : unmeasured(of, "void", "the machine slept");
    yield await recording(outcome, {
      at: clock.now() + i * 60_000,
      hardware: { ...HARDWARE, id: `a${machine}`.repeat(32), cpu: `Testium ${machine}` },
    });
  }
}
