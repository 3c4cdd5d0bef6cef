"""Builds what lm-evaluation-harness asks of raw rows, zero-shot, and compares it with what we ask.

usage: peer.py FOLDER
FOLDER/sets.json holds for each set: "task" (the YAML file below lm_eval/tasks), "rows" (a JSONL or Arrow file of raw
rows), "ours" (a JSONL file with a sample a row). answers.json is written there: documents, those that differ, examples.
A set of choices also has its gold answer compared, by what the task makes of a model that prefers it.
"""
import importlib.metadata
import json
import os
import sys

import datasets
import lm_eval.tasks
import yaml
from lm_eval.tasks.squadv2.task import SQuAD2

SHOWN = 3


def lines(path):
    with open(path) as file:
        return [json.loads(line) for line in file]


def raw(path):
    return datasets.Dataset.from_file(path) if path.endswith(".arrow") else lines(path)


def harness_task(name, path, folder):
    """The harness's own task, nothing changed but where its rows come from."""
    rows = f"{folder}/{name}.one.jsonl"
    config = {
        "include": os.path.join(os.path.dirname(lm_eval.tasks.__file__), path),
        "task": f"{name}_ours",
        "dataset_path": "json",
        "dataset_name": None,
        "dataset_kwargs": {"data_files": {"ours": rows}},
        "training_split": None,
        "validation_split": "ours",
        "test_split": None,
        "fewshot_split": None,
    }
    with open(f"{folder}/{name}_ours.yaml", "w") as file:
        yaml.dump(config, file)
    return f"{name}_ours"


def asked(task, doc):
    """What is asked of a row: pairs of context and continuation, or one prompt."""
    if task is SQuAD2:
        return SQuAD2.doc_to_text(None, doc)
    requests = task.construct_requests(doc, task.fewshot_context(doc, 0))
    requests = requests if isinstance(requests, list) else [requests]
    if task.OUTPUT_TYPE == "generate_until":
        return requests[0].arguments[0]
    return [list(request.arguments) for request in requests]


def same(task, doc, own):
    theirs = asked(task, doc)
    if isinstance(theirs, str):
        return theirs == own["prompt"], theirs
    preferring = [(0.0 if choice == own["gold"] else -1e9, False) for choice in range(len(theirs))]
    right = task.process_results(doc, preferring)["acc"] == 1.0
    return right and theirs == own["pairs"], theirs


def main(folder):
    with open(f"{folder}/sets.json") as file:
        sets = json.load(file)
    rows = {name: raw(one["rows"]) for name, one in sets.items()}
    own_task = [name for name, one in sets.items() if one["task"] != "squadv2"]
    for name in own_task:
        with open(f"{folder}/{name}.one.jsonl", "w") as file:
            file.write(json.dumps(rows[name][0]) + "\n")
    names = [harness_task(name, sets[name]["task"], folder) for name in own_task]
    loaded = lm_eval.tasks.TaskManager(include_path=folder).load(names)["tasks"]
    answers = {}
    for name, one in sets.items():
        task = SQuAD2 if one["task"] == "squadv2" else loaded[f"{name}_ours"]
        ours = lines(one["ours"])
        different, examples = abs(len(ours) - len(rows[name])), []
        for doc, own in zip(rows[name], ours):
            equal, theirs = same(task, doc, own)
            different += not equal
            if not equal and len(examples) < SHOWN:
                examples.append({"ours": own, "theirs": theirs})
        answers[name] = {"documents": len(ours), "different": different, "examples": examples}
    out = {"versions": {"lm_eval": importlib.metadata.version("lm_eval")}, "answers": answers}
    with open(f"{folder}/answers.json", "w") as file:
        json.dump(out, file)


main(*sys.argv[1:])
