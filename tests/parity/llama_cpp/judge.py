"""The judge: perplexity and KL divergence in 64-bit floats by their definitions, of the logits that both sides saw.

usage: judge.py BASE_FILE BASE_LOGITS CANDIDATE_LOGITS
One line of JSON: "exact" of the 32-bit logits of both models; "stored" of the base's 16-bit log-probabilities, those at
or under -16 left out as llama.cpp leaves them out, against the candidate's 32-bit logits.
"""
import json
import sys

import numpy


def log_softmax(logits):
    logits = logits.astype(numpy.float64)
    logits -= logits.max(axis=1, keepdims=True)
    return logits - numpy.log(numpy.exp(logits).sum(axis=1, keepdims=True))


def main(base_file, base_logits, candidate_logits):
    header = numpy.fromfile(base_file, numpy.int32, 3, offset=8)
    context, vocabulary, chunks = (int(value) for value in header)
    first = context // 2
    rows = context - 1 - first
    tokens = numpy.fromfile(base_file, numpy.int32, context * chunks, offset=20).reshape(chunks, context)
    width = 2 * ((vocabulary + 1) // 2) + 4
    shape = (chunks, rows, width)
    levels = numpy.memmap(base_file, numpy.uint16, "r", offset=20 + 4 * context * chunks, shape=shape)
    logits = [
        numpy.memmap(file, numpy.float32, "r", shape=(chunks, rows, vocabulary)) for file in (base_logits, candidate_logits)
    ]
    found = {name: [] for name in ("nll_base", "nll_candidate", "nll_stored", "kl", "kl_stored", "kept", "raised", "same")}
    for chunk in range(chunks):
        base, candidate = (log_softmax(file[chunk]) for file in logits)
        scales = numpy.ascontiguousarray(levels[chunk, :, :4]).view(numpy.float32).astype(numpy.float64)
        stored = scales[:, :1] * levels[chunk, :, 4 : 4 + vocabulary] + scales[:, 1:]
        at = (numpy.arange(rows), tokens[chunk, first + 1 :])
        kept = numpy.where(stored > -16, numpy.exp(stored), 0)
        found["nll_base"].extend(-base[at])
        found["nll_candidate"].extend(-candidate[at])
        found["nll_stored"].extend(-stored[at])
        found["kl"].extend((numpy.exp(base) * (base - candidate)).sum(axis=1))
        found["kl_stored"].extend((kept * (stored - candidate)).sum(axis=1))
        found["kept"].extend(kept.sum(axis=1))
        found["raised"].extend(stored[at] - base[at])
        found["same"].extend(base.argmax(axis=1) == candidate.argmax(axis=1))
    of = {name: numpy.array(values, numpy.float64) for name, values in found.items()}
    print(json.dumps({
        "numpy": numpy.__version__,
        "exact": {
            "pplBase": numpy.exp(of["nll_base"].mean()),
            "pplCandidate": numpy.exp(of["nll_candidate"].mean()),
            **kl(of["kl"]),
            "sameTop": of["same"].mean(),
        },
        "stored": {
            "pplBase": numpy.exp(of["nll_stored"].mean()),
            **kl(of["kl_stored"]),
            "klMeanWithoutNegatives": numpy.maximum(of["kl_stored"], 0).mean(),
            "negativePositions": int((of["kl_stored"] < 0).sum()),
            "leastProbabilityKept": of["kept"].min(),
            "largestRiseNats": of["raised"].max(),
        },
    }))


def kl(values):
    return {
        "klMean": values.mean(),
        "klP99": numpy.quantile(values, 0.99),
        "klP999": numpy.quantile(values, 0.999),
        "klMax": values.max(),
        "klMin": values.min(),
    }


main(*sys.argv[1:])
