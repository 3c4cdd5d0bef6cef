"""lm-evaluation-harness (hf backend, f32) as the other side of score.ts.

usage: score.py MODEL.gguf FOLDER THREADS, where FOLDER may be filled. The first line on standard input is the list of
documents, [context, continuations] each; every later line is a batch size, answered with seconds and log-likelihoods.
"""
import importlib.metadata
import json
import pathlib
import sys
import time

import torch
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "parity" / "harness"))
import hf_model


def tell(value):
    print(json.dumps(value), flush=True)


gguf_file, folder, threads = sys.argv[1:]
torch.set_num_threads(int(threads))
lm = HFLM(hf_model.write(gguf_file, folder), device="cpu", dtype="float32", batch_size=1)
documents = json.loads(sys.stdin.readline())
tell({name: importlib.metadata.version(name) for name in ("lm_eval", "torch", "transformers")})
for line in sys.stdin:
    lm.batch_size_per_gpu = json.loads(line)
    requests = [
        Instance("loglikelihood", {}, (context, continuation), index)
        for context, continuations in documents
        for index, continuation in enumerate(continuations)
    ]
    start = time.perf_counter()
    answers = lm.loglikelihood(requests, disable_tqdm=True)
    tell({"seconds": time.perf_counter() - start, "sums": [answer[0] for answer in answers]})
