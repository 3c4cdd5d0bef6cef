"""Asks the same of lm-evaluation-harness' hf backend (f32) and, through its local-completions client, of an endpoint.

usage: peer.py MODEL.gguf FOLDER URL NAME
FOLDER/asked.json holds {"pairs": [[context, continuation], ...], "prompts": [...], "until": [...], "tokens": limit}.
answers.json is written there: log-likelihood and greedy flag of each pair, by whom it was asked of, and answers.
"""
import importlib.metadata
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../harness"))
import hf_model
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM
from lm_eval.models.openai_completions import LocalCompletionsAPI


def likelihoods(lm, pairs):
    asked = [Instance("loglikelihood", {}, tuple(pair), i) for i, pair in enumerate(pairs)]
    return [[float(sum_), bool(greedy)] for sum_, greedy in lm.loglikelihood(asked)]


def answers(lm, asked):
    how = {"until": asked["until"], "max_gen_toks": asked["tokens"], "do_sample": False, "temperature": 0}
    requests = [Instance("generate_until", {}, (prompt, dict(how)), i) for i, prompt in enumerate(asked["prompts"])]
    return lm.generate_until(requests)


def main(gguf_file, folder, url, name):
    with open(f"{folder}/asked.json") as file:
        asked = json.load(file)
    path = f"{folder}/model"
    if not os.path.exists(f"{path}/tokenizer_config.json"):
        hf_model.write(gguf_file, path)

    def client(**how):
        return LocalCompletionsAPI(
            base_url=f"{url}/completions", model=name, tokenizer=path, tokenizer_backend="huggingface", **how
        )

    hf = HFLM(path, device="cpu", dtype="float32", batch_size=8)
    ids, texts = client(batch_size=4), client(tokenized_requests=False, num_concurrent=4)
    out = {
        "versions": {package: importlib.metadata.version(package) for package in ("lm_eval", "torch", "transformers")},
        "likelihoods": {
            "hf": likelihoods(hf, asked["pairs"]),
            "endpoint, ids in batches": likelihoods(ids, asked["pairs"]),
            "endpoint, texts four at once": likelihoods(texts, asked["pairs"]),
        },
        "answers": {"hf": answers(hf, asked), "endpoint": answers(texts, asked)},
    }
    with open(f"{folder}/answers.json", "w") as file:
        json.dump(out, file)


main(*sys.argv[1:])
