"""Asks lm-evaluation-harness (hf backend, f32) its own tasks on documents of ours.

usage: peer.py MODEL.gguf FOLDER
FOLDER holds arc_easy.jsonl and lambada_openai.jsonl (rows as the harness's data sets have them), hellaswag.arrow (all
of Rowan/hellaswag's own validation rows), arc_validation.arrow (all of ARC-Easy's own validation rows) and asked.json:
{"hellaswag": row numbers, "wiki": {"tokens": limit, "texts": [...]}}. answers.json is written there.
"""
import importlib.metadata
import json
import os
import sys

import datasets
import lm_eval.tasks
import torch
import yaml
from lm_eval import evaluator
from lm_eval.models.huggingface import HFLM

import hf_model

TASKS = {
    "arc_easy": ("arc/arc_easy.yaml", "test_split"),
    "hellaswag": ("hellaswag/hellaswag.yaml", "validation_split"),
    "lambada_openai": ("lambada/lambada_openai.yaml", "test_split"),
}


def harness_task(name, rows):
    """The harness's own task, nothing changed but where its rows come from."""
    path, split = TASKS[name]
    folder = os.path.dirname(rows)
    config = {
        "include": os.path.join(os.path.dirname(lm_eval.tasks.__file__), path),
        "task": f"{name}_ours",
        "dataset_path": "json",
        "dataset_name": None,
        "dataset_kwargs": {"data_files": {"ours": rows}},
        "training_split": None,
        "validation_split": None,
        "test_split": None,
        split: "ours",
    }
    with open(f"{folder}/{name}_ours.yaml", "w") as file:
        yaml.dump(config, file)
    return f"{name}_ours"


def prompts(task, docs):
    """What the task builds of raw rows: [context, choices]."""
    return [[task.doc_to_text(doc), task.doc_to_choice(doc)] for doc in docs]


def nlls(lm, wiki):
    """Mean negative log-likelihood of tokens 2..n of each text, by the model itself."""
    found = []
    for text in wiki["texts"]:
        ids = torch.tensor([lm.tokenizer(text, add_special_tokens=False)["input_ids"][: wiki["tokens"]]])
        with torch.no_grad():
            logits = lm.model(ids).logits[0, :-1]
        found.append({"ids": ids[0].tolist(), "nll": torch.nn.functional.cross_entropy(logits, ids[0, 1:]).item()})
    return found


def main(gguf_file, folder):
    with open(f"{folder}/asked.json") as file:
        asked = json.load(file)
    raw = datasets.Dataset.from_file(f"{folder}/hellaswag.arrow")
    raw.select(asked["hellaswag"]).to_json(f"{folder}/hellaswag.jsonl")
    names = [harness_task(name, f"{folder}/{name}.jsonl") for name in TASKS]
    manager = lm_eval.tasks.TaskManager(include_path=folder)
    lm = HFLM(hf_model.write(gguf_file, f"{folder}/model"), device="cpu", dtype="float32", batch_size=8)
    results = evaluator.simple_evaluate(
        lm,
        tasks=names,
        task_manager=manager,
        use_cache=f"{folder}/likelihoods",
        log_samples=True,
        bootstrap_iters=0,
    )
    answers = {
        name.removesuffix("_ours"): [
            {
                "requests": [list(pair) for pair in sample["arguments"]],
                "sums": [float(answer[0]) for answer in sample["filtered_resps"]],
                "greedy": [bool(answer[1]) for answer in sample["filtered_resps"]],
                **{metric: sample[metric] for metric in sample["metrics"] if metric in ("acc", "acc_norm")},
            }
            for sample in sorted(samples, key=lambda sample: sample["doc_id"])
        ]
        for name, samples in results["samples"].items()
    }
    loaded = manager.load(names)["tasks"]
    processed = loaded["hellaswag_ours"].config.process_docs(raw)
    arc = datasets.Dataset.from_file(f"{folder}/arc_validation.arrow")
    out = {
        "versions": {name: importlib.metadata.version(name) for name in ("lm_eval", "torch", "transformers", "gguf")},
        "answers": answers,
        "metrics": {name.removesuffix("_ours"): values for name, values in results["results"].items()},
        "prompts": {
            "hellaswag": prompts(loaded["hellaswag_ours"], processed),
            "arc_validation": prompts(loaded["arc_easy_ours"], arc),
        },
        "wiki": nlls(lm, asked["wiki"]),
    }
    with open(f"{folder}/answers.json", "w") as file:
        json.dump(out, file, default=str)


main(*sys.argv[1:])
