/** MT-Bench (Zheng et al., 2023): eighty two-turn questions of eight kinds. */
import type { Dataset, Prompt } from "../dataset.ts";
import { FILES, from } from "../packages.ts";
import { rows } from "../source.ts";

interface Row {
  readonly question_id: number;
  readonly category: string;
  readonly turns: readonly string[];
}

export const mtBench: Dataset<Prompt> = {
  name: "mt_bench",
  version: "1",
  source: `${from(FILES.mtBench)}; Zheng et al., NeurIPS 2023`,
  license: "Apache-2.0",
  split: "workload",
  digest: FILES.mtBench.sha256,
  size: 80,
  samples: () =>
    rows(FILES.mtBench, (row) => {
      const { question_id, category, turns } = row as Row;
      const id = String(question_id);
      return { id, cluster: id, slices: [category], turns };
    }),
};
